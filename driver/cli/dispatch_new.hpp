#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// `new` and `init`; nullopt: it is another verb.
[[nodiscard]] std::optional<Result<Outcome>> dispatch_new(const Env& env, const ParsedArguments& parsed);

} // namespace cargo_wasm::cli
