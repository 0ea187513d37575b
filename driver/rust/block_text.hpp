// An extern block cut into the stretches of text that belong to each item.
#pragma once
#include "items.hpp"

#include <cargo_wasm/rust/foreign_items.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

/// One item with what travels with it.
struct ItemText
{
  ForeignItem item;
  Span span; ///< whole lines where nothing else stands on them, else from its first comment or attribute to its last byte
  bool whole_lines = false;
};

struct BlockText
{
  ForeignBlock block;
  Span header;             ///< `unsafe extern "C" {`, brace included
  Span whole;              ///< from the first outer attribute to the closing brace
  std::vector<Span> inner; ///< inner attributes
  std::vector<ItemText> items;
  bool has_macros = false; ///< a macro call stands among the items
};

/// The block whose `unsafe` or `extern` stands at `begin`, also among the arguments of macros (16 levels deep).
[[nodiscard]] std::optional<BlockText> find_block_text(std::string_view text, std::uint32_t begin, Edition edition);

} // namespace cargo_wasm::rust
