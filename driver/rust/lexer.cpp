// Words, white space, comments and punctuation. The rules for what begins where follow rustc's `rustc_lexer` (library version 0.183, of the
// 1.99 compiler), character by character; literals are in lexer_literals.cpp, what may stand at the start of a file in
// lexer_file_start.cpp.
#include <cargo_wasm/rust/lexer.hpp>

#include "characters.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace cargo_wasm::rust {

Lexer::Lexer(std::string_view text, LexOptions options)
    : m_text(text.substr(0, std::numeric_limits<std::uint32_t>::max())), m_options(options), m_at_file_start(options.at_file_start),
      m_frontmatter_allowed(options.at_file_start)
{
}

Token Lexer::next()
{
  m_start = m_position;
  m_suffix = 0;
  m_flags = 0;
  if (at_end()) {
    return {m_position, 0, 0, TokenKind::end, 0, 0};
  }
  const TokenKind kind = m_at_file_start || m_frontmatter_allowed ? file_start() : scan();
  const std::uint32_t size = m_position - m_start;
  const char symbol = kind == TokenKind::punctuation ? m_text[m_start] : '\0';
  return {m_start, size, m_suffix == 0 ? size : m_suffix, kind, m_flags, symbol};
}

void Lexer::malformed_if(bool condition)
{
  if (condition) {
    m_flags |= Token::malformed;
  }
}

/// Zero at the end, where no rule expects a zero byte.
char Lexer::peek(std::uint32_t ahead) const
{
  return m_text.size() - m_position > ahead ? m_text[m_position + ahead] : '\0';
}

TokenKind Lexer::scan()
{
  const char c = m_text[m_position];
  if (is_class(c, identifier_start)) {
    switch (c) {
    case 'r':
      return r_word();
    case 'k':
      return k_word();
    case 'b':
      return prefixed_literal(TokenKind::byte_string, TokenKind::raw_byte_string, TokenKind::byte);
    case 'c':
      return prefixed_literal(TokenKind::c_string, TokenKind::raw_c_string, TokenKind::end);
    default:
      ++m_position;
      return identifier_or_prefix();
    }
  }
  if (is_class(c, blank)) {
    return white_space();
  }
  if (is_class(c, digit)) {
    return number();
  }
  if (is_class(c, beyond_ascii)) {
    return scan_beyond_ascii();
  }
  switch (c) {
  case '/':
    if (peek(1) == '/') {
      return line_comment();
    }
    return peek(1) == '*' ? block_comment() : punctuation();
  case '"':
    return quoted(TokenKind::string, 0);
  case '\'':
    return quote();
  case '#':
    if (m_options.edition >= Edition::e2024 && (peek(1) == '"' || peek(1) == '#')) {
      m_position += 2;
      return TokenKind::guarded_prefix;
    }
    return punctuation();
  default:
    return punctuation();
  }
}

TokenKind Lexer::scan_beyond_ascii()
{
  const Character c = decode(m_text, m_position);
  if (is_white_space(c.code)) {
    return white_space();
  }
  m_position += c.size;
  if (is_identifier_start(c.code)) {
    return identifier_or_prefix();
  }
  if (is_emoji(c.code)) {
    skip_invalid_identifier();
    return TokenKind::invalid_identifier;
  }
  return TokenKind::unknown;
}

TokenKind Lexer::punctuation()
{
  constexpr std::string_view k_symbols = ";,.(){}[]@#~?:$=!<>-&|+*/^%";
  const char c = m_text[m_position++];
  return c != '\0' && k_symbols.find(c) != std::string_view::npos ? TokenKind::punctuation : TokenKind::unknown;
}

TokenKind Lexer::white_space()
{
  while (!at_end()) {
    const char c = m_text[m_position];
    if (is_class(c, blank)) {
      ++m_position;
      continue;
    }
    if (!is_class(c, beyond_ascii)) {
      break;
    }
    const Character wide = decode(m_text, m_position);
    if (!is_white_space(wide.code)) {
      break;
    }
    m_position += wide.size;
  }
  return TokenKind::white_space;
}

