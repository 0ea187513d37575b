// Variables that a compiler or a build script has looked at, as records have them: the value where the command sets it (but for secrets of
// `[env]`) or where it is known to be harmless, else an HMAC under a key that stays in the target directory. A record can say that a
// variable has changed; it cannot say to what.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/record.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

constexpr std::string_view k_hashed_value = "hmac-sha256:"; ///< what such a value begins with

/// What stands for `value` under this key.
[[nodiscard]] std::string hashed_value(std::string_view key, std::string_view value);

/// Puts the values of today in the place of hashes, in a record of this very build: for digests that are compared between checkouts.
void put_values_of_today(const Env& env, const plan::ActionTemplate& tmpl, Record& record);

/// The key of a target directory, `secret` in its state directory, mode 0600; made when it is not there and may be. Errors: CW0003.
[[nodiscard]] Result<std::string> key_of_variables(base::Filesystem& fs, const base::Path& state_directory, bool writable);

} // namespace cargo_wasm::exec
