// Imports that the compiler at hand would take for something else, told where they are declared.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "declarations.hpp"

namespace cargo_wasm::link {

/// One error a field. CW0904.
[[nodiscard]] std::vector<Error>
explain_import_collisions(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder);

} // namespace cargo_wasm::link
