// A directory for what is thrown away.
#pragma once
#include <string_view>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::base {

/// A new one of this user alone, called `prefix` and six letters, in `$TMPDIR`, without one in /tmp. Whoever asks for it removes it.
/// Errors: CW0003, with the system's reason as its first note.
[[nodiscard]] Result<Path> make_temporary_directory(const Env& env, std::string_view prefix);

} // namespace cargo_wasm::base
