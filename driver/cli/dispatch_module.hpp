#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs a verb of the groups `module` and `host`; nullopt for any other verb.
[[nodiscard]] std::optional<Result<Outcome>>
dispatch_module(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context);

} // namespace cargo_wasm::cli
