// Reproducible builds: what `build --reproducible` adds to a request, and `verify`.
#pragma once
#include <cargo_wasm/ops/requests.hpp>

#include "dispatch.hpp"

namespace cargo_wasm::cli {

/// Fixes what belongs to the process, and notes with which arguments the build can be repeated. Errors: CW1173 with arguments that exclude
/// it.
[[nodiscard]] Result<> make_reproducible(const ParsedArguments& parsed, ops::CompileRequest& request);

[[nodiscard]] Result<>
verify_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context);

} // namespace cargo_wasm::cli
