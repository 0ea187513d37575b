#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::toolchain {

struct DefectFile
{
  std::string_view id;   ///< file name without extension
  std::string_view text; ///< profiles/toolchain-defects/ID.toml
};

/// Every file of profiles/toolchain-defects, sorted by name; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const DefectFile> defect_files();

} // namespace cargo_wasm::toolchain
