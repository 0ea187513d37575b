#pragma once
#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Runs a verb of the group `toolchain`; nullopt for any other verb. A new one is a line of the table in dispatch_toolchain.cpp.
[[nodiscard]] std::optional<Result<Outcome>>
dispatch_toolchain(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context);

} // namespace cargo_wasm::cli
