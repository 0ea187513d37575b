#include "block_text.hpp"

#include "foreign_reader.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

constexpr int k_most_nested_blocks = 16;

bool is_comment(const Token& token)
{
  return token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment;
}

bool is_blank(std::string_view text)
{
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

/// Cuts the body of one block.
class Cutter
{
public:
  Cutter(std::string_view text, Span body) : m_text(text)
  {
    Lexer lexer(body.of(text), {Edition::e2021, false});
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
      token.begin += body.begin;
      m_tokens.push_back(token);
    }
  }

  /// `tokens` are those of the item with its attributes; `least` is where the item before it ended.
  [[nodiscard]] Span with_comments(Span item, std::uint32_t least) const { return {above(item.begin, least), behind(item.end)}; }

  /// To the ends of its lines, if nothing else stands there.
  [[nodiscard]] std::optional<Span> whole_lines(Span span) const
  {
    const std::size_t before = m_text.substr(0, span.begin).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = m_text.find('\n', span.end);
    if (end == std::string_view::npos || !is_blank(m_text.substr(begin, span.begin - begin))) {
      return std::nullopt;
    }
    std::string_view rest = m_text.substr(span.end, end - span.end);
    rest = rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
    return is_blank(rest) ? std::optional(Span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end + 1)}) : std::nullopt;
  }

private:
  [[nodiscard]] std::size_t index_at(std::uint32_t offset) const
  {
    const auto found = std::lower_bound(
        m_tokens.begin(), m_tokens.end(), offset, [](const Token& token, std::uint32_t value) { return token.begin < value; });
    return static_cast<std::size_t>(found - m_tokens.begin());
  }

  /// Over the comments that no blank line separates from what stands below them.
  [[nodiscard]] std::uint32_t above(std::uint32_t begin, std::uint32_t least) const
  {
    for (std::size_t i = index_at(begin); i > 0; --i) {
      const Token& token = m_tokens[i - 1];
      const std::string_view text = token.of(m_text);
      if (token.begin < least || (!is_comment(token) && token.kind != TokenKind::white_space)) {
        break;
      }
      if (is_comment(token)) {
        if ((token.flags & Token::inner_doc) != 0) {
          break;
        }
        begin = token.begin;
      } else if (std::count(text.begin(), text.end(), '\n') > 1) {
        break;
      }
    }
    return begin;
  }

  /// Over a comment on the same line with nothing but the line's end behind it.
  [[nodiscard]] std::uint32_t behind(std::uint32_t end) const
  {
    std::size_t i = index_at(end);
    if (i < m_tokens.size() && m_tokens[i].kind == TokenKind::white_space && m_tokens[i].of(m_text).find('\n') == std::string_view::npos) {
      ++i;
    }
    if (i == m_tokens.size() || !is_comment(m_tokens[i]) || m_tokens[i].of(m_text).find('\n') != std::string_view::npos) {
      return end;
    }
    const bool ends_line = i + 1 == m_tokens.size() || m_tokens[i + 1].of(m_text).find('\n') != std::string_view::npos;
    return ends_line ? m_tokens[i].end() : end;
  }

  std::string_view m_text;
  std::vector<Token> m_tokens;
};

void shift(Span& span, std::uint32_t by)
{
  span = {span.begin + by, span.end + by};
}

/// Everything that an edit needs of a block, in spans of the whole text.
BlockText cut(std::string_view text, const ItemList& list, std::uint32_t index, std::uint32_t base)
{
  const Item& item = list.items[index];
  BlockText out;
  out.block = read_foreign_block(list, item, {});
  for (Attribute& attribute : out.block.attributes) {
    shift(attribute.span, base);
    if (attribute.is_inner) {
      out.inner.push_back(attribute.span);
    }
  }
  out.inner.erase(std::unique(out.inner.begin(), out.inner.end()), out.inner.end());
  for (LinkAttribute& link : out.block.links) {
    shift(link.span, base);
  }
  shift(out.block.span, base);
  shift(out.block.body, base);
  out.header = {out.block.span.begin, out.block.body.begin};
  out.whole = list.tokens.span({item.attributes.first, item.end});
  shift(out.whole, base);
  const Cutter cutter(text, out.block.body);
  std::uint32_t least = out.inner.empty() ? out.block.body.begin : out.inner.back().end;
  for (std::uint32_t i = index + 1; i < list.items.size() && list.items[i].first < item.end; ++i) {
    const Item& inner = list.items[i];
    if (inner.parent != index) {
      continue;
    }
    Span span = list.tokens.span({inner.attributes.first, inner.end});
    shift(span, base);
    const Span own = cutter.with_comments(span, least);
    least = own.end;
    if (!is_foreign_item(inner)) {
      out.has_macros = true;
      continue;
    }
    const auto lines = cutter.whole_lines(own);
    out.items.push_back({read_foreign_item(list, inner), lines.value_or(own), lines.has_value()});
    out.block.items.push_back(out.items.back().item);
  }
  return out;
}

} // namespace

std::optional<BlockText> find_block_text(std::string_view text, std::uint32_t begin, Edition edition)
{
  Span region{0, static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), k_none - 1))};
  for (int depth = 0; depth <= k_most_nested_blocks; ++depth) {
    const ItemList list(region.of(text), {edition, depth == 0});
    const std::uint32_t base = region.begin;
    std::optional<Span> inner;
    for (std::uint32_t i = 0; i < list.items.size(); ++i) {
      const Item& item = list.items[i];
      if (item.kind == ItemKind::extern_block && base + list.tokens[item.first].begin == begin) {
        return cut(text, list, i, base);
      }
      if (item.kind == ItemKind::macro_call || item.kind == ItemKind::macro_definition) {
        Span arguments = list.tokens.span(list.tokens.inside(item.body));
        shift(arguments, base);
        inner = arguments.contains(begin) ? arguments : inner;
      }
    }
    if (!inner) {
      return std::nullopt;
    }
    region = *inner;
  }
  return std::nullopt;
}

} // namespace cargo_wasm::rust
