// Reading a log from places that are not trusted: every tile is checked against a checkpoint before anything in it is used.
//
// The partial tiles on the right edge of the tree hold exactly the nodes that its root is folded from, and every full tile hashes to an
// entry of the tile above it. So a tile is checked with its parents, whoever served them; what has been checked can be kept for ever.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/tile.hpp>

namespace cargo_wasm::registry_tlog {

/// Where tiles and bundles come from: a mirror, a directory, a cache in front of these.
class LogSource
{
public:
  virtual ~LogSource() = default;
  /// The bytes of these tiles, in their order. A partial tile that is no longer there may be cut from the full one.
  [[nodiscard]] virtual Result<std::vector<std::string>> tiles(std::span<const Tile> tiles) = 0;
  /// The bundles with the entries of these tiles, which are on level 0.
  [[nodiscard]] virtual Result<std::vector<std::string>> bundles(std::span<const Tile> tiles) = 0;
  /// Told of what was found right, so that a cache can keep it.
  virtual void keep_tile(const Tile& tile, std::string_view bytes) { (void)tile, (void)bytes; }
  virtual void keep_bundle(const Tile& tile, std::string_view bytes) { (void)tile, (void)bytes; }
};

/// The nodes and entries of the log that `checkpoint` describes. Keeps the tiles that it has checked. Errors of all reads: those of the
/// source; CW1007 for a tile or bundle of another size; CW1008 for one that does not belong to the checkpoint.
class TileReader : public NodeReader
{
public:
  /// `source` outlives it.
  TileReader(Checkpoint checkpoint, LogSource& source);
  ~TileReader() override;

  [[nodiscard]] const Checkpoint& checkpoint() const;
  /// Nodes inside the log. Cost: one call of the source, for the tiles of these nodes and those above that were not read before.
  [[nodiscard]] Result<std::vector<Sha256>> read(std::span<const Node> nodes) override;
  /// Entries [begin, end) of the log. Cost: a call for tiles and one for bundles.
  [[nodiscard]] Result<std::vector<std::string>> entries(EntryRange range);

private:
  Result<> load(std::span<const Node> nodes);
  [[nodiscard]] Result<> check(const std::map<Tile, std::string>& fetched) const;
  [[nodiscard]] Sha256 hash_of(Node node, const std::map<Tile, std::string>& fetched) const;

  Checkpoint m_checkpoint;
  LogSource& m_source;
  std::map<Tile, std::string> m_tiles; ///< checked
};

} // namespace cargo_wasm::registry_tlog
