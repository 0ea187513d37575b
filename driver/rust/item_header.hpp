#pragma once
#include "items.hpp"

namespace cargo_wasm::rust {

/// The first tokens of an item: as much as tells what it is.
struct ItemHeader
{
  bool found = false;
  ItemKind kind = ItemKind::module;
  std::uint32_t head = 0;              ///< the keyword
  std::uint32_t name = k_none;         ///< the token with the name
  std::uint32_t next = 0;              ///< behind what was read
  std::uint32_t closed_group = k_none; ///< of macros: the delimiter of the arguments
};

/// Reads at the start of [range), where an item may or may not begin.
[[nodiscard]] ItemHeader read_item_header(const TokenTree& tokens, TokenRange range);

/// A keyword that no macro can be called by.
[[nodiscard]] bool is_strict_keyword(const TokenTree& tokens, std::uint32_t i);

} // namespace cargo_wasm::rust
