// What was not used for longest goes first. Entries are removed before blobs, so that whoever is killed in between leaves blobs that nobody
// names, and never the reverse.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/cache/store.hpp>

#include "store_files.hpp"

namespace cargo_wasm::cache {
namespace {

struct EntryFile
{
  base::Path path;
  std::int64_t used_ns = 0;
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> blobs; ///< names and sizes
};

std::string name_of_blob(const action::OutputFile& file)
{
  return base::to_hex(file.digest.hash) + (file.is_executable ? ".x" : "");
}

/// Another process may remove the whole store at any time: what is gone holds nothing.
Result<std::vector<base::DirectoryEntry>> list_what_is_there(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  auto listed = fs.list(directory);
  if (!listed && listed.error().id == "CW0001") {
    return std::vector<base::DirectoryEntry>{};
  }
  return listed;
}

/// What processes that were killed have left: halves of files, and blobs on their way from other machines.
Result<>
for_each_leftover(const base::ReadOnlyFilesystem& fs, const base::Path& store, const std::function<Result<>(const StoredFile&)>& visit)
{
  const auto look_into = [&](const base::Path& directory, bool is_all_left) -> Result<> {
    CW_TRY_ASSIGN(const auto files, list_what_is_there(fs, directory));
    for (const base::DirectoryEntry& file : files) {
      if (is_all_left || (file.name.starts_with(".cw-") && file.name.ends_with(".tmp"))) {
        CW_TRY_ASSIGN(const auto stat, fs.lstat(directory / file.name));
        if (stat && stat->type == base::FileType::regular) {
          CW_TRY(visit({directory / file.name, file.name, *stat}));
        }
      }
    }
    return {};
  };
  for (const char* const part : {"ac", "cas"}) {
    CW_TRY_ASSIGN(const auto groups, list_what_is_there(fs, store / part));
    for (const base::DirectoryEntry& group : groups) {
      if (group.type == base::FileType::directory) {
        CW_TRY(look_into(store / part / group.name, false));
      }
    }
  }
  return look_into(store / "incoming", true);
}

} // namespace

Result<>
for_each_stored(const base::ReadOnlyFilesystem& fs, const base::Path& directory, const std::function<Result<>(const StoredFile&)>& visit)
{
  CW_TRY_ASSIGN(const auto groups, list_what_is_there(fs, directory));
  for (const base::DirectoryEntry& group : groups) {
    if (group.type != base::FileType::directory || group.name.size() != 2) {
      continue;
    }
    CW_TRY_ASSIGN(const auto files, list_what_is_there(fs, directory / group.name));
    for (const base::DirectoryEntry& file : files) {
      if (!file.name.starts_with(group.name)) {
        continue;
      }
      const base::Path path = directory / group.name / file.name;
      CW_TRY_ASSIGN(const auto stat, fs.lstat(path));
      if (stat && stat->type == base::FileType::regular) {
        CW_TRY(visit({path, file.name, *stat}));
      }
    }
  }
  return {};
}

Result<StoreStats> Store::stats() const
{
  StoreStats stats;
  CW_TRY(for_each_stored(m_fs, m_directory / "ac", [&](const StoredFile& file) -> Result<> {
    ++stats.entries;
    stats.entry_bytes += file.stat.size_bytes;
    return {};
  }));
  CW_TRY(for_each_stored(m_fs, m_directory / "cas", [&](const StoredFile& file) -> Result<> {
    ++stats.blobs;
    stats.blob_bytes += file.stat.size_bytes;
    return {};
  }));
  CW_TRY(for_each_leftover(m_fs, m_directory, [&](const StoredFile& file) -> Result<> {
    ++stats.blobs;
    stats.blob_bytes += file.stat.size_bytes;
    return {};
  }));
  return stats;
}

Result<CollectReport> Store::collect(std::uint64_t max_bytes)
{
  CW_TRY_ASSIGN(const auto lock, m_fs.lock(m_directory / "lock", base::LockMode::exclusive, [] {}));
  CollectReport report;
  // Whoever puts results in holds the lock, so nobody is at work on these.
  CW_TRY(for_each_leftover(m_fs, m_directory, [&](const StoredFile& file) -> Result<> {
    CW_TRY(m_fs.remove(file.path));
    ++report.removed_blobs;
    report.freed_bytes += file.stat.size_bytes;
    return {};
  }));
  std::vector<EntryFile> entries;
  CW_TRY(for_each_stored(m_fs, m_directory / "ac", [&](const StoredFile& file) -> Result<> {
    EntryFile entry{file.path, file.stat.mtime_ns, file.stat.size_bytes, {}};
    CW_TRY_ASSIGN(const auto text, m_fs.read_if_exists(file.path));
    const auto sealed = text ? open_entry(*text) : std::nullopt;
    const auto result = sealed ? action::decode_action_result(*sealed) : std::nullopt;
    if (!result) { // damaged
      CW_TRY(m_fs.remove(file.path));
      ++report.removed_entries;
      report.freed_bytes += file.stat.size_bytes;
      return {};
    }
    for (const action::OutputFile& output : result->result.output_files) {
      entry.blobs.emplace_back(name_of_blob(output), output.digest.size_bytes);
    }
    entries.push_back(std::move(entry));
    return {};
  }));
  std::ranges::sort(
      entries, [](const EntryFile& a, const EntryFile& b) { return a.used_ns != b.used_ns ? a.used_ns > b.used_ns : a.path < b.path; });

  std::set<std::string, std::less<>> named;
  bool is_full = false;
  for (const EntryFile& entry : entries) {
    std::uint64_t more = entry.bytes;
    for (const auto& [name, bytes] : entry.blobs) {
      more += named.contains(name) ? 0 : bytes;
    }
    is_full = is_full || report.left.bytes() + more > max_bytes;
    if (is_full) {
      CW_TRY(m_fs.remove(entry.path));
      ++report.removed_entries;
      report.freed_bytes += entry.bytes;
      continue;
    }
    ++report.left.entries;
    report.left.entry_bytes += entry.bytes;
    for (const auto& [name, bytes] : entry.blobs) {
      if (named.insert(name).second) {
        report.left.blob_bytes += bytes;
      }
    }
  }
  report.left.blob_bytes = 0; // what is there in truth
  CW_TRY(for_each_stored(m_fs, m_directory / "cas", [&](const StoredFile& file) -> Result<> {
    if (named.contains(file.name)) {
      ++report.left.blobs;
      report.left.blob_bytes += file.stat.size_bytes;
      return {};
    }
    CW_TRY(m_fs.remove(file.path));
    ++report.removed_blobs;
    report.freed_bytes += file.stat.size_bytes;
    return {};
  }));
  const auto growth = m_fs.lock(m_directory / "growth.lock", base::LockMode::exclusive, [] {});
  CW_TRY(m_fs.write_atomic(m_directory / "growth", fmt::format("{}\n", report.left.bytes())));
  forget_growth();
  return report;
}

Result<std::optional<CollectReport>> Store::collect_if_grown(std::uint64_t max_bytes)
{
  CW_TRY_ASSIGN(const auto known, m_fs.read_if_exists(m_directory / "growth"));
  const std::uint64_t bytes = (known ? std::strtoull(known->c_str(), nullptr, 10) : 0) + inserted_bytes();
  if (bytes <= max_bytes) {
    return std::nullopt;
  }
  {
    CW_TRY_ASSIGN(const auto lock, m_fs.try_lock(m_directory / "lock", base::LockMode::exclusive));
    if (!lock) {
      return std::nullopt;
    }
  }
  // A tenth below, so that the next build does not collect again.
  CW_TRY_ASSIGN(const CollectReport report, collect(max_bytes - max_bytes / 10));
  return report;
}

} // namespace cargo_wasm::cache