TokenKind Lexer::line_comment()
{
  m_position += 2;
  if (peek() == '!') {
    m_flags |= Token::inner_doc;
  } else if (peek() == '/' && peek(1) != '/') {
    m_flags |= Token::outer_doc;
  }
  skip_to('\n');
  return TokenKind::line_comment;
}

TokenKind Lexer::block_comment()
{
  m_position += 2;
  if (peek() == '!') {
    m_flags |= Token::inner_doc;
  } else if (peek() == '*' && peek(1) != '*' && peek(1) != '/') {
    m_flags |= Token::outer_doc;
  }
  std::uint32_t depth = 1;
  while (depth != 0 && !at_end()) {
    const char c = m_text[m_position++];
    if (c == '/' && peek() == '*') {
      ++m_position;
      ++depth;
    } else if (c == '*' && peek() == '/') {
      ++m_position;
      --depth;
    }
  }
  malformed_if(depth != 0);
  return TokenKind::block_comment;
}

/// Everything up to `c`, which is left; to the end where there is none.
void Lexer::skip_to(char c)
{
  const auto* const begin = m_text.data() + m_position;
  const auto* const found = at_end() ? nullptr : static_cast<const char*>(std::memchr(begin, c, m_text.size() - m_position));
  m_position = static_cast<std::uint32_t>(found == nullptr ? m_text.size() : static_cast<std::size_t>(found - m_text.data()));
}

void Lexer::skip_identifier_part()
{
  while (!at_end()) {
    const char c = m_text[m_position];
    if (is_class(c, identifier_part)) {
      ++m_position;
      continue;
    }
    if (!is_class(c, beyond_ascii)) {
      return;
    }
    const Character wide = decode(m_text, m_position);
    if (!continues_identifier_beyond_ascii(wide.code)) {
      return;
    }
    m_position += wide.size;
  }
}

void Lexer::skip_invalid_identifier()
{
  while (!at_end()) {
    const Character c = decode(m_text, m_position);
    if (!is_identifier_part(c.code) && !is_emoji(c.code)) {
      return;
    }
    m_position += c.size;
  }
}

/// Behind the first character of a word.
TokenKind Lexer::identifier_or_prefix()
{
  skip_identifier_part();
  switch (peek()) {
  case '#':
  case '"':
  case '\'':
    return TokenKind::reserved_prefix;
  default:
    break;
  }
  if (is_class(peek(), beyond_ascii) && is_emoji(decode(m_text, m_position).code)) {
    skip_invalid_identifier();
    return TokenKind::invalid_identifier;
  }
  return TokenKind::identifier;
}

TokenKind Lexer::r_word()
{
  if (peek(1) == '#' && is_identifier_start(decode(m_text, m_position + 2).code)) {
    m_position += 2;
    skip_identifier_part();
    return TokenKind::raw_identifier;
  }
  if (peek(1) == '#' || peek(1) == '"') {
    return raw_quoted(TokenKind::raw_string, 1);
  }
  ++m_position;
  return identifier_or_prefix();
}

TokenKind Lexer::k_word()
{
  if (peek(1) == '#' && is_identifier_start(decode(m_text, m_position + 2).code)) {
    m_position += 2;
    skip_identifier_part();
    return TokenKind::forced_keyword;
  }
  ++m_position;
  return identifier_or_prefix();
}

/// A word that starts with `b` or `c`; `single_quoted` is `end` where the letter has no such literal.
TokenKind Lexer::prefixed_literal(TokenKind string, TokenKind raw, TokenKind single_quoted_kind)
{
  const bool is_prefix = string != TokenKind::c_string || m_options.edition >= Edition::e2021;
  if (peek(1) == '\'' && single_quoted_kind != TokenKind::end) {
    return single_quoted(single_quoted_kind, 1);
  }
  if (peek(1) == '"' && is_prefix) {
    return quoted(string, 1);
  }
  if (peek(1) == 'r' && (peek(2) == '"' || peek(2) == '#') && is_prefix) {
    return raw_quoted(raw, 2);
  }
  ++m_position;
  return identifier_or_prefix();
}

std::vector<Token> tokenize(std::string_view text, LexOptions options)
{
  std::vector<Token> out;
  out.reserve(text.size() / 4);
  Lexer lexer(text, options);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    out.push_back(token);
  }
  return out;
}

} // namespace cargo_wasm::rust
