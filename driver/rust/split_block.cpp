#include <cargo_wasm/rust/split_block.hpp>

#include "attributes.hpp"
#include "block_text.hpp"
#include "written.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

bool is_import(const ForeignItem& item)
{
  return item.kind != ForeignItem::Kind::type;
}

std::string_view line_end_of(std::string_view text, std::uint32_t near)
{
  const std::size_t behind = text.find('\n', near);
  const std::size_t found = behind == std::string_view::npos ? text.rfind('\n') : behind;
  return found != std::string_view::npos && found > 0 && text[found - 1] == '\r' ? "\r\n" : "\n";
}

/// The blanks that a line begins with, if `offset` is its first other byte; nullopt if something stands before it.
std::optional<std::string_view> indentation_at(std::string_view text, std::uint32_t offset)
{
  const std::size_t before = text.substr(0, offset).rfind('\n');
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view blanks = text.substr(begin, offset - begin);
  return blanks.find_first_not_of(" \t") == std::string_view::npos ? std::optional(blanks) : std::nullopt;
}

/// A change to make: the bytes of `span` become `text`.
struct Replacement
{
  Span span;
  std::string text;
};

class Splitter
{
public:
  Splitter(std::string_view text, const BlockText& block, const BlockEdit& edit, std::string_view import_module)
      : m_text(text), m_block(block), m_edit(edit), m_attribute(fmt::format("#[link(wasm_import_module = \"{}\")]", import_module)),
        m_module(import_module), m_indentation(indentation_at(text, block.block.span.begin)),
        m_line_end(line_end_of(text, block.block.span.begin))
  {
  }

  Result<std::string> run()
  {
    CW_TRY(check());
    if (is_whole_block()) {
      onto_block();
    } else {
      split();
    }
    return apply();
  }

private:
  [[nodiscard]] bool is_moved(const ForeignItem& item) const
  {
    return is_import(item) && std::find(m_edit.items.begin(), m_edit.items.end(), item.name) != m_edit.items.end();
  }

  [[nodiscard]] bool is_whole_block() const
  {
    return !m_block.has_macros && std::all_of(m_block.items.begin(), m_block.items.end(), [&](const ItemText& item) {
      return is_moved(item.item) || !is_import(item.item);
    });
  }

  [[nodiscard]] Result<> check() const
  {
    for (const std::string& name : m_edit.items) {
      const auto is_it = [&](const ItemText& item) { return is_import(item.item) && item.item.name == name; };
      if (std::none_of(m_block.items.begin(), m_block.items.end(), is_it)) {
        return fail(Error("CW0666", fmt::format("the extern block has no function or static `{}`", name)));
      }
    }
    for (const Attribute& attribute : m_block.block.attributes) {
      if (!is_builtin_attribute(attribute.path)) {
        return fail(Error("CW0667", fmt::format("the attribute macro `#[{}]` decides what the extern block means", attribute.path)));
      }
      if (attribute.path == "cfg_attr" && has_link_among_others(attribute)) {
        return fail(Error("CW0667", fmt::format("`#[{}]` holds more than one attribute", attribute.text)));
      }
    }
    return {};
  }

  /// What a `cfg_attr` holds shares its span.
  [[nodiscard]] bool has_link_among_others(const Attribute& conditional) const
  {
    std::size_t links = 0;
    std::size_t all = 0;
    for (const Attribute& attribute : m_block.block.attributes) {
      if (attribute.span == conditional.span && attribute.path != "cfg_attr") {
        ++all;
        links += attribute.path == "link" ? 1U : 0U;
      }
    }
    return links > 0 && all > links;
  }

  [[nodiscard]] bool is_link(Span attribute) const
  {
    const auto& links = m_block.block.links;
    return std::any_of(links.begin(), links.end(), [&](const LinkAttribute& link) { return link.span == attribute; });
  }

  /// A line of its own above the block; on a line with others, a blank apart.
  void onto_block()
  {
    for (const LinkAttribute& link : m_block.block.links) {
      if (link.wasm_import_module) {
        replace_module(link);
        return;
      }
    }
    const std::uint32_t at = m_block.block.span.begin;
    m_replacements.push_back({{at, at}, m_attribute + (m_indentation ? std::string(m_line_end) + std::string(*m_indentation) : " ")});
  }

