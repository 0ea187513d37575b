// The clock of the second build: another one for everything it runs, while this program keeps the real one, which it compares with times of
// files.
#pragma once
#include <optional>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

/// Set by `verify` for the build that it starts; `build --reproducible` hands it on as LD_PRELOAD.
inline constexpr const char* k_preload_variable = "CARGO_WASM_PRELOAD";

/// Writes the library that sets the clock into a directory and looks, by asking `date`, whether it has an effect here. Where it has none,
/// that is a warning (CW1138), and nullopt.
/// Errors: CW1180 it cannot be written. Cost: one process.
[[nodiscard]] Result<std::optional<Path>> second_clock(const Env& env, const Path& directory);

/// CARGO_WASM_PRELOAD becomes LD_PRELOAD, before what is there.
void hand_on_clock(EnvMap& vars);

/// "410 days"
[[nodiscard]] std::string how_far_ahead();

} // namespace cargo_wasm::ops
