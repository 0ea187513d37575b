#include "checked_log.hpp"

#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

#include <algorithm>
#include <set>

namespace cargo_wasm::registry_mirror {
namespace {

using registry_tlog::Tile;

/// A directory in which a partial tile that is gone may be cut from the full one, as the specification allows.
class CheckedDirectory final : public registry_tlog::LogSource
{
public:
  CheckedDirectory(const base::ReadOnlyFilesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}

  Result<std::vector<std::string>> tiles(std::span<const Tile> tiles) override
  {
    std::vector<std::string> out;
    for (const Tile& tile : tiles) {
      CW_TRY_ASSIGN(std::optional<std::string> bytes, m_fs.read_if_exists(m_directory / registry_tlog::tile_path(tile)));
      if (!bytes && !tile.full()) {
        CW_TRY_ASSIGN(bytes, m_fs.read_if_exists(m_directory / registry_tlog::tile_path({.level = tile.level, .index = tile.index})));
        if (bytes && bytes->size() > tile.width * registry_tlog::k_hash_bytes) {
          bytes->resize(tile.width * registry_tlog::k_hash_bytes);
        }
      }
      if (!bytes) {
        // An empty file is of the wrong size: the reader names it.
        bytes.emplace();
      }
      out.push_back(std::move(*bytes));
    }
    return out;
  }

  Result<std::vector<std::string>> bundles(std::span<const Tile> tiles) override
  {
    std::vector<std::string> out;
    for (const Tile& tile : tiles) {
      CW_TRY_ASSIGN(std::optional<std::string> bytes,
                    m_fs.read_if_exists(m_directory / registry_tlog::bundle_path(tile.index, tile.width)));
      out.push_back(std::move(bytes).value_or(std::string()));
    }
    return out;
  }

private:
  const base::ReadOnlyFilesystem& m_fs;
  base::Path m_directory;
};

// The file that an error of reading names: the first text in backticks.
std::string file_named_in(const Error& error)
{
  const std::size_t begin = error.message.find('`');
  const std::size_t end = begin == std::string::npos ? begin : error.message.find('`', begin + 1);
  return end == std::string::npos ? "checkpoint" : error.message.substr(begin + 1, end - begin - 1);
}

} // namespace

std::string one_line(const Error& error)
{
  std::string text = error.message;
  for (const std::string& note : error.notes) {
    text += "; " + note;
  }
  return text;
}

Result<> check_log(const base::ReadOnlyFilesystem& fs,
                   const base::Path& directory,
                   const registry_tlog::Checkpoint& checkpoint,
                   CheckReport& report,
                   const OnEntry& on_entry)
{
  CheckedDirectory files(fs, directory);
  registry_tlog::TileReader reader(checkpoint, files);
  std::set<std::string> named;
  const auto tell = [&](const Error& error) {
    const std::string file = file_named_in(error);
    if (named.insert(file).second) {
      report.faults.push_back({.file = file, .entry = {}, .what = one_line(error)});
    }
  };
  const std::vector<Tile> tiles = registry_tlog::new_tiles(0, checkpoint.size);
  // From the top down: a tile is checked by the one above it, which then is there.
  std::vector<Tile> order(tiles.rbegin(), tiles.rend());
  std::ranges::stable_sort(order, std::ranges::greater(), &Tile::level);
  for (const Tile& tile : order) {
    const registry_tlog::Node node{.level = tile.level * registry_tlog::k_tile_height, .index = tile.index * registry_tlog::k_tile_width};
    if (const auto read = reader.read(std::span(&node, 1)); !read) {
      tell(read.error());
    }
    ++report.tiles;
  }
  for (std::uint64_t begin = 0; begin < checkpoint.size; begin += registry_tlog::k_tile_width) {
    const std::uint64_t end = std::min<std::uint64_t>(begin + registry_tlog::k_tile_width, checkpoint.size);
    const Result<std::vector<std::string>> entries = reader.entries({.begin = begin, .end = end});
    if (!entries) {
      tell(entries.error());
      continue;
    }
    for (std::uint64_t index = begin; index < end; ++index) {
      on_entry(index, (*entries)[index - begin]);
    }
  }
  return {};
}

} // namespace cargo_wasm::registry_mirror
