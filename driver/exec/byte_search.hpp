// Paths and secrets are looked for in outputs of many megabytes.
#pragma once
#include <algorithm>
#include <functional>
#include <string_view>

namespace cargo_wasm::exec {

/// Horspool's search: about one comparison for each length of the needle. An empty needle is in everything.
[[nodiscard]] inline bool occurs_in(std::string_view needle, std::string_view bytes)
{
  return std::search(bytes.begin(), bytes.end(), std::boyer_moore_horspool_searcher(needle.begin(), needle.end())) != bytes.end();
}

} // namespace cargo_wasm::exec
