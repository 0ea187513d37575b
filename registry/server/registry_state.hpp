// What the functions of Registry share: the open registry, and how a change goes through.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "database.hpp"
#include "ledger.hpp"
#include "log_store.hpp"

namespace cargo_wasm::registry_server {

/// Entries that become visible by one checkpoint, and the index files that follow from them.
struct Batch
{
  struct Entry
  {
    std::string note;
    std::string crate; ///< in whose chain it stands; empty: in none
  };
  std::vector<Entry> entries;
  std::map<std::string, std::string> public_files; ///< others that become visible then, by their path below DIR/public
  std::map<std::string, std::string> index_files;  ///< by the name of the crate: those that change, whole
  std::optional<std::vector<registry_trust::Revocation>> revocations;
  std::optional<std::uint64_t> federation;
  std::vector<base::Sha256> used_notes; ///< which count once
};

struct Registry::State
{
  Env env;
  base::Path directory, public_directory;
  RegistrySettings settings;
  std::unique_ptr<base::FileLock> lock;
  Database database;
  std::optional<Accounts> accounts; ///< over `database`
  std::optional<Ledger> ledger;     ///< over both
  LogStore log;
  registry_trust::Federation federation; ///< the version that the newest snapshot names
  bool is_unfinished = false;            ///< the last change could not be brought to its end: the next one begins with that
  bool lacks_cosignatures = false;       ///< the public checkpoint was made before witnesses were asked
  WitnessAsking asking;
  std::set<std::string> silent_witnesses; ///< addresses that did not answer when they were asked last

  [[nodiscard]] base::Path index_path(std::string_view name) const { return public_directory / registry_protocol::index_path(name); }
  [[nodiscard]] base::Path staged_components() const { return directory / "private" / "components"; }
  [[nodiscard]] std::uint64_t now() const { return registry_trust::utc_seconds(env.clock.now()); }
  [[nodiscard]] std::string canonical() const { return "sparse+" + settings.base_url; }
  [[nodiscard]] Result<std::string> index_file(std::string_view name) const;
  /// The leaf hash of the newest statement about a crate.
  [[nodiscard]] std::optional<base::Sha256> head_of(std::string_view name) const;
  /// A crate's index file with `yanked` as the ledger and these revocations have it.
  [[nodiscard]] Result<std::string> index_with(std::string_view name, const std::vector<registry_trust::Revocation>& revocations);

  /// The place in the log of the first entry. Each entry's place was decided before, so that whoever finds the rows knows whether they went
  /// through. Errors: CW1219 a note was used before; CW1059 and CW1060 the change is signed, and waits for witnesses; those of writing.
  Result<std::uint64_t> record(const Batch& batch) { return record(batch, federation); }
  /// With the document that is in force from then on; behind what is pending, too, when the batch has nothing else.
  Result<std::uint64_t> record(const Batch& batch, const registry_trust::Federation& next);
  /// Brings the last change to its end, if it is not there: witnesses, index files, tables. Errors: CW1059, CW1060; those of writing.
  Result<> settle();
  /// As `settle`, in front of another change.
  Result<> begin_change();
  /// What an earlier process was at when it ended.
  Result<> recover();
  /// The federation's document that the newest snapshot names, and the keys that sign for it.
  Result<> load_federation();
  /// Where a document lies until the snapshot that names it is public.
  [[nodiscard]] base::Path private_document(std::uint64_t version) const;
  /// Who sees the next checkpoint first, under the document in force and the next one.
  [[nodiscard]] Result<LogStore::Audience> audience(const registry_trust::Federation& next) const;

private:
  Result<> announce(const Batch& batch, std::uint64_t leaf);
  Result<> finish();
  Result<> forget();
  Result<> publish_pending();
};

/// Hexadecimal, new each time.
[[nodiscard]] std::string new_nonce();
/// Build metadata makes no other version to cargo.
[[nodiscard]] std::string_view number_of(std::string_view version);
/// The line that has this version, parsed; nullopt when there is none.
[[nodiscard]] Result<std::optional<registry_protocol::IndexEntry>> line_of(std::string_view index, std::string_view version);

/// DIR/private/keys/NAME.
[[nodiscard]] base::Path key_file(const base::Path& directory, std::string_view name);
/// Writes a key into a file for its owner alone.
Result<> keep_key(base::Filesystem& fs, const base::Path& file, const registry_tlog::SignerKey& key);
/// Those that sign checkpoints.
[[nodiscard]] Result<std::vector<registry_tlog::SignerKey>> log_keys(const base::Filesystem& fs, const base::Path& directory);

/// CW1219.
[[nodiscard]] tl::unexpected<Error> used_before();

} // namespace cargo_wasm::registry_server
