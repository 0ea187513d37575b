// What the entries of a log say about each crate, taken in their order.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/registry_mirror/check.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/registry_trust/crate_authority.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_mirror {

struct LoggedVersion
{
  std::string name, version; ///< as published
  base::Sha256 archive;
  std::optional<base::Sha256> index_line;
  bool yanked = false;
  std::uint64_t entry = 0;
  std::string key = {}; ///< the publisher's, that signed it; empty: the registry did, for a token
};

struct CrateHistory
{
  base::Sha256 chain;                       ///< leaf hash of the newest statement
  std::optional<base::Sha256> before_claim; ///< what `chain` was, when the newest statement is a claim
  bool ends_with_claim = false;
  registry_trust::CrateAuthority authority; ///< who may publish it now
  std::vector<LoggedVersion> versions;
  std::vector<registry_tlog::VerifierKey> keys; ///< that were ever claimed or granted
};

/// What a log states, as far as it was taken.
class History
{
public:
  /// `keys`: the registry's, of every version of its federation.
  History(std::string canonical, std::vector<registry_tlog::VerifierKey> keys) : m_canonical(std::move(canonical)), m_keys(std::move(keys))
  {
  }

  /// The next entry. What is wrong with it is added to `report`.
  void take(std::uint64_t index, std::string_view entry, CheckReport& report);

  /// By name in lower case.
  [[nodiscard]] const std::map<std::string, CrateHistory, std::less<>>& crates() const { return m_crates; }
  /// All that the log has, the newest last.
  [[nodiscard]] const std::vector<registry_trust::SnapshotStatement>& snapshots() const { return m_snapshots; }
  /// Whether the last entry that was taken is a snapshot.
  [[nodiscard]] bool ends_with_snapshot() const { return m_ends_with_snapshot; }

private:
  /// The place of the crate's `previous`, and what follows from the statement. An error text; empty: nothing is wrong.
  std::string follow(const registry_trust::Statement& statement, const base::Sha256& leaf, std::uint64_t index);

  std::string m_canonical;
  std::vector<registry_tlog::VerifierKey> m_keys;
  std::map<std::string, CrateHistory, std::less<>> m_crates;
  std::vector<registry_trust::SnapshotStatement> m_snapshots;
  bool m_ends_with_snapshot = false;
};

} // namespace cargo_wasm::registry_mirror
