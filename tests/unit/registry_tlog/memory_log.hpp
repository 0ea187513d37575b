// A log in memory, kept by LogWriter, that can be made to lie.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_tlog {

inline std::string entry_text(std::uint64_t index)
{
  return "entry " + std::to_string(index);
}

class MemoryLog : public LogSource
{
public:
  /// Appends "entry N" up to `size`, in steps of `step` entries, each of which leaves its partial tiles.
  void grow_to(std::uint64_t size, std::uint64_t step = 1000);

  [[nodiscard]] Checkpoint checkpoint() const
  {
    return {.origin = "log.example", .size = writer.size(), .root = writer.root(), .extensions = {}};
  }
  Result<std::vector<std::string>> tiles(std::span<const Tile> tiles) override;
  Result<std::vector<std::string>> bundles(std::span<const Tile> tiles) override;
  void keep_tile(const Tile& tile, std::string_view) override { kept.push_back(tile_path(tile)); }

  LogWriter writer;
  std::map<std::string, std::string> files;
  std::vector<std::string> asked; ///< paths, in the order of requests
  std::vector<std::string> kept;
};

/// The tree as RFC 6962 §2.1 defines it, by recursion over all entries: slow, and nothing like the code under test.
class PlainTree
{
public:
  explicit PlainTree(std::uint64_t size);
  [[nodiscard]] Sha256 hash(std::uint64_t begin, std::uint64_t end) const;
  /// RFC 6962 §2.1.1 and §2.1.2, word by word.
  [[nodiscard]] std::vector<Sha256> path(std::uint64_t index, std::uint64_t begin, std::uint64_t end) const;
  [[nodiscard]] std::vector<Sha256> subproof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t end, bool known) const;

private:
  std::vector<Sha256> m_leaves;
};

/// A key whose seed is 32 times `byte`.
[[nodiscard]] SignerKey signer(std::string_view name, SignatureType type, std::uint8_t byte);

} // namespace cargo_wasm::registry_tlog
