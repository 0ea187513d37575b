#include "item_header.hpp"

#include <algorithm>
#include <array>

namespace cargo_wasm::rust {
namespace {

struct Keyword
{
  std::string_view word;
  ItemKind kind;
};

constexpr std::array k_named_items{Keyword{"mod", ItemKind::module},
                                   Keyword{"fn", ItemKind::function},
                                   Keyword{"struct", ItemKind::structure},
                                   Keyword{"enum", ItemKind::enumeration},
                                   Keyword{"union", ItemKind::union_type},
                                   Keyword{"trait", ItemKind::trait},
                                   Keyword{"type", ItemKind::type_alias},
                                   Keyword{"macro", ItemKind::macro_definition}};

constexpr std::array<std::string_view, 33> k_strict_keywords{
    "as",     "break",  "const",  "continue", "dyn",  "else",  "enum",   "extern", "false", "fn",    "for",
    "if",     "impl",   "in",     "let",      "loop", "match", "mod",    "move",   "mut",   "pub",   "ref",
    "return", "static", "struct", "trait",    "true", "type",  "unsafe", "use",    "where", "while", "yield"};

class HeaderReader
{
public:
  HeaderReader(const TokenTree& tokens, TokenRange range) : m_tokens(tokens), m_range(range), m_at(range.first) {}

  ItemHeader read()
  {
    if (!is_name() && !m_tokens.is(m_at, ':')) {
      return {};
    }
    if (const ItemHeader macro = macro_call(); macro.found) {
      return macro;
    }
    visibility();
    while (qualifier()) {
    }
    return item();
  }

private:
  [[nodiscard]] bool inside(std::uint32_t i) const { return i < m_range.end; }
  [[nodiscard]] bool is_name() const { return inside(m_at) && m_tokens.is_name(m_at); }
  [[nodiscard]] bool word(std::uint32_t i, std::string_view text) const { return inside(i) && m_tokens.is_word(i, text); }
  [[nodiscard]] bool opens(std::uint32_t i) const { return inside(i) && m_tokens.is_open(i) && m_tokens.partner(i) != k_none; }

  void visibility()
  {
    if (word(m_at, "pub")) {
      ++m_at;
      m_at = m_tokens.is(m_at, '(') && opens(m_at) ? m_tokens.after(m_at) : m_at;
    }
  }

  /// One word that may precede `fn`, `static`, `trait`, `impl`, `mod` or `extern` and is not the item's keyword itself.
  bool qualifier()
  {
    const std::uint32_t next = m_at + 1;
    for (const std::string_view plain : {"default", "async", "safe", "unsafe", "gen", "auto"}) {
      if (word(m_at, plain)) {
        const bool goes_on = inside(next) && m_tokens.is_name(next);
        m_at = goes_on ? next : m_at;
        return goes_on;
      }
    }
    if (word(m_at, "const")) {
      const bool of_function =
          word(next, "fn") || word(next, "async") || word(next, "unsafe") || word(next, "extern") || word(next, "trait");
      m_at = of_function ? next : m_at;
      return of_function;
    }
    if (word(m_at, "extern")) {
      const std::uint32_t behind = is_string(next) ? next + 1 : next;
      const bool of_function = word(behind, "fn") || word(behind, "unsafe") || word(behind, "async");
      m_at = of_function ? behind : m_at;
      return of_function;
    }
    return false;
  }

  [[nodiscard]] bool is_string(std::uint32_t i) const
  {
    const TokenKind kind = m_tokens[i].kind;
    return inside(i) && (kind == TokenKind::string || kind == TokenKind::raw_string);
  }

