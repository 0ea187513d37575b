#include <cargo_wasm/registry_client/fetched_log.hpp>

#include "log_files.hpp"

#include <functional>

namespace cargo_wasm::registry_client {
namespace {

using registry_tlog::Tile;

/// Where a tile's file lies when it is as wide as this.
using PathOf = std::function<std::string(const Tile&)>;

Result<std::vector<std::string>> fetch(StaticFiles& files, std::span<const Tile> tiles, std::uint64_t max_bytes, const PathOf& path_of)
{
  std::vector<FileWanted> wanted;
  for (const Tile& tile : tiles) {
    wanted.push_back({.path = path_of(tile), .max_bytes = max_bytes});
  }
  CW_TRY_ASSIGN(std::vector<std::optional<std::string>> got, files.get(wanted));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (got[i]) {
      out.push_back(std::move(*got[i]));
    } else {
      const std::string full_path = path_of({tiles[i].level, tiles[i].index});
      CW_TRY_ASSIGN(std::string full, get_file(files, {.path = full_path, .max_bytes = max_bytes}));
      out.push_back(log_file_cut(wanted[i].path, full_path, std::move(full)));
    }
  }
  return out;
}

} // namespace

Result<std::vector<std::string>> FetchedLog::tiles(std::span<const Tile> tiles)
{
  return fetch(m_files, tiles, k_max_tile_bytes, [](const Tile& tile) { return tile_path(tile); });
}

Result<std::vector<std::string>> FetchedLog::bundles(std::span<const Tile> tiles)
{
  return fetch(m_files, tiles, registry_tlog::k_max_bundle_bytes, [](const Tile& tile) {
    return registry_tlog::bundle_path(tile.index, tile.width);
  });
}

} // namespace cargo_wasm::registry_client
