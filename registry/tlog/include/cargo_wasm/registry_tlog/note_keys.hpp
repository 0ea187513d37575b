// Keys of signed notes (C2SP signed-note): a name, the type of its signatures, and an Ed25519 key; the four bytes of the key id follow
// from these. Texts: `name+hex8+base64` for verifying, `PRIVATE+KEY+name+hex8+base64` for signing, as Go's sumdb/note writes them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/ed25519.hpp>

namespace cargo_wasm::registry_tlog {

/// The byte that says how a note is signed. Others of the specification are read as unknown keys, which verifiers pass over.
enum class SignatureType : std::uint8_t {
  ed25519 = 0x01,     ///< over the text
  cosignature = 0x04, ///< tlog-cosignature: over a time and a checkpoint's text
};

struct VerifierKey
{
  std::string name;
  SignatureType type = SignatureType::ed25519;
  Ed25519PublicKey key;
  std::uint32_t id = 0; ///< from the three others
  bool operator==(const VerifierKey&) const = default;
};

/// With its id. Errors: CW1001 for a name that is empty or has a space, a control character or a plus.
[[nodiscard]] Result<VerifierKey> make_verifier_key(std::string_view name, SignatureType type, const Ed25519PublicKey& key);
/// Errors: CW1000 not a verifier key, an id that does not belong to it, or a type that is not among ours; CW1001.
[[nodiscard]] Result<VerifierKey> parse_verifier_key(std::string_view text);
[[nodiscard]] std::string to_text(const VerifierKey& key);

struct SignerKey
{
  VerifierKey verifier;
  Ed25519PrivateKey key;
};

/// Errors: CW1001.
[[nodiscard]] Result<SignerKey> make_signer_key(std::string_view name, SignatureType type, Ed25519PrivateKey key);
/// Errors: CW1002 (which never quotes the key), CW1001.
[[nodiscard]] Result<SignerKey> parse_signer_key(std::string_view text);
/// A secret.
[[nodiscard]] std::string to_secret_text(const SignerKey& key);

} // namespace cargo_wasm::registry_tlog
