#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::ops {

struct ExplainPage
{
  std::string_view code; ///< "CW0301"
  std::string_view text; ///< docs/errors/CW0301.md
};

/// Every page of docs/errors, sorted by code; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const ExplainPage> explain_pages();

} // namespace cargo_wasm::ops
