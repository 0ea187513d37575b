#include "memory_log.hpp"

#include <algorithm>
#include <bit>

namespace cargo_wasm::registry_tlog {

void MemoryLog::grow_to(std::uint64_t size, std::uint64_t step)
{
  while (writer.size() < size) {
    std::vector<std::string> entries;
    for (std::uint64_t index = writer.size(); index < std::min(size, writer.size() + step); ++index) {
      entries.push_back(entry_text(index));
    }
    const std::vector<LogFile> appended = writer.append(entries).value();
    for (const LogFile& file : appended) {
      files[file.path] = file.bytes;
    }
  }
}

Result<std::vector<std::string>> MemoryLog::tiles(std::span<const Tile> tiles)
{
  std::vector<std::string> bytes;
  for (const Tile& tile : tiles) {
    asked.push_back(tile_path(tile));
    bytes.push_back(files.at(asked.back()));
  }
  return bytes;
}

Result<std::vector<std::string>> MemoryLog::bundles(std::span<const Tile> tiles)
{
  std::vector<std::string> bytes;
  for (const Tile& tile : tiles) {
    asked.push_back(bundle_path(tile.index, tile.width));
    bytes.push_back(files.at(asked.back()));
  }
  return bytes;
}

PlainTree::PlainTree(std::uint64_t size)
{
  for (std::uint64_t index = 0; index < size; ++index) {
    m_leaves.push_back(leaf_hash(entry_text(index)));
  }
}

Sha256 PlainTree::hash(std::uint64_t begin, std::uint64_t end) const
{
  if (begin == end) {
    return empty_root();
  }
  if (end - begin == 1) {
    return m_leaves[begin];
  }
  const std::uint64_t k = std::bit_floor(end - begin - 1);
  return node_hash(hash(begin, begin + k), hash(begin + k, end));
}

std::vector<Sha256> PlainTree::path(std::uint64_t index, std::uint64_t begin, std::uint64_t end) const
{
  if (end - begin == 1) {
    return {};
  }
  const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
  std::vector<Sha256> hashes = index < middle ? path(index, begin, middle) : path(index, middle, end);
  hashes.push_back(index < middle ? hash(middle, end) : hash(begin, middle));
  return hashes;
}

std::vector<Sha256> PlainTree::subproof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t end, bool known) const
{
  if (old_size == end) {
    return known ? std::vector<Sha256>{} : std::vector{hash(begin, end)};
  }
  const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
  std::vector<Sha256> hashes = old_size <= middle ? subproof(old_size, begin, middle, known) : subproof(old_size, middle, end, false);
  hashes.push_back(old_size <= middle ? hash(middle, end) : hash(begin, middle));
  return hashes;
}

SignerKey signer(std::string_view name, SignatureType type, std::uint8_t byte)
{
  Ed25519PrivateKey::Seed seed;
  seed.fill(byte);
  return make_signer_key(name, type, Ed25519PrivateKey::from_seed(seed)).value();
}

} // namespace cargo_wasm::registry_tlog
