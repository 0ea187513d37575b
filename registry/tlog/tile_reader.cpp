#include <cargo_wasm/registry_tlog/tile_reader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace cargo_wasm::registry_tlog {
namespace {

Error wrong_size(const std::string& path, std::size_t expected, std::size_t came)
{
  return Error("CW1007", fmt::format("`{}` of the log has {} bytes instead of {}", path, came, expected), Blame::integrity)
      .help("whoever served it is damaged or lies: take another mirror");
}

Error foreign(const std::string& path, const Checkpoint& checkpoint)
{
  return Error("CW1008",
               fmt::format("`{}` does not belong to the log `{}` of {} entries", path, checkpoint.origin, checkpoint.size),
               Blame::integrity)
      .note("its hash is not the one that follows from the signed checkpoint")
      .help("whoever served it is damaged or lies: take another mirror");
}

// Where the hash of a full tile stands: in the tile above it.
Node place_above(const Tile& tile)
{
  return {.level = (tile.level + 1) * k_tile_height, .index = tile.index};
}

} // namespace

TileReader::TileReader(Checkpoint checkpoint, LogSource& source) : m_checkpoint(std::move(checkpoint)), m_source(source) {}
TileReader::~TileReader() = default;

const Checkpoint& TileReader::checkpoint() const
{
  return m_checkpoint;
}

Sha256 TileReader::hash_of(Node node, const std::map<Tile, std::string>& fetched) const
{
  const Tile tile = tile_of(node, m_checkpoint.size);
  const auto known = m_tiles.find(tile);
  return node_in_tile(node, tile, known != m_tiles.end() ? known->second : fetched.at(tile));
}

Result<> TileReader::check(const std::map<Tile, std::string>& fetched) const
{
  const std::vector<Node> edge = nodes_of({.begin = 0, .end = m_checkpoint.size});
  std::vector<Sha256> hashes;
  for (const Node& node : edge) {
    hashes.push_back(hash_of(node, fetched));
  }
  if ((hashes.empty() ? empty_root() : fold(hashes)) != m_checkpoint.root) {
    // All partial tiles together make the root: which of them is wrong cannot be seen, so the lowest one is named.
    return fail(foreign(edge.empty() ? "checkpoint" : tile_path(tile_of(edge.back(), m_checkpoint.size)), m_checkpoint));
  }
  for (const auto& [tile, bytes] : fetched) {
    if (tile.full() && full_tile_hash(bytes) != hash_of(place_above(tile), fetched)) {
      return fail(foreign(tile_path(tile), m_checkpoint));
    }
  }
  return {};
}

Result<> TileReader::load(std::span<const Node> nodes)
{
  std::set<Tile> missing;
  const auto need = [&](Node node) {
    // Up to a tile that is there, or a partial one: those are checked by the root.
    for (Tile tile = tile_of(node, m_checkpoint.size); !m_tiles.contains(tile) && missing.insert(tile).second && tile.full();
         tile = tile_of(place_above(tile), m_checkpoint.size)) {
    }
  };
  std::ranges::for_each(nodes_of({.begin = 0, .end = m_checkpoint.size}), need);
  std::ranges::for_each(nodes, need);
  if (missing.empty() && m_checkpoint.size != 0) {
    return {};
  }
  const std::vector<Tile> tiles(missing.begin(), missing.end());
  CW_TRY_ASSIGN(std::vector<std::string> bytes, m_source.tiles(tiles));
  std::map<Tile, std::string> fetched;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (bytes[i].size() != tiles[i].width * k_hash_bytes) {
      return fail(wrong_size(tile_path(tiles[i]), tiles[i].width * k_hash_bytes, bytes[i].size()));
    }
    fetched.emplace(tiles[i], std::move(bytes[i]));
  }
  CW_TRY(check(fetched));
  for (const auto& [tile, content] : fetched) {
    m_source.keep_tile(tile, content);
  }
  m_tiles.merge(fetched);
  return {};
}

Result<std::vector<Sha256>> TileReader::read(std::span<const Node> nodes)
{
  CW_TRY(load(nodes));
  std::vector<Sha256> hashes;
  for (const Node& node : nodes) {
    hashes.push_back(hash_of(node, {}));
  }
  return hashes;
}

Result<std::vector<std::string>> TileReader::entries(EntryRange range)
{
  std::vector<Node> leaves;
  std::set<Tile> wanted;
  for (std::uint64_t index = range.begin; index < range.end; ++index) {
    wanted.insert(tile_of({.level = 0, .index = index}, m_checkpoint.size));
  }
  for (const Tile& tile : wanted) {
    leaves.push_back({.level = 0, .index = tile.index * k_tile_width});
  }
  CW_TRY(load(leaves));
  const std::vector<Tile> tiles(wanted.begin(), wanted.end());
  std::vector<std::string> entries;
  CW_TRY_ASSIGN(const std::vector<std::string> bundles, m_source.bundles(tiles));
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const std::optional<std::vector<std::string_view>> bundle = parse_bundle(bundles[i], tiles[i].width);
    const std::string path = bundle_path(tiles[i].index, tiles[i].width);
    if (!bundle) {
      return fail(Error("CW1007", fmt::format("`{}` of the log does not hold {} entries", path, tiles[i].width), Blame::integrity)
                      .help("whoever served it is damaged or lies: take another mirror"));
    }
    for (unsigned place = 0; place < tiles[i].width; ++place) {
      const std::uint64_t index = tiles[i].index * k_tile_width + place;
      if (leaf_hash((*bundle)[place]) != hash_of({.level = 0, .index = index}, {})) {
        return fail(foreign(path, m_checkpoint).note(fmt::format("entry {} is the first that is wrong", index)));
      }
      if (range.begin <= index && index < range.end) {
        entries.emplace_back((*bundle)[place]);
      }
    }
    m_source.keep_bundle(tiles[i], bundles[i]);
  }
  return entries;
}

} // namespace cargo_wasm::registry_tlog
