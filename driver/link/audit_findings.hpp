// What the audit of a linked module found, told to people.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "declarations.hpp"

namespace cargo_wasm::link {

/// CW0910 a lost import, CW0911 a lost export, CW0912 a trap in the place of a function, CW0913 no entry, CW0914 other memory limits,
/// CW0835 a variable among the allowed imports, CW0915 an import with two types, CW0916 two libcs.
/// A trap that a signature conflict explains is left out.
[[nodiscard]] std::vector<Error>
explain_audit(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder);

} // namespace cargo_wasm::link
