#include <cargo_wasm/rust/foreign_items.hpp>

#include "foreign_reader.hpp"

#include "literal.hpp"
#include "signature_tokens.hpp"

#include <algorithm>
#include <map>

namespace cargo_wasm::rust {
namespace {

/// Items that stand in one place share what is said of it.
class Places
{
public:
  explicit Places(const ItemList& list) : m_list(list) {}

  const Place& of(const Item& item)
  {
    const auto [it, is_new] = m_places.try_emplace(item.parent);
    if (is_new) {
      it->second = m_list.place_of(item);
    }
    return it->second;
  }

private:
  const ItemList& m_list;
  std::map<std::uint32_t, Place> m_places;
};

LinkAttribute read_link(const ItemList& list, const Attribute& attribute)
{
  LinkAttribute out;
  out.conditions = attribute.conditions;
  out.span = attribute.span;
  const TokenTree& tokens = list.tokens;
  const TokenRange inside{tokens.at_or_behind(attribute.arguments.begin), tokens.at_or_behind(attribute.arguments.end)};
  for (const TokenRange part : split_at_commas(tokens, inside)) {
    if (part.end - part.first != 3 || !tokens.is(part.first + 1, '=')) {
      continue;
    }
    auto value = string_value(tokens[part.first + 2], tokens.source());
    if (tokens.is_word(part.first, "name")) {
      out.name = std::move(value);
    } else if (tokens.is_word(part.first, "kind")) {
      out.kind = std::move(value);
    } else if (tokens.is_word(part.first, "wasm_import_module")) {
      out.wasm_import_module = std::move(value);
    }
  }
  return out;
}

std::optional<std::string> value_of(const std::vector<Attribute>& attributes, std::string_view path)
{
  const Attribute* const found = find_attribute(attributes, path);
  return found == nullptr ? std::nullopt : found->value;
}

/// `safe` or `unsafe` between visibility and keyword.
Safety safety_of(const TokenTree& tokens, const Item& item)
{
  for (std::uint32_t i = item.first; i < item.head; i = tokens.after(i)) {
    if (tokens.is_word(i, "safe")) {
      return Safety::safe;
    }
    if (tokens.is_word(i, "unsafe")) {
      return Safety::unsafe;
    }
  }
  return Safety::unspecified;
}

std::optional<LinkerDefinition> read_definition(const ItemList& list, const Item& item, Places& places)
{
  if (item.attributes.empty()) {
    return std::nullopt;
  }
  const auto attributes = list.attributes_of(item);
  LinkerDefinition out;
  out.name = item.name;
  if (find_attribute(attributes, "no_mangle") != nullptr) {
    out.symbol = out.name;
  }
  if (auto name = value_of(attributes, "export_name")) {
    out.symbol = std::move(name);
  }
  out.link_section = value_of(attributes, "link_section");
  if (!out.symbol && !out.link_section) {
    return std::nullopt;
  }
  const TokenTree& tokens = list.tokens;
  out.kind = item.kind == ItemKind::function ? LinkerDefinition::Kind::function : LinkerDefinition::Kind::variable;
  out.conditions = cfg_predicates(attributes);
  out.place = places.of(item);
  out.name_span = item.name_span;
  std::uint32_t end = item.body != k_none ? item.body : item.end;
  if (out.kind == LinkerDefinition::Kind::variable) {
    end = type_behind_name(tokens, tokens.at_or_behind(item.name_span.begin), item.end).end;
  }
  std::uint32_t first = item.first;
  if (tokens.is_word(first, "pub")) {
    first = tokens.is(first + 1, '(') ? tokens.after(first + 1) : first + 1;
  }
  out.signature = tokens.normalized({first, std::max(first, end)});
  return out;
}

} // namespace

ForeignItem read_foreign_item(const ItemList& list, const Item& item)
{
  const TokenTree& tokens = list.tokens;
  ForeignItem out;
  out.name = item.name;
  out.name_span = item.name_span;
  out.span = tokens.span({item.first, item.end});
  out.attributes = list.attributes_of(item);
  out.conditions = cfg_predicates(out.attributes);
  out.link_name = value_of(out.attributes, "link_name");
  out.safety = safety_of(tokens, item);
  if (item.kind == ItemKind::function) {
    const FunctionTokens function = read_function(tokens, item);
    for (const TokenRange type : function.parameters) {
      out.parameters.push_back(tokens.normalized(type));
    }
    out.result = tokens.normalized(function.result);
    out.is_variadic = function.is_variadic;
  } else if (item.kind == ItemKind::variable) {
    out.kind = ForeignItem::Kind::variable;
    out.is_mutable = tokens.is_word(item.head + 1, "mut");
    out.result = tokens.normalized(type_behind_name(tokens, tokens.at_or_behind(item.name_span.begin), item.end));
  } else {
    out.kind = ForeignItem::Kind::type;
  }
  return out;
}

ForeignBlock read_foreign_block(const ItemList& list, const Item& item, Place place)
{
  const TokenTree& tokens = list.tokens;
  ForeignBlock out;
  out.place = std::move(place);
  out.attributes = list.attributes_of(item);
  out.conditions = cfg_predicates(out.attributes);
  for (const Attribute& attribute : out.attributes) {
    if (attribute.path == "link") {
      out.links.push_back(read_link(list, attribute));
    }
  }
  out.is_unsafe = tokens.is_word(item.first, "unsafe");
  if (item.head + 1 != item.body) {
    out.abi = string_value(tokens[item.head + 1], tokens.source()).value_or("");
  }
  out.span = tokens.span({item.first, item.end});
  out.body = {tokens[item.body].end(), tokens[tokens.partner(item.body)].begin};
  return out;
}

bool is_foreign_item(const Item& item)
{
  return item.kind == ItemKind::function || item.kind == ItemKind::variable || item.kind == ItemKind::type_alias;
}

ForeignItems read_foreign_items(const ItemList& list)
{
  ForeignItems out;
  Places places(list);
  std::map<std::uint32_t, std::size_t> blocks;
  for (std::uint32_t i = 0; i < list.items.size(); ++i) {
    const Item& item = list.items[i];
    if (item.kind == ItemKind::extern_block) {
      blocks.emplace(i, out.blocks.size());
      out.blocks.push_back(read_foreign_block(list, item, places.of(item)));
    } else if (const auto block = blocks.find(item.parent); block != blocks.end()) {
      if (is_foreign_item(item)) {
        out.blocks[block->second].items.push_back(read_foreign_item(list, item));
      }
    } else if (item.kind == ItemKind::function || item.kind == ItemKind::variable) {
      if (auto definition = read_definition(list, item, places)) {
        out.definitions.push_back(std::move(*definition));
      }
    }
  }
  return out;
}

ForeignItems read_foreign_items(std::string_view text, Edition edition)
{
  return read_foreign_items(ItemList(text, {edition}));
}

std::optional<std::string> ForeignBlock::wasm_import_module() const
{
  const auto found =
      std::find_if(links.rbegin(), links.rend(), [](const LinkAttribute& link) { return link.wasm_import_module.has_value(); });
  return found == links.rend() ? std::nullopt : found->wasm_import_module;
}

std::string to_string(const std::vector<std::string>& modules)
{
  std::string out;
  for (const std::string& name : modules) {
    out += (out.empty() ? "" : "::") + name;
  }
  return out;
}

} // namespace cargo_wasm::rust
