#pragma once
#include <string_view>

namespace cargo_wasm::postlink {

/// A module of one function with DWARF 4, which every optimizer makes shorter:
///     int twice(int x) { int sum = 0; for (int i = 0; i < 2; ++i) sum += x; return sum; }
/// by clang 19, `-g -O0`, linked without names.
[[nodiscard]] std::string_view dwarf_probe();

} // namespace cargo_wasm::postlink
