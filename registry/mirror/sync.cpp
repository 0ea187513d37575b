#include <cargo_wasm/registry_mirror/relay.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>

#include "followed_federation.hpp"
#include "followed_log.hpp"
#include "mirrored_components.hpp"
#include "mirrored_names.hpp"

#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace cargo_wasm::registry_mirror {
namespace {

using registry_client::FileWanted;
using registry_client::StaticFiles;
using registry_trust::SnapshotStatement;

// A primary that is published to while it is read goes on between its checkpoint and its index files: that often it is looked at again.
constexpr int k_rounds = 8;
constexpr std::chrono::milliseconds k_pause{250};
constexpr std::uint64_t k_max_revocation_bytes = std::uint64_t{16} << 20;

/// Counts what a run costs.
class CountedFiles final : public StaticFiles
{
public:
  CountedFiles(StaticFiles& files, SyncReport& report) : m_files(files), m_report(report) {}
  Result<std::vector<std::optional<std::string>>> get(std::span<const FileWanted> wanted) override
  {
    m_report.requests += wanted.size();
    CW_TRY_ASSIGN(std::vector<std::optional<std::string>> came, m_files.get(wanted));
    for (const std::optional<std::string>& file : came) {
      m_report.bytes += file ? file->size() : 0;
    }
    return came;
  }

private:
  StaticFiles& m_files;
  SyncReport& m_report;
};

Result<>
write_config(base::Filesystem& fs, const base::Path& public_directory, StaticFiles& primary, const std::string& url, bool takes_changes)
{
  CW_TRY_ASSIGN(const std::string bytes, get_file(primary, {.path = "config.json", .max_bytes = registry_client::k_max_config_bytes}));
  nlohmann::ordered_json config = nlohmann::ordered_json::parse(bytes, nullptr, false);
  if (!config.is_object()) {
    return fail(Error("CW0411", "the registry's `config.json` cannot be read: it is no JSON object", Blame::network));
  }
  // A `dl` that still said the primary would make a mirror that helps nobody when the primary is down.
  config["dl"] = url + "crates/{sha256-checksum}.crate";
  if (takes_changes) {
    config["api"] = url.substr(0, url.size() - 1);
  }
  const std::string text = config.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  CW_TRY_ASSIGN(const std::optional<std::string> own, fs.read_if_exists(public_directory / "config.json"));
  return own == text ? Result<>() : fs.write_atomic(public_directory / "config.json", text);
}

// The list of what is revoked, which the snapshot names by its hash; it may be left out while it is empty.
Result<std::string>
fetch_revocations(base::Filesystem& fs, const base::Path& public_directory, StaticFiles& primary, const SnapshotStatement& snapshot)
{
  const std::string path = "revocations/" + base::to_hex(snapshot.revocations);
  CW_TRY_ASSIGN(std::optional<std::string> list, fs.read_if_exists(public_directory / path));
  if (list && base::sha256(*list) == snapshot.revocations) {
    return std::move(*list);
  }
  if (snapshot.revocation_count == 0 && snapshot.revocations == base::sha256("")) {
    return std::string();
  }
  const FileWanted wanted{.path = path, .max_bytes = k_max_revocation_bytes};
  CW_TRY_ASSIGN(std::vector<std::optional<std::string>> came, primary.get(std::span(&wanted, 1)));
  if (!came.at(0) && snapshot.revocation_count == 0) {
    return std::string();
  }
  if (!came[0] || base::sha256(*came[0]) != snapshot.revocations) {
    return fail(
        Error("CW1254", fmt::format("`{}` of the registry is {}", path, came[0] ? "not what its hash says" : "not there"), Blame::integrity)
            .note(fmt::format("the snapshot of its log speaks of {} revocations", snapshot.revocation_count))
            .help("a mirror without them would hide what must not be used: tell whoever runs the registry"));
  }
  CW_TRY(fs.write_atomic(public_directory / path, *came[0]));
  return std::move(*came[0]);
}

// The table of the name map that is in place; nullopt before the first run, and when something of it is damaged: then all is compared.
std::optional<base::Sha256>
own_table(const base::Filesystem& fs, const base::Path& public_directory, const NotedCheckpoint& own, std::string_view canonical)
{
  registry_tlog::LogDirectory files(fs, public_directory);
  registry_tlog::TileReader reader(own.checkpoint, files);
  const auto snapshot = snapshot_of(reader, canonical);
  return snapshot ? std::optional(snapshot->table) : std::nullopt;
}

class Run
{
public:
  Run(const Env& env, StaticFiles& primary, const SyncRequest& request)
      : m_env(env), m_request(request), m_primary(primary, m_report), m_place{.public_directory = request.directory / "public",
                                                                              .incoming = request.directory / "private" / "incoming",
                                                                              .repair = request.repair}
  {
  }

