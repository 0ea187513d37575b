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
  std::uint64_t place = index;
  std::uint64_t last = size - 1;
  Sha256 hash = leaf;
  for (const Sha256& sibling : proof) {
    if (last == 0) {
      return false;
    }
    if (place % 2 == 1 || place == last) {
      hash = node_hash(sibling, hash);
      while (place % 2 == 0 && place != 0) {
        place >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    place >>= 1U;
    last >>= 1U;
  }
  return last == 0 && hash == root;
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
  std::uint64_t place = old_size - 1;
  std::uint64_t last = size - 1;
  const auto up = static_cast<unsigned>(std::countr_one(place));
  place >>= up;
  last >>= up;
  // A tree of 2^n entries is a node, and the proof begins with what is known.
  const bool is_node = std::has_single_bit(old_size);
  if (!is_node && proof.empty()) {
    return false;
  }
  Sha256 old_hash = is_node ? old_root : proof[0];
  Sha256 hash = old_hash;
  for (const Sha256& sibling : proof.subspan(is_node ? 0 : 1)) {
    if (last == 0) {
      return false;
    }
    if (place % 2 == 1 || place == last) {
      old_hash = node_hash(sibling, old_hash);
      hash = node_hash(sibling, hash);
      while (place % 2 == 0 && place != 0) {
        place >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    place >>= 1U;
    last >>= 1U;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

} // namespace cargo_wasm::registry_tlog
