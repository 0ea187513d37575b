// The tokens that a parser sees: no white space, no comments, and each delimiter knows its partner. Doc comments are left out as well,
// though they are attributes to rustc: nothing here depends on what they say.
#pragma once
#include <cargo_wasm/rust/lexer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

constexpr std::uint32_t k_none = 0xffffffff;

/// Tokens [first, end) of a tree.
struct TokenRange
{
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return first >= end; }
  bool operator==(const TokenRange&) const = default;
};

class TokenTree
{
public:
  /// Cost: linear in the text; the nesting is kept on a stack of our own.
  TokenTree(std::string_view text, LexOptions options);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(m_tokens.size()); }
  [[nodiscard]] std::string_view source() const { return m_text; }
  /// Behind the end stands a token of kind `end`.
  [[nodiscard]] const Token& operator[](std::uint32_t i) const { return i < size() ? m_tokens[i] : m_end; }
  [[nodiscard]] std::string_view text(std::uint32_t i) const { return (*this)[i].of(m_text); }
  [[nodiscard]] bool is(std::uint32_t i, char symbol) const { return (*this)[i].symbol == symbol; }
  /// This keyword or identifier, written without `r#`.
  [[nodiscard]] bool is_word(std::uint32_t i, std::string_view word) const;
  /// An identifier or keyword, raw or not.
  [[nodiscard]] bool is_name(std::uint32_t i) const;
  /// Without `r#`.
  [[nodiscard]] std::string_view name(std::uint32_t i) const;
  [[nodiscard]] bool is_open(std::uint32_t i) const;
  /// `a` directly followed by `b`, as in `->` and `::`.
  [[nodiscard]] bool is_pair(std::uint32_t i, char a, char b) const;
  /// Of an opening delimiter: the closing one, and the other way round; k_none where there is none.
  [[nodiscard]] std::uint32_t partner(std::uint32_t i) const { return i < size() ? m_partners[i] : k_none; }
  /// Behind the token, or behind the group that it opens.
  [[nodiscard]] std::uint32_t after(std::uint32_t i) const;
  /// Inside of the group that `i` opens; empty where it opens none.
  [[nodiscard]] TokenRange inside(std::uint32_t i) const;
  /// From the first byte of the first token to the last byte of the last; empty at the first for an empty range.
  [[nodiscard]] Span span(TokenRange range) const;
  /// The first token of [range) that starts at or behind `offset`.
  [[nodiscard]] std::uint32_t at_or_behind(std::uint32_t offset) const;

  /// The tokens in one customary form: `*const u8`, `Option<extern "C" fn(i32) -> i32>`, `link(name = "m")`.
  /// Lexing it again yields the same tokens.
  [[nodiscard]] std::string normalized(TokenRange range) const;

private:
  void match_delimiters();

  std::string_view m_text;
  std::vector<Token> m_tokens;
  std::vector<std::uint32_t> m_partners;
  Token m_end;
};

/// Splits at the commas that stand in no group and between no angle brackets; the empty part behind a trailing comma is left out.
[[nodiscard]] std::vector<TokenRange> split_at_commas(const TokenTree& tokens, TokenRange range);

/// -1, 0 or 1: what this token adds to the depth of angle brackets (`->` and `=>` close none).
[[nodiscard]] int angle_change(const TokenTree& tokens, std::uint32_t i);

} // namespace cargo_wasm::rust
