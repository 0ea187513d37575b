#include <cargo_wasm/registry_tlog/log_writer.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_tlog {
namespace {

std::string bytes_of(std::span<const Sha256> hashes)
{
  std::string bytes;
  bytes.reserve(hashes.size() * k_hash_bytes);
  for (const Sha256& hash : hashes) {
    bytes.append(reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size());
  }
  return bytes;
}

} // namespace

Result<LogWriter> LogWriter::resume(TileReader& reader)
{
  LogWriter writer;
  writer.m_size = reader.checkpoint().size;
  std::vector<Node> nodes;
  std::vector<std::size_t> widths;
  for (unsigned level = 0; level * k_tile_height < 64 && writer.m_size >> (level * k_tile_height) != 0; ++level) {
    const std::uint64_t count = writer.m_size >> (level * k_tile_height);
    for (std::uint64_t index = count / k_tile_width * k_tile_width; index < count; ++index) {
      nodes.push_back({.level = level * k_tile_height, .index = index});
    }
    widths.push_back(count % k_tile_width);
  }
  CW_TRY_ASSIGN(const std::vector<Sha256> hashes, reader.read(nodes));
  auto next = hashes.begin();
  for (const std::size_t width : widths) {
    writer.m_rows.emplace_back(next, next + static_cast<std::ptrdiff_t>(width));
    next += static_cast<std::ptrdiff_t>(width);
  }
  CW_TRY_ASSIGN(writer.m_last_entries, reader.entries({.begin = writer.m_size / k_tile_width * k_tile_width, .end = writer.m_size}));
  return writer;
}

Sha256 LogWriter::root() const
{
  Sha256 hash;
  bool any = false;
  // From the lowest level up: what a level adds stands to the left.
  for (const std::vector<Sha256>& row : m_rows) {
    std::size_t end = row.size();
    for (std::size_t part = 1; end != 0; part *= 2) {
      if ((row.size() & part) == 0) {
        continue;
      }
      const Tile tile{.level = 0, .index = 0, .width = static_cast<unsigned>(row.size())};
      Node node{.level = 0, .index = (end - part) / part};
      for (std::size_t width = part; width > 1; width /= 2) {
        ++node.level;
      }
      const Sha256 left = node_in_tile(node, tile, bytes_of(row));
      hash = any ? node_hash(left, hash) : left;
      any = true;
      end -= part;
    }
  }
  return any ? hash : empty_root();
}

Result<std::vector<LogFile>> LogWriter::append(std::span<const std::string> entries)
{
  for (const std::string& entry : entries) {
    if (entry.size() > k_max_entry_bytes) {
      return fail(Error(
          "CW1009", fmt::format("an entry of a log has at most {} bytes, this one has {}", k_max_entry_bytes, entry.size()), Blame::bug));
    }
  }
  std::vector<LogFile> files;
  std::vector<bool> touched;
  for (const std::string& entry : entries) {
    m_last_entries.push_back(entry);
    if (m_last_entries.size() == k_tile_width) {
      files.push_back({.path = bundle_path(m_size / k_tile_width, k_tile_width), .bytes = to_bundle(m_last_entries)});
      m_last_entries.clear();
    }
    ++m_size;
    // A full row becomes a tile, and its hash an entry of the row above.
    Sha256 hash = leaf_hash(entry);
    for (unsigned level = 0;; ++level) {
      if (m_rows.size() == level) {
        m_rows.emplace_back();
      }
      touched.resize(m_rows.size());
      touched[level] = true;
      std::vector<Sha256>& row = m_rows[level];
      row.push_back(hash);
      if (row.size() < k_tile_width) {
        break;
      }
      const Tile tile{.level = level, .index = (m_size >> (level * k_tile_height)) / k_tile_width - 1};
      std::string bytes = bytes_of(row);
      hash = full_tile_hash(bytes);
      row.clear();
      files.push_back({.path = tile_path(tile), .bytes = std::move(bytes)});
    }
  }
  if (!entries.empty() && !m_last_entries.empty()) {
    files.push_back(
        {.path = bundle_path(m_size / k_tile_width, static_cast<unsigned>(m_last_entries.size())), .bytes = to_bundle(m_last_entries)});
  }
  for (unsigned level = 0; level < touched.size(); ++level) {
    if (const std::vector<Sha256>& row = m_rows[level]; touched[level] && !row.empty()) {
      const Tile tile{
          .level = level, .index = (m_size >> (level * k_tile_height)) / k_tile_width, .width = static_cast<unsigned>(row.size())};
      files.push_back({.path = tile_path(tile), .bytes = bytes_of(row)});
    }
  }
  return files;
}

} // namespace cargo_wasm::registry_tlog
