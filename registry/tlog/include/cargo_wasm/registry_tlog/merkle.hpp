// The Merkle tree of a log (RFC 6962 §2.1): hashes, and which nodes of the tree roots and proofs are made of.
//
// A node is the root of a complete subtree of 2^level entries. Every other hash of the tree, of a range of entries, is a fold of the nodes
// that the range falls into, largest first; so that one list of nodes can be fetched at once, before anything is computed.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_tlog {

using base::Sha256;

[[nodiscard]] Sha256 leaf_hash(std::string_view entry);
[[nodiscard]] Sha256 node_hash(const Sha256& left, const Sha256& right);
/// The root of a tree without entries: SHA-256 of nothing.
[[nodiscard]] Sha256 empty_root();

/// The hash over entries [index * 2^level, (index + 1) * 2^level).
struct Node
{
  unsigned level = 0; ///< 0 is an entry's own hash
  std::uint64_t index = 0;
  auto operator<=>(const Node&) const = default;
};

/// Entries [begin, end) whose hash is one of the tree's: `begin` is a multiple of a power of two that is not below the range's size.
struct EntryRange
{
  std::uint64_t begin = 0, end = 0;
  bool operator==(const EntryRange&) const = default;
};

/// The nodes that make up a range, from left to right.
[[nodiscard]] std::vector<Node> nodes_of(EntryRange range);
/// The hash of a range from the hashes of `nodes_of` it. Not for the empty range.
[[nodiscard]] Sha256 fold(std::span<const Sha256> nodes);

/// Where the hashes of nodes come from: tiles of a log, a vector in a test.
class NodeReader
{
public:
  virtual ~NodeReader() = default;
  /// The hashes of these nodes, in their order. Errors: those of the source.
  [[nodiscard]] virtual Result<std::vector<Sha256>> read(std::span<const Node> nodes) = 0;
};

/// Hashes of ranges, by one call of `reader`.
[[nodiscard]] Result<std::vector<Sha256>> range_hashes(std::span<const EntryRange> ranges, NodeReader& reader);
/// The root of the first `size` entries.
[[nodiscard]] Result<Sha256> tree_root(std::uint64_t size, NodeReader& reader);

} // namespace cargo_wasm::registry_tlog
