#pragma once
#include "items.hpp"

namespace cargo_wasm::rust {

/// The items of the tokens, in the order in which they begin. Cost: linear, without recursion.
[[nodiscard]] std::vector<Item> scan_items(const TokenTree& tokens);

} // namespace cargo_wasm::rust
