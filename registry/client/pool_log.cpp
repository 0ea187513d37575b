#include "pool_log.hpp"

#include "log_files.hpp"

#include <fmt/format.h>

#include <memory>
#include <set>

namespace cargo_wasm::registry_client {

using registry_tlog::Tile;

/// What several requests fill; it outlives a wait that is broken off.
struct PoolLog::Batch
{
  std::map<std::string, std::string> got; ///< by path
  std::optional<Error> wrong;
  std::size_t waiting = 0;
};

void PoolLog::take(Batch& batch, const File& file, const std::string& path, Result<PoolAnswer> answer)
{
  --batch.waiting;
  if (!answer) {
    batch.wrong = batch.wrong ? batch.wrong : std::optional(std::move(answer).error());
    return;
  }
  m_served_by[file.path] = answer->mirror;
  batch.got.emplace(file.path, log_file_cut(file.path, path, std::move(*answer->bytes)));
}

void PoolLog::ask(PoolFile file, PoolDone done)
{
  if (m_alone.empty()) {
    m_pool->request(std::move(file), std::move(done));
  } else {
    m_pool->request_of(m_alone.back(), std::move(file), std::move(done));
  }
}

void PoolLog::request(const std::shared_ptr<Batch>& batch, const File& file)
{
  ++batch->waiting;
  const auto ask_for_full = [this, batch, file] {
    ask({.path = file.full_path, .max_bytes = file.max_bytes, .check = {}},
        [this, batch, file](Result<PoolAnswer> answer) { take(*batch, file, file.full_path, std::move(answer)); });
  };
  if (file.path == file.full_path) {
    ask_for_full();
    return;
  }
  ask({.path = file.path, .max_bytes = file.max_bytes, .absence = Absence::behind, .check = {}},
      [this, batch, file, ask_for_full](Result<PoolAnswer> answer) {
        if (answer && !answer->bytes) {
          ask_for_full(); // the log has grown since: partial tiles may go then
        } else {
          take(*batch, file, file.path, std::move(answer));
        }
      });
}

// A mirror that is asked alone may lack some of them: then the next one is, and at last all of them as ever.
Result<std::map<std::string, std::string>> PoolLog::fetch(std::span<const File> files)
{
  while (true) {
    Result<std::map<std::string, std::string>> got = fetch_once(files);
    if (got || m_alone.empty()) {
      return got;
    }
    m_alone.pop_back();
  }
}

// Each file from what was got ahead, from the disk, or from a mirror: as wide as asked for, else cut from the full one.
Result<std::map<std::string, std::string>> PoolLog::fetch_once(std::span<const File> files)
{
  const auto batch = std::make_shared<Batch>();
  m_last.clear();
  for (const File& file : files) {
    m_last.push_back(file.path);
    if (const auto warm = m_warm.find(file.path); warm != m_warm.end()) {
      batch->got.emplace(file.path, warm->second);
      continue;
    }
    CW_TRY_ASSIGN(std::optional<std::string> kept, m_fs.read_if_exists(m_directory / file.full_path));
    const std::string_view kept_path = kept ? file.full_path : file.path;
    if (!kept && file.path != file.full_path) {
      CW_TRY_ASSIGN(kept, m_fs.read_if_exists(m_directory / file.path));
    }
    if (kept) {
      m_kept_here[file.path] = m_directory / kept_path;
      batch->got.emplace(file.path, log_file_cut(file.path, kept_path, std::move(*kept)));
    } else if (m_pool == nullptr) {
      return fail(Error("CW1106",
                        fmt::format("`{}` of the registry's log is not here, and the network may not be used", file.path),
                        Blame::environment)
                      .help("run the command once with the network: what is verified then is kept"));
    } else {
      request(batch, file);
    }
  }
  while (batch->waiting != 0) {
    CW_TRY(m_pool->poll());
  }
  if (batch->wrong) {
    return fail(std::move(*batch->wrong));
  }
  return std::move(batch->got);
}

std::vector<PoolLog::File> PoolLog::bundle_files(std::span<const Tile> tiles)
{
  std::vector<File> files;
  for (const Tile& tile : tiles) {
    files.push_back({registry_tlog::bundle_path(tile.index, tile.width),
                     registry_tlog::bundle_path(tile.index, registry_tlog::k_tile_width),
                     registry_tlog::k_max_bundle_bytes});
  }
  return files;
}

Result<std::vector<std::string>> PoolLog::in_order(std::span<const File> files)
{
  CW_TRY_ASSIGN(const auto got, fetch(files));
  std::vector<std::string> out;
  for (const File& file : files) {
    out.push_back(got.at(file.path));
  }
  return out;
}

Result<std::vector<std::string>> PoolLog::tiles(std::span<const Tile> tiles)
{
  std::vector<File> files;
  for (const Tile& tile : tiles) {
    files.push_back({tile_path(tile), tile_path(Tile{tile.level, tile.index}), k_max_tile_bytes});
  }
  return in_order(files);
}

Result<std::vector<std::string>> PoolLog::bundles(std::span<const Tile> tiles)
{
  return in_order(bundle_files(tiles));
}

Result<> PoolLog::warm(std::span<const Tile> tiles)
{
  CW_TRY_ASSIGN(auto got, fetch(bundle_files(tiles)));
  m_warm.merge(got);
  return {};
}

// A cache: what cannot be kept is fetched again. Of partial files the newest is enough.
void PoolLog::keep(const std::string& path, bool is_full, std::string_view bytes)
{
  const base::Path file = m_directory / path;
  if (const auto there = m_fs.stat(file); there && *there) {
    return;
  }
  if (!is_full) {
    (void)m_fs.remove_all(file.parent_path());
  }
  (void)m_fs.write_atomic(file, bytes);
}

void PoolLog::keep_tile(const Tile& tile, std::string_view bytes)
{
  keep(tile_path(tile), tile.full(), bytes);
}

void PoolLog::keep_bundle(const Tile& tile, std::string_view bytes)
{
  keep(registry_tlog::bundle_path(tile.index, tile.width), tile.full(), bytes);
}

bool PoolLog::blame(const std::string& why)
{
  std::set<std::size_t> servers;
  bool was_kept_here = false;
  for (const std::string& path : m_last) {
    if (const auto served = m_served_by.find(path); served != m_served_by.end()) {
      servers.insert(served->second);
    }
    if (const auto kept = m_kept_here.find(path); kept != m_kept_here.end()) {
      was_kept_here = true;
      (void)m_fs.remove(kept->second);
    }
  }
  m_warm.clear();
  m_served_by.clear();
  m_kept_here.clear();
  if (was_kept_here) {
    return true;
  }
  if (servers.size() > 1) {
    m_alone.assign(servers.rbegin(), servers.rend());
    return true;
  }
  for (const std::size_t server : servers) {
    m_pool->strike(server, why);
  }
  if (!m_alone.empty()) {
    m_alone.pop_back();
  }
  return !servers.empty();
}

} // namespace cargo_wasm::registry_client
