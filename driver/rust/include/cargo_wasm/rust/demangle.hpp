// Symbols as people write them: `_RNvCs1_3app3run` is `app::run`.
//
// Both of rustc's manglings are read: v0 (default since 1.97; RFC 2603) and the older one that borrows C++'s form. Hashes and
// disambiguators are left out, generic arguments are kept. What is neither is returned as it is: C names, exports, linker symbols.
#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::rust {

/// Cost: linear in the result, which is cut at 4 KiB: references within a symbol can make it exponentially long.
[[nodiscard]] std::string demangle(std::string_view symbol);

} // namespace cargo_wasm::rust
