// What follows from the log, as tables: which key may publish which crate, who published what, what is revoked. Taken in entry by entry,
// and made again from the log when the database was lost.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_protocol/name_fold.hpp>
#include <cargo_wasm/registry_trust/crate_authority.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>

#include "database.hpp"

namespace cargo_wasm::registry_server {

struct LedgerVersion
{
  std::string crate, version; ///< the crate as it was published
  std::uint64_t entry = 0;
  base::Sha256 archive;
  std::string key; ///< that signed it; empty: the registry did, for a token
  bool yanked = false;
};

using registry_protocol::fold_of;

/// Errors of all functions: CW1202.
class Ledger
{
public:
  /// Over a database and its accounts, which outlive it. Makes its tables when they are not there.
  [[nodiscard]] static Result<Ledger> open(Database& database, Accounts& accounts);

  /// How many entries were taken in.
  Result<std::uint64_t> size();
  /// The next entries, as a whole or not at all. Errors: CW1203 one that no registry makes.
  Result<> take(std::span<const std::string> entries);

  Result<registry_trust::CrateAuthority> authority(std::string_view crate);
  /// The entry of the newest statement that let a key publish a crate; nullopt: none did.
  Result<std::optional<std::uint64_t>> key_entry(std::string_view crate, const std::string& key);
  Result<std::vector<LedgerVersion>> versions(std::string_view crate);
  /// Names of crates that have a version of this archive, or one that this key signed.
  Result<std::vector<std::string>> crates_with_archive(const base::Sha256& archive);
  Result<std::vector<std::string>> crates_signed_by(std::string_view key);
  /// By target.
  Result<std::vector<registry_trust::Revocation>> revocations();
  /// Whether versions of this crate were brought in from another registry: then all of them are.
  Result<bool> is_imported(std::string_view crate);
  /// The name under which this fold is taken.
  Result<std::optional<std::string>> name_with_fold(std::string_view fold);
  /// Names that contain this lower-case text, at most a hundred.
  Result<std::vector<std::string>> names_with(const std::string& text);

private:
  Ledger(Database& database, Accounts& accounts) : m_database(&database), m_accounts(&accounts) {}
  Result<> take_one(std::uint64_t entry, std::string_view bytes);
  Result<> take_revocation(std::uint64_t entry, const registry_trust::Statement& statement);
  Result<> keep_keys(std::string_view crate, const registry_trust::CrateAuthority& authority);

  Database* m_database;
  Accounts* m_accounts;
};

} // namespace cargo_wasm::registry_server
