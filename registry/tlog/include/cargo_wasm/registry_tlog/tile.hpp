// Tiles (C2SP tlog-tiles): the hashes of a log's tree in files of up to 256, eight levels of the tree each, and its entries in bundles of
// up to 256. Files that are full never change; any server of files can serve them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_tlog/merkle.hpp>

namespace cargo_wasm::registry_tlog {

inline constexpr unsigned k_tile_height = 8;
inline constexpr unsigned k_tile_width = 1U << k_tile_height; ///< hashes of a full tile, entries of a full bundle
inline constexpr std::size_t k_hash_bytes = 32;
inline constexpr std::size_t k_max_entry_bytes = 65535;
inline constexpr std::size_t k_max_bundle_bytes = k_tile_width * (2 + k_max_entry_bytes);

struct Tile
{
  unsigned level = 0; ///< its first row is at level 8 * `level` of the tree
  std::uint64_t index = 0;
  unsigned width = k_tile_width; ///< 1 to 256; below 256 it is partial
  auto operator<=>(const Tile&) const = default;

  [[nodiscard]] bool full() const { return width == k_tile_width; }
};

/// The tile that a node's hash is found in or computed from, as wide as a log of `size` entries has it. The node must be in the log.
[[nodiscard]] Tile tile_of(Node node, std::uint64_t size);
/// "tile/0/x001/234", partial "tile/0/x001/234.p/17": below the log's address.
[[nodiscard]] std::string tile_path(const Tile& tile);
/// "tile/entries/x001/234" of the bundle with the entries of the tile (0, `index`).
[[nodiscard]] std::string bundle_path(std::uint64_t index, unsigned width);
/// The tiles that change or come when a log grows from `old_size` to `size`, from the bottom up: partial ones as wide as then.
[[nodiscard]] std::vector<Tile> new_tiles(std::uint64_t old_size, std::uint64_t size);

/// The hash of a node from the bytes of its tile: `node` lies in `tile`, `bytes` are its width * 32.
[[nodiscard]] Sha256 node_in_tile(Node node, const Tile& tile, std::string_view bytes);
/// What a full tile hashes to: the node that the tile above it has at `index`.
[[nodiscard]] Sha256 full_tile_hash(std::string_view bytes);

/// Entries as a bundle has them: two bytes of length, big-endian, and the entry. An entry has at most k_max_entry_bytes.
[[nodiscard]] std::string to_bundle(std::span<const std::string> entries);
/// The `width` entries of a bundle, as views into it; nullopt when it has more, fewer or a piece.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_bundle(std::string_view bundle, unsigned width);

} // namespace cargo_wasm::registry_tlog