  /// False: the primary went on meanwhile, and has to be looked at again.
  Result<bool> round(bool use_own_log)
  {
    CW_TRY_ASSIGN(const registry_trust::Federation federation, follow(m_env.fs, m_place.public_directory, m_primary, m_request.pin));
    m_report.registry = federation.name;
    m_report.federation = federation.version;
    m_takes_changes = relays(federation, m_request.url);
    CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
    NotedCheckpoint next;
    CW_TRY_ASSIGN(next.note, get_file(m_primary, {.path = "checkpoint", .max_bytes = registry_tlog::k_max_note_bytes}));
    CW_TRY_ASSIGN(registry_tlog::VerifiedCheckpoint verified, open_checkpoint(next.note, policy));
    next.checkpoint = std::move(verified.checkpoint);
    m_report.size = next.checkpoint.size;

    KeptLog log(m_env.fs, m_place.public_directory, m_primary, use_own_log);
    registry_tlog::TileReader reader(next.checkpoint, log);
    CW_TRY_ASSIGN(const std::optional<NotedCheckpoint> own, own_checkpoint(m_env.fs, m_place.public_directory));
    std::optional<base::Sha256> old_table;
    if (own) {
      if (!m_started) {
        m_report.old_size = own->checkpoint.size;
      }
      CW_TRY(check_continues(m_env, *own, next, reader, m_place.public_directory, m_request.directory / "private" / "evidence"));
      old_table = m_request.repair ? std::nullopt : own_table(m_env.fs, m_place.public_directory, *own, federation.canonical);
    }
    m_started = true;
    if (own && own->note == next.note && old_table) {
      CW_TRY_ASSIGN(const SnapshotStatement same, snapshot_of(reader, federation.canonical));
      m_report.time = same.time;
      CW_TRY(write_config(m_env.fs, m_place.public_directory, m_primary, m_request.url, m_takes_changes));
      return true;
    }
    CW_TRY_ASSIGN(const SnapshotStatement snapshot, snapshot_of(reader, federation.canonical));
    if (snapshot.federation > federation.version) {
      return false;
    }
    m_report.time = snapshot.time;
    CW_TRY(fetch_new_entries(log, reader, old_table ? own->checkpoint.size : 0));
    return names(next, snapshot, federation.name, old_table);
  }

  SyncReport m_report;

private:
  Result<bool> names(const NotedCheckpoint& next,
                     const SnapshotStatement& snapshot,
                     const std::string& federation,
                     const std::optional<base::Sha256>& old_table)
  {
    CW_TRY_ASSIGN(const std::string revocations, fetch_revocations(m_env.fs, m_place.public_directory, m_primary, snapshot));
    CW_TRY_ASSIGN(const IndexChanges changes, fetch_name_map(m_env, m_place, m_primary, snapshot.table, old_table));
    CW_TRY_ASSIGN(const bool all, stage_index_files(m_env, m_place, m_primary, changes, m_report));
    if (!all) {
      return false;
    }
    CW_TRY(fetch_archives(m_env, m_place, m_primary, changes, revocations, m_report));
    CW_TRY(fetch_components(m_env, m_place, m_primary, changes, federation, m_report));
    CW_TRY(write_config(m_env.fs, m_place.public_directory, m_primary, m_request.url, m_takes_changes));
    CW_TRY(registry_tlog::bring_onto_disk(m_place.public_directory));
    CW_TRY(place_index_files(m_env, m_place, changes));
    CW_TRY(tag_components(m_env, m_place, changes, federation, m_request.url));
    CW_TRY(registry_tlog::bring_onto_disk(m_place.public_directory));
    CW_TRY(m_env.fs.write_atomic(m_place.public_directory / "checkpoint", next.note));
    CW_TRY(m_env.fs.remove_all(m_place.incoming));
    return true;
  }

  const Env& m_env;
  const SyncRequest& m_request;
  CountedFiles m_primary;
  MirrorPlace m_place;
  bool m_started = false;
  bool m_takes_changes = false; ///< the document lets publications be sent to this mirror
};

} // namespace

Result<SyncReport> sync(const Env& env, StaticFiles& primary, const SyncRequest& request)
{
  CW_TRY(env.fs.create_directories(request.directory / "private"));
  CW_TRY(env.fs.create_directories(request.directory / "public"));
  CW_TRY_ASSIGN(const std::unique_ptr<base::FileLock> lock,
                env.fs.try_lock(request.directory / "private" / "lock", base::LockMode::exclusive));
  if (!lock) {
    return fail(Error("CW1255", fmt::format("another process is at work in `{}`", request.directory.native()), Blame::environment)
                    .help("wait until it is done; a `registry sync --every` of a service may be it"));
  }
  Run run(env, primary, request);
  bool use_own_log = !request.repair;
  for (int round = 0; round < k_rounds; ++round) {
    Result<bool> done = run.round(use_own_log);
    if (!done && use_own_log && (done.error().id == "CW1007" || done.error().id == "CW1008")) {
      use_own_log = false; // a file of our own may be the damaged one
      continue;
    }
    CW_TRY_ASSIGN(const bool up_to_date, std::move(done));
    if (up_to_date) {
      return run.m_report;
    }
    std::this_thread::sleep_for(k_pause);
  }
  return fail(Error("CW1254", "the registry's index files are not those that its snapshot speaks of", Blame::integrity)
                  .note(fmt::format("it was looked at {} times", k_rounds))
                  .help("it may be published to without a pause: try again; else tell whoever runs it"));
}

} // namespace cargo_wasm::registry_mirror
