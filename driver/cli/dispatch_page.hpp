#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs `module browse`, `module bindgen-test`, `module serve`; nullopt for every other verb.
[[nodiscard]] std::optional<Result<Outcome>>
dispatch_page(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context);

} // namespace cargo_wasm::cli
