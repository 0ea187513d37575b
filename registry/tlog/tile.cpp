#include <cargo_wasm/registry_tlog/tile.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_tlog {
namespace {

// Nodes that a log of `size` entries has on this level of its tree.
std::uint64_t nodes_on(unsigned level, std::uint64_t size)
{
  return level < 64 ? size >> level : 0;
}

std::string path_of_index(std::uint64_t index, unsigned width)
{
  std::string path = fmt::format("{:03}", index % 1000);
  for (std::uint64_t rest = index / 1000; rest != 0; rest /= 1000) {
    path = fmt::format("x{:03}/{}", rest % 1000, path);
  }
  return width == k_tile_width ? path : fmt::format("{}.p/{}", path, width);
}

Sha256 hash_at(std::string_view bytes, std::size_t place)
{
  Sha256 hash;
  std::ranges::transform(
      bytes.substr(place * k_hash_bytes, k_hash_bytes), hash.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return hash;
}

// The hash over `count` hashes from `first` on; `count` is a power of two.
Sha256 complete_hash(std::string_view bytes, std::size_t first, std::size_t count)
{
  std::vector<Sha256> row;
  for (std::size_t place = first; place < first + count; ++place) {
    row.push_back(hash_at(bytes, place));
  }
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  return row[0];
}

} // namespace

Tile tile_of(Node node, std::uint64_t size)
{
  const unsigned level = node.level / k_tile_height;
  const std::uint64_t index = node.index >> (k_tile_height - node.level % k_tile_height);
  const std::uint64_t there = nodes_on(level * k_tile_height, size) - index * k_tile_width;
  return {.level = level, .index = index, .width = static_cast<unsigned>(std::min<std::uint64_t>(there, k_tile_width))};
}

std::string tile_path(const Tile& tile)
{
  return fmt::format("tile/{}/{}", tile.level, path_of_index(tile.index, tile.width));
}

std::string bundle_path(std::uint64_t index, unsigned width)
{
  return fmt::format("tile/entries/{}", path_of_index(index, width));
}

std::vector<Tile> new_tiles(std::uint64_t old_size, std::uint64_t size)
{
  std::vector<Tile> tiles;
  for (unsigned level = 0; nodes_on(level * k_tile_height, size) != 0; ++level) {
    const std::uint64_t before = nodes_on(level * k_tile_height, old_size);
    const std::uint64_t after = nodes_on(level * k_tile_height, size);
    if (before == after) {
      continue;
    }
    for (std::uint64_t index = before / k_tile_width; index * k_tile_width < after; ++index) {
      const std::uint64_t width = std::min<std::uint64_t>(after - index * k_tile_width, k_tile_width);
      tiles.push_back({.level = level, .index = index, .width = static_cast<unsigned>(width)});
    }
  }
  return tiles;
}

Sha256 node_in_tile(Node node, const Tile& tile, std::string_view bytes)
{
  const unsigned height = node.level % k_tile_height;
  return complete_hash(bytes, (node.index << height) - tile.index * k_tile_width, std::size_t{1} << height);
}

Sha256 full_tile_hash(std::string_view bytes)
{
  return complete_hash(bytes, 0, k_tile_width);
}

std::string to_bundle(std::span<const std::string> entries)
{
  std::string bundle;
  for (const std::string& entry : entries) {
    bundle += static_cast<char>(static_cast<std::uint8_t>(entry.size() >> 8U));
    bundle += static_cast<char>(static_cast<std::uint8_t>(entry.size()));
    bundle += entry;
  }
  return bundle;
}

std::optional<std::vector<std::string_view>> parse_bundle(std::string_view bundle, unsigned width)
{
  std::vector<std::string_view> entries;
  while (!bundle.empty()) {
    if (bundle.size() < 2 || entries.size() == width) {
      return std::nullopt;
    }
    const std::size_t size = std::size_t{static_cast<std::uint8_t>(bundle[0])} << 8U | static_cast<std::uint8_t>(bundle[1]);
    if (bundle.size() - 2 < size) {
      return std::nullopt;
    }
    entries.push_back(bundle.substr(2, size));
    bundle.remove_prefix(2 + size);
  }
  return entries.size() == width ? std::optional(std::move(entries)) : std::nullopt;
}

} // namespace cargo_wasm::registry_tlog
