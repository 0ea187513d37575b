// Where a publisher's signing key comes from: CARGO_WASM_PUBLISH_KEY, or a file below $CARGO_HOME/cargo-wasm/keys.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::ops {

/// $CARGO_HOME/cargo-wasm/keys.
[[nodiscard]] Result<Path> publisher_key_directory(const Env& env);
/// A key of a file, with its passphrase. Errors: CW0001, CW1002, CW1029.
[[nodiscard]] Result<registry_tlog::SignerKey> read_key_file(const Env& env, const Path& file, const KeyOpening& opening);
/// The publisher's: the variable, else the file of this name, else the one called `default`; nullopt when there is none of these. Only the
/// first two count when `only` is set.
[[nodiscard]] Result<std::optional<registry_tlog::SignerKey>>
find_publisher_key(const Env& env, const std::string& name, bool only, const KeyOpening& opening);
/// Whether that finds one; opens none.
[[nodiscard]] Result<bool> has_publisher_key(const Env& env, const std::string& name, bool only);
/// 128 bits from the system, for a statement that must not be said twice.
[[nodiscard]] std::string fresh_nonce();
/// The passphrase of CARGO_WASM_KEY_PASSPHRASE, else asked for.
[[nodiscard]] Result<std::string> passphrase_of(const Env& env, const std::string& question, const KeyOpening& opening);

} // namespace cargo_wasm::ops
