#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::templates {

struct EmbeddedFile
{
  std::string_view path; ///< below templates/: "bin/src/main.rs"
  std::string_view text;
};

/// Every file below templates/, sorted by path; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

} // namespace cargo_wasm::templates