  /// The last string in `wasm_import_module = "…"`.
  void replace_module(const LinkAttribute& link)
  {
    Lexer lexer(link.span.of(m_text), {Edition::e2021, false});
    bool is_next = false;
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
      is_next = is_next || token.of(link.span.of(m_text)) == "wasm_import_module";
      if (is_next && (token.kind == TokenKind::string || token.kind == TokenKind::raw_string)) {
        m_replacements.push_back({{link.span.begin + token.begin, link.span.begin + token.end()}, fmt::format("\"{}\"", m_module)});
        return;
      }
    }
  }

  void split()
  {
    std::string moved;
    for (const ItemText& item : m_block.items) {
      if (!is_moved(item.item)) {
        continue;
      }
      const std::string_view bytes = item.span.of(m_text);
      if (item.whole_lines) {
        moved += bytes;
      } else if (m_indentation) {
        moved += fmt::format("{}    {}{}", *m_indentation, bytes, m_line_end);
      } else {
        moved += fmt::format(" {}", bytes);
      }
      m_replacements.push_back({without_gap(item), ""});
    }
    const std::uint32_t at = m_block.block.span.end;
    m_replacements.push_back(
        {{at, at}, m_indentation ? new_lines(moved) : fmt::format(" {} {}{}{} }}", attributes(" "), header(), inner(" "), moved)});
  }

  [[nodiscard]] std::string new_lines(const std::string& moved) const
  {
    const std::string next = std::string(m_line_end) + std::string(*m_indentation);
    return std::string(m_line_end) + next + attributes(next) + next + std::string(header()) + inner(next + "    ") +
           std::string(m_line_end) + moved + std::string(*m_indentation) + "}";
  }

  [[nodiscard]] std::string_view header() const { return m_block.header.of(m_text); }

  /// Those of the old block without `link`, then ours.
  [[nodiscard]] std::string attributes(const std::string& separator) const
  {
    std::string out;
    Span last;
    for (const Attribute& attribute : m_block.block.attributes) {
      if (!attribute.is_inner && attribute.span != last && !is_link(attribute.span)) {
        out += std::string(attribute.span.of(m_text)) + separator;
      }
      last = attribute.span;
    }
    return out + m_attribute;
  }

  [[nodiscard]] std::string inner(const std::string& separator) const
  {
    std::string out;
    for (const Span span : m_block.inner) {
      if (!is_link(span)) {
        out += separator + std::string(span.of(m_text));
      }
    }
    return out;
  }

  /// With the blank line above it, where what follows is another one, or the end of the block.
  [[nodiscard]] Span without_gap(const ItemText& item) const
  {
    Span out = item.span;
    if (!item.whole_lines) {
      // The blanks before it on its line.
      const std::size_t kept = m_text.substr(0, out.begin).find_last_not_of(" \t");
      out.begin = std::max(m_block.block.body.begin, static_cast<std::uint32_t>(kept == std::string_view::npos ? 0 : kept + 1));
      return out;
    }
    const std::string_view rest = m_text.substr(out.end);
    const std::size_t next = rest.find_first_not_of(" \t\r");
    const bool ends_gap = next != std::string_view::npos && (rest[next] == '\n' || rest[next] == '}');
    const std::string_view line = m_text.substr(0, out.begin);
    const std::size_t above = line.size() < 2 ? std::string_view::npos : line.rfind('\n', line.size() - 2);
    const bool is_gap = above != std::string_view::npos && above >= m_block.block.body.begin &&
                        line.substr(above + 1).find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (ends_gap && is_gap) {
      out.begin = static_cast<std::uint32_t>(above + 1);
    }
    return out;
  }

  std::string apply()
  {
    std::string out;
    std::uint32_t at = 0;
    for (const Replacement& replacement : m_replacements) {
      const std::uint32_t begin = std::max(at, replacement.span.begin);
      out += m_text.substr(at, begin - at);
      out += replacement.text;
      at = std::max(begin, replacement.span.end);
    }
    return out + std::string(m_text.substr(at));
  }

  std::string_view m_text;
  const BlockText& m_block;
  const BlockEdit& m_edit;
  std::string m_attribute;
  std::string_view m_module;
  std::optional<std::string_view> m_indentation; ///< of the block's line; nullopt where other text stands before it
  std::string_view m_line_end;
  std::vector<Replacement> m_replacements; ///< in the order of the text
};

/// Functions and variables with the module they come from, and types, which come from none, sorted.
std::vector<std::string> origins(const ForeignItems& items)
{
  std::vector<std::string> out;
  for (const ForeignBlock& block : items.blocks) {
    for (const ForeignItem& item : block.items) {
      const bool is_type = item.kind == ForeignItem::Kind::type;
      out.push_back(is_type ? fmt::format("type {}", item.name) : fmt::format("{} {}", item.name, block.wasm_import_module().value_or("")));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// What should be declared after an edit: everything as it was, and the chosen items of the block from the module.
std::vector<std::string> origins_after(ForeignItems items, const BlockEdit& edit, std::string_view module)
{
  for (ForeignBlock& block : items.blocks) {
    if (block.span.begin != edit.block_begin) {
      continue;
    }
    ForeignBlock moved;
    moved.links.emplace_back().wasm_import_module = std::string(module);
    std::erase_if(block.items, [&](const ForeignItem& item) {
      const bool is_chosen =
          item.kind != ForeignItem::Kind::type && std::find(edit.items.begin(), edit.items.end(), item.name) != edit.items.end();
      if (is_chosen) {
        moved.items.push_back(item);
      }
      return is_chosen;
    });
    items.blocks.push_back(std::move(moved));
    break;
  }
  return origins(items);
}

} // namespace

Result<std::string> declare_imports(std::string_view text, std::vector<BlockEdit> edits, std::string_view import_module, Edition edition)
{
  // The last one first: the places of the others stay as they are.
  std::sort(edits.begin(), edits.end(), [](const BlockEdit& a, const BlockEdit& b) { return a.block_begin > b.block_begin; });
  std::string out(text);
  for (const BlockEdit& edit : edits) {
    const auto block = find_block_text(out, edit.block_begin, edition);
    if (!block) {
      return fail(Error("CW0665", fmt::format("no extern block begins at byte {}", edit.block_begin)));
    }
    CW_TRY_ASSIGN(std::string edited, Splitter(out, *block, edit, import_module).run());
    if (origins(read_foreign_items(edited, edition)) != origins_after(read_foreign_items(out, edition), edit, import_module)) {
      return fail(Error("CW0668",
                        fmt::format("the extern block at byte {} cannot be split without changing what else is declared", edit.block_begin))
                      .note("its text is not what rustc accepts, or looks like something else to a reader that does not expand macros"));
    }
    out = std::move(edited);
  }
  return out;
}

} // namespace cargo_wasm::rust
