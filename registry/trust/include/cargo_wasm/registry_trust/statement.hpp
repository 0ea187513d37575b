// Statements: what a registry's log consists of. Each is the text of a signed note, lines of `key value` in a fixed order under a first
// line that says which kind it is (docs/formats/registry-log.md). Who may state what follows from the statements before it, in the log's
// order.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_trust {

using base::Sha256;

inline constexpr std::size_t k_max_statement_bytes = 8 * 1024;

/// A version of a crate that was published. Its index line is hashed as it was then, `yanked` false, without what the registry adds.
struct PublishStatement
{
  std::string registry; ///< the index's canonical address, "sparse+https://…/": a statement holds in one registry alone
  std::string name, version;
  Sha256 archive;                     ///< of the `.crate`
  std::optional<Sha256> index_line;   ///< nullopt: signed by a client that does not know it, as plain cargo's
  std::optional<Sha256> oci_manifest; ///< the component beside it
  std::optional<Sha256> previous;     ///< leaf hash of this crate's statement before; nullopt for its first
  std::optional<std::string> user;    ///< who was let in by a token; nullopt where the signature's key says it
  std::uint64_t time = 0;             ///< seconds since 1970
  bool operator==(const PublishStatement&) const = default;
};

/// A version is yanked, or no longer.
struct YankStatement
{
  std::string registry;
  std::string name, version;
  bool yanked = true;
  std::optional<Sha256> previous;
  std::optional<std::string> user;
  std::string nonce; ///< hexadecimal: the same statement may be made again, but not by somebody who only kept it
  std::uint64_t time = 0;
  bool operator==(const YankStatement&) const = default;
};

enum class KeyChange : std::uint8_t { claim, grant, drop };

/// A key may publish a crate (`claim`: the first one, `grant`: another) or no longer.
struct KeyStatement
{
  std::string registry;
  std::string name;
  KeyChange change = KeyChange::claim;
  std::string key; ///< a verifier key
  std::optional<Sha256> previous;
  std::uint64_t time = 0;
  bool operator==(const KeyStatement&) const = default;
};

enum class RevocationEffect : std::uint8_t { block, warn };

/// What must no longer be used: a version, an archive, or what a key signed from some entry on.
struct RevokeStatement
{
  std::string registry;
  std::string target; ///< "crate NAME VERSION", "archive HEX", "key VERIFIER-KEY"
  RevocationEffect effect = RevocationEffect::block;
  std::string reason;                       ///< "malware", "key-compromise", "vulnerability", "legal", "mistake"
  std::optional<std::string> advisory;      ///< an address
  std::optional<std::uint64_t> since_entry; ///< for keys: earlier entries stay good, by the log's order, not by clocks
  std::uint64_t time = 0;
  bool operator==(const RevokeStatement&) const = default;
};

/// Takes a revocation back.
struct UnrevokeStatement
{
  std::string registry;
  std::string target;
  std::string nonce;
  std::uint64_t time = 0;
  bool operator==(const UnrevokeStatement&) const = default;
};

/// The last entry of every checkpoint: what the registry has, and until when this may be believed.
struct SnapshotStatement
{
  std::string registry;
  std::uint64_t sequence = 0;
  Sha256 table;       ///< of the name map
  Sha256 revocations; ///< of the list of all that are in force
  std::uint64_t revocation_count = 0;
  std::uint64_t federation = 0; ///< the version of the federation's document
  std::uint64_t time = 0, expires = 0;
  bool operator==(const SnapshotStatement&) const = default;
};

/// A version that another registry has published, as this one's operator saw it there: `time` says when. It is the registry's own word,
/// never its publisher's signature.
struct ImportStatement
{
  std::string registry;
  std::string name, version;
  Sha256 archive, index_line;
  std::string upstream; ///< where it was seen: the source as it stands in lock files
  std::optional<Sha256> previous;
  std::uint64_t time = 0;
  bool operator==(const ImportStatement&) const = default;
};

/// The head of a chain of audit records (downloads, updates), so that they cannot be changed afterwards.
struct SealStatement
{
  std::string registry;
  Sha256 head;
  std::uint64_t records = 0;
  std::uint64_t time = 0;
  bool operator==(const SealStatement&) const = default;
};

using Statement = std::variant<PublishStatement,
                               YankStatement,
                               KeyStatement,
                               RevokeStatement,
                               UnrevokeStatement,
                               SnapshotStatement,
                               SealStatement,
                               ImportStatement>;

/// Strict: what `to_text` writes, and nothing else. Errors: CW1020 with the line.
[[nodiscard]] Result<Statement> parse_statement(std::string_view text);
/// The text of a note, with its last newline.
[[nodiscard]] std::string to_text(const Statement& statement);

} // namespace cargo_wasm::registry_trust
