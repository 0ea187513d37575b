// A signing key in a file: as its text, or sealed by a passphrase (scrypt and AES-256-GCM of OpenSSL).
//
//   cargo-wasm/sealed-key/v1
//   key VERIFIER-KEY
//   scrypt N R P SALT          base 64
//   aes-256-gcm NONCE
//   CIPHERTEXT                 with its tag; the lines above are authenticated with it
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_trust {

/// The file of a key behind a passphrase. Cost: 32 MiB and about 0.1 s, here and when it is opened.
[[nodiscard]] std::string sealed_key_text(const registry_tlog::SignerKey& key, std::string_view passphrase);

using Passphrase = std::function<Result<std::string>()>;
/// The key of a file; `passphrase` is asked for when it is sealed. Errors: CW1029 a wrong passphrase or a damaged file; CW1002; those of
/// `passphrase`.
[[nodiscard]] Result<registry_tlog::SignerKey> open_key_text(std::string_view text, const Passphrase& passphrase);

} // namespace cargo_wasm::registry_trust