  [[nodiscard]] ItemHeader item() const
  {
    if (word(m_at, "extern")) {
      return extern_item();
    }
    if (word(m_at, "const")) {
      const bool is_item =
          inside(m_at + 1) && m_tokens.is_name(m_at + 1) && inside(m_at + 2) && (m_tokens.is(m_at + 2, ':') || m_tokens.is(m_at + 2, '<'));
      return is_item ? named(ItemKind::constant, m_at + 1) : ItemHeader{};
    }
    if (word(m_at, "static")) {
      const std::uint32_t name = word(m_at + 1, "mut") ? m_at + 2 : m_at + 1;
      return inside(name) && m_tokens.is_name(name) && m_tokens.is(name + 1, ':') ? named(ItemKind::variable, name) : ItemHeader{};
    }
    if (word(m_at, "impl")) {
      return {true, ItemKind::implementation, m_at, k_none, m_at + 1};
    }
    if (word(m_at, "use")) {
      return {true, ItemKind::use, m_at, k_none, m_at + 1};
    }
    if (word(m_at, "macro_rules") && m_tokens.is(m_at + 1, '!') && inside(m_at + 2) && m_tokens.is_name(m_at + 2) && opens(m_at + 3)) {
      return {true, ItemKind::macro_definition, m_at, m_at + 2, m_at + 4, m_at + 3};
    }
    const auto found =
        std::find_if(k_named_items.begin(), k_named_items.end(), [&](const Keyword& keyword) { return word(m_at, keyword.word); });
    if (found == k_named_items.end() || !inside(m_at + 1) || !m_tokens.is_name(m_at + 1)) {
      return {};
    }
    if (found->kind == ItemKind::macro_definition) {
      return definition();
    }
    return named(found->kind, m_at + 1);
  }

  [[nodiscard]] ItemHeader named(ItemKind kind, std::uint32_t name) const { return {true, kind, m_at, name, name + 1}; }

  [[nodiscard]] ItemHeader extern_item() const
  {
    const std::uint32_t next = m_at + 1;
    if (word(next, "crate") && inside(next + 1) && m_tokens.is_name(next + 1)) {
      return named(ItemKind::extern_crate, next + 1);
    }
    const std::uint32_t open = is_string(next) ? next + 1 : next;
    if (m_tokens.is(open, '{') && opens(open)) {
      return {true, ItemKind::extern_block, m_at, k_none, open};
    }
    return {};
  }

  /// `macro name(…) { … }` or `macro name { … }`
  [[nodiscard]] ItemHeader definition() const
  {
    const std::uint32_t first = m_at + 2;
    if (!opens(first)) {
      return {};
    }
    const std::uint32_t behind = m_tokens.after(first);
    const std::uint32_t body = m_tokens.is(first, '(') && m_tokens.is(behind, '{') && opens(behind) ? behind : first;
    return {true, ItemKind::macro_definition, m_at, m_at + 1, m_tokens.after(body), body};
  }

  /// `path::name! { … }`, but not the definition of a macro.
  [[nodiscard]] ItemHeader macro_call() const
  {
    std::uint32_t i = m_at;
    while (inside(i) && (m_tokens.is_name(i) || m_tokens.is_pair(i, ':', ':'))) {
      if (m_tokens.is_name(i) && m_tokens.is_name(i + 1)) {
        return {};
      }
      i += m_tokens.is_name(i) ? 1U : 2U;
    }
    if (i == m_at || !m_tokens.is_name(i - 1) || !inside(i) || !m_tokens.is(i, '!') || is_strict_keyword(m_tokens, i - 1)) {
      return {};
    }
    const bool has_name = inside(i + 1) && m_tokens.is_name(i + 1);
    const std::uint32_t open = has_name ? i + 2 : i + 1;
    if (!opens(open) || (has_name && word(i - 1, "macro_rules"))) {
      return {};
    }
    return {true, ItemKind::macro_call, m_at, i - 1, m_tokens.after(open), open};
  }

  const TokenTree& m_tokens;
  TokenRange m_range;
  std::uint32_t m_at;
};

} // namespace

ItemHeader read_item_header(const TokenTree& tokens, TokenRange range)
{
  return HeaderReader(tokens, range).read();
}

bool is_strict_keyword(const TokenTree& tokens, std::uint32_t i)
{
  return tokens[i].kind != TokenKind::raw_identifier &&
         std::find(k_strict_keywords.begin(), k_strict_keywords.end(), tokens.text(i)) != k_strict_keywords.end();
}

} // namespace cargo_wasm::rust
