#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs `add` or a verb of the group `component`; nullopt for any other verb. A new one is a line of the table in dispatch_component.cpp.
std::optional<Result<Outcome>> dispatch_component(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options);

} // namespace cargo_wasm::cli
