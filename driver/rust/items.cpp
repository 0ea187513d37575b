#include "items.hpp"

#include "item_scanner.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

std::string shown_body(const TokenTree& tokens, const Item& item)
{
  switch (item.kind) {
  case ItemKind::function:
    return "fn " + std::string(item.name);
  case ItemKind::constant:
    return "const " + std::string(item.name);
  case ItemKind::variable:
    return "static " + std::string(item.name);
  case ItemKind::trait:
    return "trait " + std::string(item.name);
  case ItemKind::implementation:
    return tokens.normalized({item.head, item.body == k_none ? item.head + 1 : item.body});
  default:
    return {};
  }
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more)
{
  to.insert(to.end(), more.begin(), more.end());
}

} // namespace

ItemList::ItemList(std::string_view text, LexOptions options) : tokens(text, options), items(scan_items(tokens)) {}

std::vector<Attribute> ItemList::attributes_of(const Item& item) const
{
  std::vector<Attribute> out = read_attributes(tokens, item.attributes);
  const bool may_have_inner = item.kind == ItemKind::module || item.kind == ItemKind::extern_block || item.kind == ItemKind::function;
  if (may_have_inner && item.body != k_none) {
    const auto inner = read_attributes(tokens, inner_attributes(tokens, tokens.inside(item.body)));
    out.insert(out.end(), inner.begin(), inner.end());
  }
  return out;
}

Place ItemList::place_of(const Item& item) const
{
  Place out;
  std::vector<const Item*> around;
  for (std::uint32_t i = item.parent; i != k_none; i = items[i].parent) {
    around.push_back(&items[i]);
  }
  append(out.conditions, cfg_predicates(read_attributes(tokens, inner_attributes(tokens, {0, tokens.size()}))));
  for (auto it = around.rbegin(); it != around.rend(); ++it) {
    append(out.conditions, cfg_predicates(attributes_of(**it)));
    if ((*it)->kind == ItemKind::module) {
      out.modules.emplace_back((*it)->name);
    } else if (std::string body = shown_body(tokens, **it); !body.empty()) {
      out.bodies.push_back(std::move(body));
    }
  }
  return out;
}

bool ItemList::is_module_level(const Item& item) const
{
  std::uint32_t i = item.parent;
  while (i != k_none && items[i].kind == ItemKind::module) {
    i = items[i].parent;
  }
  return i == k_none;
}

std::vector<std::string> ItemList::modules_of(const Item& item) const
{
  std::vector<std::string> out;
  for (std::uint32_t i = item.parent; i != k_none; i = items[i].parent) {
    if (items[i].kind == ItemKind::module) {
      out.emplace_back(items[i].name);
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

} // namespace cargo_wasm::rust
