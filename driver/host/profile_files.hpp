#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::host {

struct ProfileFile
{
  std::string_view id;   ///< file name without extension
  std::string_view text; ///< profiles/host/ID.toml, profiles/interface/ID.toml
};

/// Every file of profiles/host and of profiles/interface, sorted by name; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const ProfileFile> profile_files();
[[nodiscard]] std::span<const ProfileFile> interface_files();

} // namespace cargo_wasm::host
