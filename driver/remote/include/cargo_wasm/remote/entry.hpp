// What stands under an action's digest: the canonical result, and who says that the action gave it. Blobs are checked by their digests;
// a false result over valid blobs is seen by nobody, so results are believed only when a trusted key signed them, or when the user wrote
// `trust = "all"`.
//
// Signed is a text (docs/formats/remote-cache.md):
//
//   cargo-wasm/cache-entry/v1
//   action HASH/SIZE
//   result HASH/SIZE           of the canonical encoding, without metadata
//
// The signature is in ActionResult.execution_metadata.auxiliary_metadata, which every server keeps.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::remote {

using base::Digest;

/// Whose results are believed.
struct Trust
{
  bool everybody = false;
  std::vector<registry_tlog::VerifierKey> keys;
};

/// The bytes to store: the canonical result with a signature, or alone when there is no key.
[[nodiscard]] std::string make_entry(const Digest& action, const action::ActionResult& result, const registry_tlog::SignerKey* key);

/// The name of the trusted key that signed this result for this action; nullopt when none did. What is signed is the result with its texts
/// inline: they must be filled in when a server has moved them to blobs. Cost: 0.1 ms a signature by a trusted key.
[[nodiscard]] std::optional<std::string>
find_signer(const Digest& action, const action::DecodedResult& decoded, const std::vector<registry_tlog::VerifierKey>& keys);

} // namespace cargo_wasm::remote
