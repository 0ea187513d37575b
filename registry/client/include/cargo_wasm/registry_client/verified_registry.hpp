// A registry read through its mirrors, believing none of them.
//
//   document     pinned when it was learned, followed version by version
//   checkpoint   signed by the log, cosigned as the policy asks, and beginning with the newest one seen before: it never goes back
//   snapshot     the log's last entry: the hashes of the name map and of the list of revocations, and how long this holds
//   name map     which index file each name has; that there is no such name
//   index file   has the hash that the map says
//   version      the log's entry that published it, signed, says this archive and this index line
//   archive      has the hash that the index says
//
// Each of these is checked before the next one is used (docs/formats/registry-log.md). A mirror that serves anything else is left for the
// next one; what shows that the registry itself is at fault (a split log, a wrong signature) ends the command.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_client/known_registry.hpp>
#include <cargo_wasm/registry_client/mirror_pool.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_client {

struct ReadingOptions
{
  PoolOptions pool;
  bool offline = false;
};

/// The newest state of a registry that was verified.
struct RegistryState
{
  registry_tlog::Checkpoint checkpoint;
  registry_trust::SnapshotStatement snapshot;
  std::uint64_t age_s = 0; ///< of the snapshot, by this machine's clock or those of a quorum of witnesses, whichever is later
};

class VerifiedRegistry
{
public:
  /// `client` is nullptr offline; both outlive it. Nothing is read yet.
  VerifiedRegistry(const Env& env, base::HttpClient* client, KnownRegistry known, ReadingOptions options);
  ~VerifiedRegistry();

  [[nodiscard]] const KnownRegistry& known() const { return m_known; }
  [[nodiscard]] const HealthTable& health() const { return m_health; }

  /// The registry's state now; once, later calls do nothing. Waits. Offline: as it was seen last. Errors: CW1106 offline and never seen;
  /// CW1110 the log has been split (evidence is kept); CW1111 what the log's last entry says is wrong; CW1112 the newest snapshot is too
  /// old; CW1113 the federation's document has expired; those of `follow_federation` and `open_checkpoint`; CW1103.
  Result<> refresh();
  /// After `refresh`.
  [[nodiscard]] const RegistryState& state() const { return *m_state; }

  /// nullopt: proven not to be there.
  using FileDone = std::function<void(Result<std::optional<std::string>>)>;
  /// The index file of a name, in lower case, after `refresh`. `is_cached` may say that what the caller has is right, by its hash: then
  /// `done` is not called with bytes but with an empty text. `done` is called from `poll` or `tick`, or from here. When the registry has
  /// been published to since, and mirrors have a newer file, the newest state is taken, and the file is of that one.
  void index_file(const std::string& name, std::function<bool(const base::Sha256&)> is_cached, FileDone done);

  struct Version
  {
    std::string name, version;
    std::string checksum; ///< SHA-256 of the archive, in hexadecimal
    std::string line;     ///< of the index file
  };
  /// That the log has published these versions so. Waits. Errors: CW1114 to CW1116, with the version; those of reading the log.
  Result<> verify_versions(std::span<const Version> versions);

  /// The key that signed a version, as `verify_versions` has found it good; nullopt: the registry signed it itself. May wait. Errors:
  /// CW1114 its index line names an entry that the log does not have; those of reading the log.
  Result<std::optional<std::string>> publisher_of(const Version& version);

  /// That none of these is revoked; `allowed` lists "NAME@VERSION" that are used nevertheless, with a warning. May wait. Errors: CW1109.
  Result<> check_revoked(std::span<const Version> versions, std::span<const std::string> allowed);

  struct Archive
  {
    std::string bytes;
    std::string mirror; ///< that served it, its id
  };
  using ArchiveDone = std::function<void(Result<Archive>)>;
  /// The bytes of an archive, which have this hash.
  void archive(const std::string& name, const std::string& version, const base::Sha256& hash, ArchiveDone done);
  /// Any other file that something verified names by its hash. Errors: CW1103; CW1106 offline.
  void file(std::string path, const base::Sha256& hash, std::uint64_t max_bytes, ArchiveDone done);

  /// What one mirror has, as `survey` finds it.
  struct MirrorReport
  {
    registry_trust::Mirror mirror;
    std::optional<Error> trouble;       ///< instead of a checkpoint that counts
    std::uint64_t size = 0;             ///< of its checkpoint
    std::optional<std::uint64_t> lag_s; ///< how much older its newest state is than that of the registry, if that is known
    MirrorHealth health;
  };
  /// Asks every mirror for its checkpoint, after `refresh`. Waits.
  [[nodiscard]] Result<std::vector<MirrorReport>> survey();

