#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::plan {

struct BuildProfileFile
{
  std::string_view id;   ///< file name without extension: the profile's name
  std::string_view text; ///< profiles/build/ID.toml
};

/// Every file of profiles/build, sorted by name; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const BuildProfileFile> built_in_profile_files();

} // namespace cargo_wasm::plan
