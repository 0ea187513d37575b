// The revocations that are in force, as one file whose hash is in every snapshot: whoever has a checkpoint has all of them, or knows that
// they are withheld.
//
// For each, sorted by the bytes of its target: a line `entry N` (where in the log the signed statement is), the statement, an empty line.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_trust {

inline constexpr std::size_t k_max_revocations_bytes = 16 * 1024 * 1024;

struct Revocation
{
  std::uint64_t entry = 0; ///< of its statement in the log
  RevokeStatement statement;
  bool operator==(const Revocation&) const = default;
};

/// Strict: what `to_text` writes, and nothing else. Errors: CW1027 with the place; CW1020.
[[nodiscard]] Result<std::vector<Revocation>> parse_revocations(std::string_view text);
/// Sorts them. One a target.
[[nodiscard]] std::string to_text(std::vector<Revocation> revocations);

/// "crate NAME VERSION", "archive HEX", "key VERIFIER-KEY": the targets of statements.
[[nodiscard]] std::string target_of_version(std::string_view name, std::string_view version);
[[nodiscard]] std::string target_of_archive(const Sha256& archive);
[[nodiscard]] std::string target_of_key(std::string_view verifier_key);

/// A published version, as revocations may mean it.
struct RevocableVersion
{
  std::string_view name, version;
  Sha256 archive;
  std::string_view key;    ///< that signed its publication; empty: none did
  std::uint64_t entry = 0; ///< of its publication
};

/// The revocation that a version falls under, one that blocks before one that warns; nullptr: none. What a key signed before the entry
/// that its revocation names stays good.
[[nodiscard]] const Revocation* find_revocation(std::span<const Revocation> revocations, const RevocableVersion& version);

} // namespace cargo_wasm::registry_trust
