#pragma once
#include "items.hpp"

#include <cargo_wasm/rust/foreign_items.hpp>

namespace cargo_wasm::rust {

/// As the public function, of a text whose items are known already.
[[nodiscard]] ForeignItems read_foreign_items(const ItemList& list);

/// `item` is an extern block; its items are not filled in.
[[nodiscard]] ForeignBlock read_foreign_block(const ItemList& list, const Item& item, Place place);
/// `item` stands directly in an extern block, and is_foreign_item(item).
[[nodiscard]] ForeignItem read_foreign_item(const ItemList& list, const Item& item);
[[nodiscard]] bool is_foreign_item(const Item& item);

} // namespace cargo_wasm::rust
