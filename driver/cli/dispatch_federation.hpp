#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs `registry add | remove | status | proxy`; nullopt for any other verb.
std::optional<Result<Outcome>>
dispatch_federation(const Env& env, const ParsedArguments& parsed, const DispatchContext& context, const ops::GlobalOptions& options);

} // namespace cargo_wasm::cli
