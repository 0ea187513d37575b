// The items of a text in their order, wherever they may stand, found in one pass over its tokens.
//
// The pass keeps a stack of open groups and, for each, the item whose header it is in. A keyword counts only where an item can begin:
// at the start of a file or a braced group, behind `;`, behind `}`, behind attributes. So no expression is parsed, and none is needed.
// Macro calls and macro definitions are items whose tokens stay closed. Items inside of more than 64 others are passed over, so that what
// is said of each one's surroundings stays bounded.
#pragma once
#include "attributes.hpp"
#include "token_tree.hpp"

#include <vector>

namespace cargo_wasm::rust {

enum class ItemKind : std::uint8_t {
  module,
  extern_block,
  extern_crate,
  function,
  constant,
  variable,
  structure,
  enumeration,
  union_type,
  trait,
  implementation,
  type_alias,
  use,
  macro_definition,
  macro_call, ///< also in expressions, types and patterns
};

struct Item
{
  ItemKind kind = ItemKind::module;
  std::string_view name;         ///< without `r#`; of macro calls the last segment of the path; empty for impl, use and extern blocks
  Span name_span;                ///< of those without a name: of the keyword
  std::uint32_t parent = k_none; ///< the item whose body it stands in, as an index; k_none for the text itself
  std::uint32_t depth = 0;       ///< number of items around it
  TokenRange attributes;
  std::uint32_t first = 0;     ///< its first token behind the attributes
  std::uint32_t head = 0;      ///< the keyword, or the first token of a macro's path
  std::uint32_t body = k_none; ///< the delimiter that opens its body or a macro's arguments
  std::uint32_t end = 0;       ///< behind its last token; a semicolon behind `}` is not part of it
  bool is_statement = true;    ///< false for a macro call inside of an expression, type or pattern
};

struct ItemList
{
  /// `text` must outlive the list. Cost: linear.
  ItemList(std::string_view text, LexOptions options);

  [[nodiscard]] std::vector<Attribute> attributes_of(const Item& item) const; ///< outer, then inner ones
  /// Modules and bodies around the item, and what they are conditional on; the text's own inner attributes count as around.
  [[nodiscard]] Place place_of(const Item& item) const;
  /// Only modules stand around it.
  [[nodiscard]] bool is_module_level(const Item& item) const;
  [[nodiscard]] std::vector<std::string> modules_of(const Item& item) const;

  TokenTree tokens;
  std::vector<Item> items;
};

} // namespace cargo_wasm::rust
