// Numbers, strings, characters and lifetimes.
#include <cargo_wasm/rust/lexer.hpp>

#include "characters.hpp"

namespace cargo_wasm::rust {
namespace {

/// A raw string with more is an error to rustc, though it knows where it ends.
constexpr std::uint32_t k_most_raw_hashes = 255;

} // namespace

/// An identifier directly behind a literal: `1u8`, `"…"_name`.
void Lexer::skip_suffix()
{
  const Character c = decode(m_text, m_position);
  if (is_identifier_start(c.code)) {
    m_suffix = m_position - m_start;
    m_position += c.size;
    skip_identifier_part();
  }
}

TokenKind Lexer::quoted(TokenKind kind, std::uint32_t prefix_size)
{
  m_position += prefix_size + 1;
  while (!at_end()) {
    const char c = m_text[m_position++];
    if (c == '"') {
      skip_suffix();
      return kind;
    }
    if (c == '\\' && (peek() == '\\' || peek() == '"')) {
      ++m_position;
    }
  }
  m_flags |= Token::malformed;
  return kind;
}

TokenKind Lexer::raw_quoted(TokenKind kind, std::uint32_t prefix_size)
{
  m_position += prefix_size;
  std::uint32_t hashes = 0;
  for (; peek() == '#'; ++m_position) {
    ++hashes;
  }
  const Character opening = decode(m_text, m_position);
  m_position += opening.size;
  bool closed = false;
  if (opening.code == '"') {
    while (!closed) {
      skip_to('"');
      if (at_end()) {
        break;
      }
      ++m_position;
      std::uint32_t closing = 0;
      for (; closing < hashes && peek() == '#'; ++m_position) {
        ++closing;
      }
      closed = closing == hashes;
    }
  }
  malformed_if(!closed || hashes > k_most_raw_hashes);
  if (m_flags == 0) {
    skip_suffix();
  }
  return kind;
}

/// `'x'`, and what is not closed: that ends before the line does, or before what looks like a comment.
TokenKind Lexer::single_quoted(TokenKind kind, std::uint32_t prefix_size)
{
  m_position += prefix_size + 1;
  const Character first = decode(m_text, m_position);
  if (first.size != 0 && first.code != '\\' && peek(first.size) == '\'') {
    m_position += first.size + 1;
    skip_suffix();
    return kind;
  }
  while (!at_end()) {
    const char c = m_text[m_position];
    if (c == '\'') {
      ++m_position;
      skip_suffix();
      return kind;
    }
    if (c == '/' || (c == '\n' && peek(1) != '\'')) {
      break;
    }
    m_position += decode(m_text, m_position).size;
    if (c == '\\') {
      m_position += decode(m_text, m_position).size;
    }
  }
  m_flags |= Token::malformed;
  return kind;
}

/// `'a'` or `'a`: a lifetime, unless the character behind the first is the closing quote.
TokenKind Lexer::quote()
{
  const Character first = decode(m_text, m_position + 1);
  const bool closes_behind_first = first.size != 0 && peek(1 + first.size) == '\'';
  const bool starts_with_digit = first.code < 0x80 && is_class(static_cast<char>(first.code), digit);
  if (closes_behind_first || !(is_identifier_start(first.code) || starts_with_digit || is_emoji(first.code))) {
    return single_quoted(TokenKind::character, 0);
  }
  if (first.code == 'r' && peek(2) == '#' && is_identifier_start(decode(m_text, m_position + 3).code)) {
    if (m_options.edition < Edition::e2021) {
      m_position += 2;
      return TokenKind::reserved_lifetime_prefix;
    }
    m_position += 3;
    skip_identifier_part();
    return TokenKind::raw_lifetime;
  }
  ++m_position;
  m_position += first.size;
  malformed_if(starts_with_digit || is_emoji(first.code));
  return lifetime(starts_with_digit);
}

/// Behind the first character of the name. A closing quote makes it a literal of several characters, which rustc refuses later.
TokenKind Lexer::lifetime(bool starts_with_digit)
{
  malformed_if(identifier_or_prefix() == TokenKind::invalid_identifier);
  if (peek() == '\'') {
    m_flags = 0;
    ++m_position;
    return TokenKind::character;
  }
  if (peek() == '#' && !starts_with_digit) {
    m_flags = 0;
    return TokenKind::reserved_lifetime_prefix;
  }
  return TokenKind::lifetime;
}

bool Lexer::skip_digits(bool hexadecimal)
{
  bool found = false;
  for (; !at_end(); ++m_position) {
    const char c = m_text[m_position];
    const bool is_hex_letter = hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
    if (is_class(c, digit) || is_hex_letter) {
      found = true;
    } else if (c != '_') {
      break;
    }
  }
  return found;
}

TokenKind Lexer::number()
{
  const bool starts_with_zero = m_text[m_position++] == '0';
  const char base = starts_with_zero ? peek() : '\0';
  TokenKind kind = TokenKind::integer;
  if (base == 'b' || base == 'o' || base == 'x') {
    ++m_position;
    if (skip_digits(base == 'x')) {
      kind = fraction_or_exponent();
    } else {
      m_flags |= Token::malformed;
    }
  } else {
    skip_digits(false);
    kind = fraction_or_exponent();
  }
  skip_suffix();
  return kind;
}

/// Behind the digits. `1..2` is a range and `1.name` a field: their points are no part of the number.
TokenKind Lexer::fraction_or_exponent()
{
  const bool has_point = peek() == '.' && peek(1) != '.' && !is_identifier_start(decode(m_text, m_position + 1).code);
  if (has_point) {
    ++m_position;
    if (!is_class(peek(), digit)) {
      return TokenKind::floating;
    }
    skip_digits(false);
  }
  if (peek() != 'e' && peek() != 'E') {
    return has_point ? TokenKind::floating : TokenKind::integer;
  }
  ++m_position;
  if (peek() == '-' || peek() == '+') {
    ++m_position;
  }
  malformed_if(!skip_digits(false));
  return TokenKind::floating;
}

} // namespace cargo_wasm::rust
