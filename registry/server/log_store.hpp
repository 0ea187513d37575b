// The registry's log on the disk: public files, the signing key, and the name map that its newest snapshot speaks of.
//
// Where witnesses are asked, a checkpoint is signed before anybody but them sees it: it lies in DIR/private/pending-checkpoint, behind
// tiles that are on the disk, until it is made public. From the moment it lies there the log is that tree, for this process and all later
// ones: a witness may have cosigned it, and would never cosign another one in its place.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_server {

/// How long a snapshot may be believed: a registry that nobody writes to signs a new one before.
inline constexpr std::uint64_t k_snapshot_lifetime_s = 7 * 86400;

/// What a checkpoint takes in, as a whole.
struct LogChange
{
  std::vector<std::string> entries;
  std::map<std::string, registry_trust::NameRecord> names;            ///< by name in lower case: those that change
  std::optional<std::vector<registry_trust::Revocation>> revocations; ///< all that are in force from then on
  std::optional<std::uint64_t> federation;                            ///< the version of the federation's document from then on
};

class LogStore
{
public:
  /// An empty log with its first snapshot. Errors: CW0003.
  static Result<> create(base::Filesystem& fs,
                         const base::Path& directory,
                         const registry_tlog::SignerKey& key,
                         const std::string& canonical,
                         std::uint64_t now);
  /// The log, verified from its checkpoint, the pending one if there is one: one of the keys, tiles, newest snapshot, name map. Errors:
  /// those of reading it; CW1203; CW1061 the pending and the public checkpoint are not of one log.
  [[nodiscard]] static Result<LogStore>
  open(base::Filesystem& fs, const base::Path& directory, std::vector<registry_tlog::SignerKey> keys, std::string canonical);

  /// With what is pending, as all that follows.
  [[nodiscard]] std::uint64_t size() const { return m_writer.size(); }
  /// Of the checkpoint that everybody sees.
  [[nodiscard]] std::uint64_t public_size() const { return m_public_size; }
  /// The signed checkpoint that only witnesses may see; nullopt: everything is public.
  [[nodiscard]] const std::optional<std::string>& pending() const { return m_pending; }
  [[nodiscard]] const registry_trust::NameMap& names() const { return m_names; }
  /// The newest.
  [[nodiscard]] const registry_trust::SnapshotStatement& snapshot() const { return m_snapshot; }
  /// With which everything is signed from now on: the log's key, and, while it is being changed, the one before or behind it, too.
  void set_keys(std::vector<registry_tlog::SignerKey> keys) { m_keys = std::move(keys); }
  /// A note of the registry's own: for what a token let in.
  [[nodiscard]] std::string signed_note(const registry_trust::Statement& statement) const;
  /// A note of somebody else's, with the registry's signature under his.
  [[nodiscard]] std::string countersigned(registry_tlog::SignedNote note) const;
  /// Entries of the log, for which they have to be in it.
  [[nodiscard]] Result<std::vector<std::string>> entries(registry_tlog::EntryRange range) const;

  enum class Audience : std::uint8_t { everybody, witnesses };
  /// Appends the change's entries and a snapshot, also behind what is pending: writes tiles, map and revocations, makes them durable, then
  /// the checkpoint, for everybody or as the pending one. Errors: CW0003; the log is then as it was, as far as anybody can see, unless
  /// `size()` says that it grew: then only the disk could not be waited for.
  Result<> append(const LogChange& change, std::uint64_t now, Audience audience);
  /// Waits until the pending checkpoint is on the disk: before that no witness may see it. Errors: CW0003.
  Result<> secure_pending();
  /// The proof that the log begins with its first `old_size` entries. Errors: those of reading.
  [[nodiscard]] Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t old_size) const;
  /// The pending checkpoint becomes everybody's; `note` is it, with its cosignatures. Errors: CW0003; `pending()` says whether it happened.
  Result<> make_public(const std::string& note);

private:
  LogStore(base::Filesystem& fs, const base::Path& directory, std::vector<registry_tlog::SignerKey> keys, std::string canonical);
  [[nodiscard]] Result<registry_tlog::Checkpoint> verified(std::string_view note) const;
  /// What an earlier process has left; the checkpoint of the log is then that one. Errors: CW1061.
  Result<> take_pending(registry_tlog::Checkpoint& checkpoint);
  Result<> write(const LogChange& change, std::uint64_t now, Audience audience);
  Result<> keep_pending(const std::string& note);

  base::Filesystem* m_fs;
  base::Path m_private, m_public;
  std::vector<registry_tlog::SignerKey> m_keys;
  std::string m_canonical;
  registry_tlog::LogWriter m_writer;
  registry_trust::NameMap m_names;
  registry_trust::SnapshotStatement m_snapshot;
  registry_tlog::Checkpoint m_checkpoint; ///< of what `m_writer` has
  std::uint64_t m_public_size = 0;
  std::optional<std::string> m_pending;
  bool m_is_secured = false; ///< the pending one
};

} // namespace cargo_wasm::registry_server
