#pragma once
#include <string_view>

namespace cargo_wasm::plan {

/// Whether a name on the command line stands for several: `-p 'app-*'`, `--bin 'test-?'`.
[[nodiscard]] inline bool is_pattern(std::string_view text)
{
  return text.find_first_of("*?[]") != std::string_view::npos;
}

} // namespace cargo_wasm::plan
