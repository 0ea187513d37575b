// The command `run` turns into, as bytes in the no-op snapshot: a mark, then NUL-ended strings. The environment is that of
// the caller, plus what `[env]` added.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/process.hpp>

namespace cargo_wasm::ops {

[[nodiscard]] std::string encode_become(const base::Command& command, const base::EnvMap& caller);
/// nullopt when the bytes are no command: then they are text for stdout.
[[nodiscard]] std::optional<base::Command> decode_become(std::string_view bytes, const base::EnvMap& caller);

} // namespace cargo_wasm::ops
