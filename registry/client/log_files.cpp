#include "log_files.hpp"

#include <cargo_wasm/registry_tlog/tile.hpp>

#include <charconv>

namespace cargo_wasm::registry_client {

std::string cut_bundle(std::string full, unsigned width)
{
  const auto entries = registry_tlog::parse_bundle(full, registry_tlog::k_tile_width);
  if (entries && width < registry_tlog::k_tile_width) {
    const std::string_view last = (*entries)[width - 1];
    full.resize(static_cast<std::size_t>(last.data() + last.size() - full.data()));
  }
  return full;
}

std::string log_file_cut(std::string_view path, std::string_view full_path, std::string bytes)
{
  if (path == full_path) {
    return bytes;
  }
  const std::string_view digits = path.substr(path.rfind('/') + 1);
  unsigned width = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), width);
  return path.starts_with("tile/entries/") ? cut_bundle(std::move(bytes), width) : bytes.substr(0, width * registry_tlog::k_hash_bytes);
}

} // namespace cargo_wasm::registry_client
