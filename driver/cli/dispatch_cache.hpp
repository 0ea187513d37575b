#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs a verb of the group `cache`; nullopt for any other verb.
std::optional<Result<Outcome>> dispatch_cache(const Env& env, const ParsedArguments& parsed);

} // namespace cargo_wasm::cli
