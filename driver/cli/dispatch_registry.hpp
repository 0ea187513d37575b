#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs a verb of the group `registry`; nullopt for any other verb. A new one is a line of the table in dispatch_registry.cpp.
std::optional<Result<Outcome>> dispatch_registry(const Env& env, const ParsedArguments& parsed, const DispatchContext& context);

/// The same for its verbs that read a registry's files: a line of the table in dispatch_mirror.cpp.
std::optional<Result<Outcome>> dispatch_mirror(const Env& env, const ParsedArguments& parsed, const DispatchContext& context);

} // namespace cargo_wasm::cli