  /// Handles events for a moment. False when nothing is under way.
  Result<bool> poll();
  void tick();
  [[nodiscard]] bool pending() const;
  /// What was seen of mirrors, for the next command. Waits for a moment where it is not decided yet whether one is wrong. Nothing depends
  /// on it.
  void keep_health();

private:
  struct Seen;
  class Moment;
  struct IndexWish
  {
    std::string name;
    std::function<bool(const base::Sha256&)> is_cached;
    FileDone done;
    unsigned rounds = 0; ///< in which the registry was published to
  };
  struct Doubt;
  struct Inquiry;
  void want(IndexWish wish);
  /// A mirror served another file than the state says: because it is ahead, in between, or wrong?
  void judge(const std::shared_ptr<Doubt>& doubt, std::size_t mirror, const std::string& why);
  void look(const std::shared_ptr<Inquiry>& inquiry, std::chrono::milliseconds delay);
  void look_at_files(const std::shared_ptr<Inquiry>& inquiry);
  void look_again(const std::shared_ptr<Inquiry>& inquiry);
  void close(const std::shared_ptr<Inquiry>& inquiry);
  void end_inquiries();
  void settle(Doubt& doubt);
  /// Takes the newest state for files of which mirrors have newer ones, once nothing is under way. Waits.
  void begin_again();
  Result<> take_newest();
  Result<> choose_checkpoint();
  Result<std::vector<Seen>> ask_for_checkpoints();
  /// The snapshot that ends the log of this size; without one, `why`. Errors: those of reading the log.
  struct LastEntry
  {
    std::optional<registry_trust::SnapshotStatement> snapshot;
    registry_tlog::SignedNote note; ///< that it stands in; whose signature it has is not looked at
    std::string why;
  };
  [[nodiscard]] Result<LastEntry> last_entry(std::uint64_t size);
  Result<> read_snapshot();
  Result<bool> follow_document();
  Result<> judge_age();
  Result<> judge_lag();
  [[nodiscard]] Result<std::optional<std::uint64_t>> lag_of(std::uint64_t size);
  Result<> adopt(const Seen& seen);
  Result<bool> begins_with(registry_tlog::TileReader& reader, const registry_tlog::Checkpoint& earlier);
  [[nodiscard]] Error split(const std::string& one, const std::string& other);
  [[nodiscard]] Result<std::vector<std::string>> entries(registry_tlog::TileReader& reader, registry_tlog::EntryRange range);
  void with_object(std::string_view folder, const base::Sha256& hash, std::uint64_t max_bytes, FileDone done);
  void with_shard(std::size_t shard, std::function<void(Result<const registry_trust::NameMap::Shard*>)> done);
  [[nodiscard]] Result<std::string> object(std::string_view folder, const base::Sha256& hash, std::uint64_t max_bytes);
  [[nodiscard]] Result<> verify_version(const Version& version, const registry_protocol::IndexEntry& entry);
  [[nodiscard]] Result<std::string> log_entry(std::uint64_t index);
  [[nodiscard]] std::uint64_t now() const;
  [[nodiscard]] std::uint64_t witnessed_now() const;

  const Env& m_env;
  base::HttpClient* m_client;
  KnownRegistry m_known;
  ReadingOptions m_options;
  HealthTable m_health;
  registry_tlog::LogPolicy m_policy;
  std::unique_ptr<MirrorPool> m_pool; ///< nullptr offline
  std::unique_ptr<Moment> m_moment;   ///< the log as of the chosen checkpoint
  std::optional<RegistryState> m_state;
  std::map<std::size_t, std::uint64_t> m_behind; ///< mirrors whose checkpoint is older: its size
  std::string m_table;
  std::map<std::size_t, registry_trust::NameMap::Shard> m_shards;
  std::vector<IndexWish> m_outdated;                           ///< wait for a newer state
  std::map<std::size_t, std::shared_ptr<Inquiry>> m_inquiries; ///< by mirror
  bool m_is_renewing = false;
  std::vector<registry_trust::Revocation> m_revocations; ///< in force
  std::map<std::uint64_t, std::string> m_entries;        ///< verified to be in the log
};

} // namespace cargo_wasm::registry_client
