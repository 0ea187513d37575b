// DSSE envelopes: a document and signatures over exactly its bytes, so that no canonical form of JSON is needed
// (secure-systems-lab/dsse, protocol.md and envelope.md). Keys are named by the text of their verifier key.
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_trust {

using registry_tlog::SignerKey;
using registry_tlog::VerifierKey;

struct DsseSignature
{
  std::string key; ///< the verifier key's text; a hint, not believed
  std::string bytes;
  bool operator==(const DsseSignature&) const = default;
};

struct DsseEnvelope
{
  std::string type;
  std::string payload;
  std::vector<DsseSignature> signatures;
  bool operator==(const DsseEnvelope&) const = default;
};

/// The form alone. Errors: CW1022.
[[nodiscard]] Result<DsseEnvelope> parse_dsse(std::string_view json);
[[nodiscard]] std::string to_json(const DsseEnvelope& envelope);

/// Adds a signature by this key, which must be one for texts.
void sign(DsseEnvelope& envelope, const SignerKey& key);
/// Which of `keys` have signed, as places among them. A signature of somebody else, or a wrong one, is none.
[[nodiscard]] std::set<std::size_t> signers(const DsseEnvelope& envelope, std::span<const VerifierKey> keys);

} // namespace cargo_wasm::registry_trust
