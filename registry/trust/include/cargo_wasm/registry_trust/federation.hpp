// The federation's document: who may say what in a registry, where its mirrors are, and which names are its own. Clients learn it once and
// follow signed updates, version by version, as The Update Framework follows its root (tuf-spec §5.3): each version is signed by enough
// keys of the one before and of its own.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_trust/dsse.hpp>

namespace cargo_wasm::registry_trust {

inline constexpr std::string_view k_federation_type = "application/vnd.cargo-wasm.federation.v1+json";
inline constexpr std::size_t k_max_federation_bytes = 64 * 1024;
/// Versions that are followed in one go.
inline constexpr unsigned k_max_federation_steps = 1024;

struct KeyRole
{
  std::size_t threshold = 1;
  std::vector<VerifierKey> keys;
  bool operator==(const KeyRole&) const = default;
};

struct Mirror
{
  std::string id;
  std::string region; ///< orders mirrors, says nothing of trust; may be empty
  std::string base;   ///< address of the static files, with a slash at its end
  bool publishes = false;
  std::uint32_t priority = 10; ///< lower ones first
  std::uint64_t max_lag_s = 900;
  std::string oci; ///< "HOST/PREFIX" for components; may be empty
  bool operator==(const Mirror&) const = default;
};

struct Federation
{
  std::string name;
  std::uint64_t version = 1;
  std::uint64_t expires = 0; ///< seconds since 1970
  std::string canonical;     ///< the index as it stands in lock files: "sparse+https://…/"
  KeyRole root, revokers;
  std::string policy; ///< of the log and its witnesses (registry_tlog/log_policy.hpp), as text
  std::vector<Mirror> mirrors;
  std::vector<std::string> exclusive;                        ///< patterns of names that are this registry's alone: "acme-*"
  std::vector<std::string> foreign;                          ///< patterns of names that are other registries' alone
  bool unsigned_allowed = false;                             ///< versions that no publisher's key has signed
  std::uint64_t warn_after_s = 86400, fail_after_s = 604800; ///< age of the newest checkpoint
  bool operator==(const Federation&) const = default;
};

/// The payload. Members that this version does not know are passed over. Errors: CW1023 with the member.
[[nodiscard]] Result<Federation> parse_federation(std::string_view json);
[[nodiscard]] std::string to_json(const Federation& federation);

/// A document that stands on its own: signed by enough of its own root keys. Whether these are the right ones is for the caller to know, by
/// `payload_hash` or by the keys. Errors: CW1022, CW1023; CW1024 not enough signatures.
[[nodiscard]] Result<Federation> open_federation(std::string_view dsse);
/// SHA-256 of the document in an envelope, by which a federation is pinned. Errors: CW1022.
[[nodiscard]] Result<base::Sha256> payload_hash(std::string_view dsse);
/// The next version. Errors: those of `open_federation`, CW1024 also for the keys of `current`; CW1025 not the next version, or of another
/// federation. `current` stays what counts.
[[nodiscard]] Result<Federation> follow_federation(const Federation& current, std::string_view dsse);

} // namespace cargo_wasm::registry_trust
