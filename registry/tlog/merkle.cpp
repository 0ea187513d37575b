#include <cargo_wasm/registry_tlog/merkle.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

namespace cargo_wasm::registry_tlog {

Sha256 leaf_hash(std::string_view entry)
{
  base::Sha256Hasher hasher;
  hasher.update(std::string_view("\0", 1));
  hasher.update(entry);
  return hasher.finish();
}

Sha256 node_hash(const Sha256& left, const Sha256& right)
{
  base::Sha256Hasher hasher;
  hasher.update("\1");
  hasher.update(std::as_bytes(std::span(left.bytes)));
  hasher.update(std::as_bytes(std::span(right.bytes)));
  return hasher.finish();
}

Sha256 empty_root()
{
  return base::sha256("");
}

std::vector<Node> nodes_of(EntryRange range)
{
  std::vector<Node> nodes;
  while (range.begin < range.end) {
    const auto level = static_cast<unsigned>(std::bit_width(range.end - range.begin) - 1);
    nodes.push_back({.level = level, .index = range.begin >> level});
    range.begin += std::uint64_t{1} << level;
  }
  return nodes;
}

Sha256 fold(std::span<const Sha256> nodes)
{
  Sha256 hash = nodes.back();
  for (std::size_t i = nodes.size() - 1; i-- > 0;) {
    hash = node_hash(nodes[i], hash);
  }
  return hash;
}

Result<std::vector<Sha256>> range_hashes(std::span<const EntryRange> ranges, NodeReader& reader)
{
  std::vector<Node> nodes;
  std::vector<std::size_t> ends;
  for (const EntryRange& range : ranges) {
    std::ranges::copy(nodes_of(range), std::back_inserter(nodes));
    ends.push_back(nodes.size());
  }
  CW_TRY_ASSIGN(const std::vector<Sha256> hashes, reader.read(nodes));
  std::vector<Sha256> folded;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    folded.push_back(begin == end ? empty_root() : fold(std::span(hashes).subspan(begin, end - begin)));
    begin = end;
  }
  return folded;
}

Result<Sha256> tree_root(std::uint64_t size, NodeReader& reader)
{
  const EntryRange all{.begin = 0, .end = size};
  CW_TRY_ASSIGN(const std::vector<Sha256> hashes, range_hashes(std::span(&all, 1), reader));
  return hashes[0];
}

} // namespace cargo_wasm::registry_tlog
