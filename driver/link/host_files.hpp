#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::link {

struct HostFile
{
  std::string_view id;   ///< file name without extension
  std::string_view text; ///< profiles/hosts/ID.toml
};

/// Every file of profiles/hosts, sorted by name; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const HostFile> host_files();

} // namespace cargo_wasm::link
