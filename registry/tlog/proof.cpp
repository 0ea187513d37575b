#include <cargo_wasm/registry_tlog/proof.hpp>

#include <algorithm>
#include <bit>

namespace cargo_wasm::registry_tlog {
namespace {

// Where a tree of more than one entry is split: the largest power of two below its size.
std::uint64_t split_of(std::uint64_t size)
{
  return std::bit_floor(size - 1);
}

// The way from a node up to the root, one hash of a proof a step (RFC 9162 §2.1.3.2, the names fn and sn there).
class WayUp
{
public:
  // `place` of the node and of the `last` one on the same level of the tree.
  WayUp(std::uint64_t place, std::uint64_t last) : m_place(place), m_last(last) {}

  [[nodiscard]] bool at_root() const { return m_last == 0; }
  // Whether the next hash of the proof stands to the left. It is not asked for at the root.
  bool step_left()
  {
    const bool is_left = m_place % 2 == 1 || m_place == m_last;
    while (is_left && m_place % 2 == 0 && m_place != 0) {
      rise();
    }
    rise();
    return is_left;
  }

private:
  void rise()
  {
    m_place >>= 1U;
    m_last >>= 1U;
  }
  std::uint64_t m_place, m_last;
};

} // namespace

std::vector<EntryRange> inclusion_ranges(std::uint64_t index, std::uint64_t size)
{
  std::vector<EntryRange> ranges; // from the root down
  EntryRange tree{.begin = 0, .end = size};
  while (tree.end - tree.begin > 1) {
    const std::uint64_t middle = tree.begin + split_of(tree.end - tree.begin);
    if (index < middle) {
      ranges.push_back({.begin = middle, .end = tree.end});
      tree.end = middle;
    } else {
      ranges.push_back({.begin = tree.begin, .end = middle});
      tree.begin = middle;
    }
  }
  std::ranges::reverse(ranges);
  return ranges;
}

std::vector<EntryRange> consistency_ranges(std::uint64_t old_size, std::uint64_t size)
{
  std::vector<EntryRange> ranges; // from the root down
  EntryRange tree{.begin = 0, .end = size};
  while (old_size != tree.end) {
    const std::uint64_t middle = tree.begin + split_of(tree.end - tree.begin);
    if (old_size <= middle) {
      ranges.push_back({.begin = middle, .end = tree.end});
      tree.end = middle;
    } else {
      ranges.push_back({.begin = tree.begin, .end = middle});
      tree.begin = middle;
    }
  }
  // Where the old tree is itself a node, whoever checks has its hash already.
  if (tree.begin != 0) {
    ranges.push_back(tree);
  }
  std::ranges::reverse(ranges);
  return ranges;
}

bool proves_inclusion(std::span<const Sha256> proof, std::uint64_t index, const Sha256& leaf, std::uint64_t size, const Sha256& root)
{
  if (index >= size) {
    return false;
  }
  WayUp way(index, size - 1);
  Sha256 hash = leaf;
  for (const Sha256& sibling : proof) {
    if (way.at_root()) {
      return false;
    }
    hash = way.step_left() ? node_hash(sibling, hash) : node_hash(hash, sibling);
  }
  return way.at_root() && hash == root;
}

bool proves_consistency(
    std::span<const Sha256> proof, std::uint64_t old_size, const Sha256& old_root, std::uint64_t size, const Sha256& root)
{
  if (old_size == 0) {
    return proof.empty() && old_root == empty_root() && (size != 0 || root == empty_root());
  }
  if (old_size >= size) {
    return old_size == size && proof.empty() && old_root == root;
  }
  const auto known_levels = static_cast<unsigned>(std::countr_one(old_size - 1));
  WayUp way((old_size - 1) >> known_levels, (size - 1) >> known_levels);
  // A tree of 2^n entries is a node, and the proof begins with what is known.
  const bool is_node = std::has_single_bit(old_size);
  if (!is_node && proof.empty()) {
    return false;
  }
  Sha256 old_hash = is_node ? old_root : proof[0];
  Sha256 hash = old_hash;
  for (const Sha256& sibling : proof.subspan(is_node ? 0 : 1)) {
    if (way.at_root()) {
      return false;
    }
    if (way.step_left()) {
      old_hash = node_hash(sibling, old_hash);
      hash = node_hash(sibling, hash);
    } else {
      hash = node_hash(hash, sibling);
    }
  }
  return way.at_root() && old_hash == old_root && hash == root;
}

} // namespace cargo_wasm::registry_tlog
