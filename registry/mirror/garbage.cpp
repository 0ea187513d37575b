#include <cargo_wasm/registry_mirror/garbage.hpp>

#include "checked_log.hpp"
#include "crate_history.hpp"
#include "followed_log.hpp"

#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <set>

namespace cargo_wasm::registry_mirror {
namespace {

constexpr std::uint64_t k_nanoseconds = 1'000'000'000;

class Search
{
public:
  Search(const Env& env, base::Path directory)
      : m_env(env), m_directory(std::move(directory)), m_now(registry_trust::utc_seconds(env.clock.now()))
  {
  }

  // Files of a folder whose names are not kept.
  Result<> look_in(const std::string& folder, const std::set<std::string>& kept, const std::string& why)
  {
    if (!m_env.fs.is_directory(m_directory / folder)) {
      return {};
    }
    CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_env.fs.list(m_directory / folder));
    for (const base::DirectoryEntry& entry : entries) {
      if (entry.type == base::FileType::regular && !entry.name.starts_with('.') && !kept.contains(entry.name)) {
        CW_TRY(take(folder + "/" + entry.name, why));
      }
    }
    return {};
  }

  // Folders `NUMBER.p` beside a full `NUMBER`.
  Result<> look_for_partial_tiles(const std::string& folder)
  {
    if (!m_env.fs.is_directory(m_directory / folder)) {
      return {};
    }
    CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_env.fs.list(m_directory / folder));
    for (const base::DirectoryEntry& entry : entries) {
      if (entry.type != base::FileType::directory) {
        continue;
      }
      const std::string path = folder + "/" + entry.name;
      if (!entry.name.ends_with(".p")) {
        CW_TRY(look_for_partial_tiles(path));
      } else if (m_env.fs.is_file(m_directory / path.substr(0, path.size() - 2))) {
        CW_TRY(look_in(path, {}, "the full tile is there"));
      }
    }
    return {};
  }

  // What `Filesystem::write_atomic` had begun when its process was killed.
  Result<> look_for_leftovers(const std::string& folder)
  {
    CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_env.fs.list(m_directory / folder));
    for (const base::DirectoryEntry& entry : entries) {
      const std::string path = folder.empty() ? entry.name : folder + "/" + entry.name;
      if (entry.type == base::FileType::directory) {
        CW_TRY(look_for_leftovers(path));
      } else if (entry.name.starts_with(".cw-") && entry.name.ends_with(".tmp")) {
        CW_TRY(take(path, "a process that was killed left it"));
      }
    }
    return {};
  }

  std::vector<Garbage> m_found;

private:
  Result<> take(const std::string& file, const std::string& why)
  {
    CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, m_env.fs.stat(m_directory / file));
    if (stat && static_cast<std::uint64_t>(stat->mtime_ns) / k_nanoseconds + k_young_s < m_now) {
      m_found.push_back({.file = file, .bytes = stat->size_bytes, .why = why});
    }
    return {};
  }

  const Env& m_env;
  base::Path m_directory;
  std::uint64_t m_now;
};

} // namespace

Result<std::vector<Garbage>> find_garbage(const Env& env, const base::Path& public_directory)
{
  CW_TRY_ASSIGN(const std::optional<NotedCheckpoint> own, own_checkpoint(env.fs, public_directory));
  CW_TRY_ASSIGN(const std::string dsse, env.fs.read(public_directory / ".well-known" / "cargo-wasm" / "federation" / "latest"));
  CW_TRY_ASSIGN(const registry_trust::Federation federation, registry_trust::open_federation(dsse));
  CheckReport report, unsigned_entries;
  History history(federation.canonical, {});
  CW_TRY(check_log(env.fs, public_directory, own->checkpoint, report, [&](std::uint64_t index, std::string_view entry) {
    history.take(index, entry, unsigned_entries); // who signed it does not matter here
  }));
  if (!report.faults.empty() || history.snapshots().empty()) {
    return fail(Error("CW1259", fmt::format("the log in `{}` is not whole", public_directory.native()), Blame::integrity)
                    .note("what belongs to it and what does not cannot be told")
                    .help("`cargo-wasm registry fsck DIR` says what is wrong"));
  }
  std::set<std::string> map_files, revocations, archives;
  const auto& snapshots = history.snapshots();
  for (std::size_t i = snapshots.size() - std::min(snapshots.size(), k_kept_snapshots); i < snapshots.size(); ++i) {
    const std::string table_name = base::to_hex(snapshots[i].table);
    map_files.insert(table_name);
    revocations.insert(base::to_hex(snapshots[i].revocations));
    CW_TRY_ASSIGN(const std::optional<std::string> table, env.fs.read_if_exists(public_directory / "map" / table_name));
    for (std::size_t shard = 0; table && shard < registry_trust::k_shards; ++shard) {
      CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::shard_hash(*table, shard));
      map_files.insert(base::to_hex(hash));
    }
  }
  for (const auto& [name, crate] : history.crates()) {
    for (const LoggedVersion& version : crate.versions) {
      archives.insert(base::to_hex(version.archive) + ".crate");
    }
  }
  Search search(env, public_directory);
  CW_TRY(search.look_in("map", map_files, fmt::format("none of the last {} snapshots speaks of it", k_kept_snapshots)));
  CW_TRY(search.look_in("revocations", revocations, fmt::format("none of the last {} snapshots speaks of it", k_kept_snapshots)));
  CW_TRY(search.look_in("crates", archives, "no entry of the log publishes it"));
  CW_TRY(search.look_for_partial_tiles("tile"));
  CW_TRY(search.look_for_leftovers(""));
  return std::move(search.m_found);
}

} // namespace cargo_wasm::registry_mirror
