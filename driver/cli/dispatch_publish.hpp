#pragma once
#include <optional>

#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// `package`, `publish` and the verbs of an account; nullopt for any other.
[[nodiscard]] std::optional<Result<Outcome>>
dispatch_publish(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context);

} // namespace cargo_wasm::cli
