#include <cargo_wasm/registry_tlog/log_directory.hpp>

namespace cargo_wasm::registry_tlog {

Result<std::vector<std::string>> LogDirectory::tiles(std::span<const Tile> tiles)
{
  return read(tiles, [](const Tile& tile) { return tile_path(tile); });
}

Result<std::vector<std::string>> LogDirectory::bundles(std::span<const Tile> tiles)
{
  return read(tiles, [](const Tile& tile) { return bundle_path(tile.index, tile.width); });
}

Result<std::vector<std::string>> LogDirectory::read(std::span<const Tile> tiles, const std::function<std::string(const Tile&)>& path) const
{
  std::vector<std::string> files;
  for (const Tile& tile : tiles) {
    CW_TRY_ASSIGN(std::string bytes, m_fs.read(m_directory / path(tile)));
    files.push_back(std::move(bytes));
  }
  return files;
}

} // namespace cargo_wasm::registry_tlog
