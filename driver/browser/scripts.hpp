#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::browser {

struct Script
{
  std::string_view name; ///< "wasi" of page/wasi.js
  std::string_view text;
};

/// Every file of page/, sorted by name; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const Script> scripts();
/// The text of the one with this name, which exists.
[[nodiscard]] std::string_view script(std::string_view name);

} // namespace cargo_wasm::browser
