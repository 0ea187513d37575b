// Calls with another type than the function has, told at the declaration that is wrong.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "declarations.hpp"

namespace cargo_wasm::link {

/// One error for each function that the program calls so. CW0822; CW0823 where the compiler passes structures otherwise than C does.
/// What no path leads to is left out.
[[nodiscard]] std::vector<Error>
explain_signature_conflicts(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder);

} // namespace cargo_wasm::link
