#include <cargo_wasm/registry_client/fetched_log.hpp>

#include <algorithm>
#include <functional>

namespace cargo_wasm::registry_client {
namespace {

using registry_tlog::Tile;

/// Where a tile's file lies when it is as wide as this.
using PathOf = std::function<std::string(const Tile&)>;
/// The first `width` parts of a full file.
using Cut = std::function<std::string(std::string full, unsigned width)>;

Result<std::vector<std::string>>
fetch(StaticFiles& files, std::span<const Tile> tiles, std::uint64_t max_bytes, const PathOf& path_of, const Cut& cut)
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
      CW_TRY_ASSIGN(std::string full, get_file(files, {.path = path_of({tiles[i].level, tiles[i].index}), .max_bytes = max_bytes}));
      out.push_back(cut(std::move(full), tiles[i].width));
    }
  }
  return out;
}

} // namespace

Result<std::vector<std::string>> FetchedLog::tiles(std::span<const Tile> tiles)
{
  return fetch(
      m_files,
      tiles,
      k_max_tile_bytes,
      [](const Tile& tile) { return tile_path(tile); },
      [](std::string full, unsigned width) { return full.substr(0, width * registry_tlog::k_hash_bytes); });
}

Result<std::vector<std::string>> FetchedLog::bundles(std::span<const Tile> tiles)
{
  return fetch(
      m_files,
      tiles,
      registry_tlog::k_max_bundle_bytes,
      [](const Tile& tile) { return registry_tlog::bundle_path(tile.index, tile.width); },
      [](std::string full, unsigned width) {
        const auto entries = registry_tlog::parse_bundle(full, registry_tlog::k_tile_width);
        if (!entries) {
          return full; // which its reader refuses
        }
        const std::string_view last = (*entries)[width - 1];
        return full.substr(0, static_cast<std::size_t>(last.data() + last.size() - full.data()));
      });
}

} // namespace cargo_wasm::registry_client
