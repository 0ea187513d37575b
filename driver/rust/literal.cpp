#include "literal.hpp"

#include "characters.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

/// 16 for what is no hexadecimal digit.
char32_t hex_digit(char c)
{
  if (c >= '0' && c <= '9') {
    return static_cast<char32_t>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<char32_t>(c - 'a' + 10);
  }
  return c >= 'A' && c <= 'F' ? static_cast<char32_t>(c - 'A' + 10) : 16;
}

class Unescape
{
public:
  explicit Unescape(std::string_view body) : m_body(body) {}

  std::optional<std::string> run()
  {
    while (m_position < m_body.size()) {
      const char c = m_body[m_position++];
      if (c != '\\') {
        m_out += c;
        continue;
      }
      if (m_position == m_body.size()) {
        return std::nullopt;
      }
      const char escaped = m_body[m_position++];
      if (!escape(escaped)) {
        return std::nullopt;
      }
    }
    return std::move(m_out);
  }

private:
  bool escape(char c)
  {
    switch (c) {
    case 'n':
      m_out += '\n';
      return true;
    case 'r':
      m_out += '\r';
      return true;
    case 't':
      m_out += '\t';
      return true;
    case '0':
      m_out += '\0';
      return true;
    case '\\':
    case '\'':
    case '"':
      m_out += c;
      return true;
    case 'x':
      return byte();
    case 'u':
      return code_point();
    case '\n':
    case '\r':
      m_position = std::min(m_body.find_first_not_of(" \t\r\n", m_position), m_body.size());
      return true;
    default:
      return false;
    }
  }

  bool byte()
  {
    if (m_body.size() - m_position < 2) {
      return false;
    }
    const char32_t high = hex_digit(m_body[m_position]);
    const char32_t low = hex_digit(m_body[m_position + 1]);
    m_position += 2;
    append_utf8(m_out, high * 16 + low);
    return high < 8 && low < 16;
  }

  bool code_point()
  {
    if (m_position == m_body.size() || m_body[m_position] != '{') {
      return false;
    }
    ++m_position;
    char32_t code = 0;
    for (int digits = 0; m_position < m_body.size(); ++m_position) {
      const char c = m_body[m_position];
      if (c == '}') {
        ++m_position;
        append_utf8(m_out, code);
        return digits > 0 && code <= 0x10ffff && (code < 0xd800 || code >= 0xe000);
      }
      if (c == '_' && digits > 0) {
        continue;
      }
      const char32_t value = hex_digit(c);
      if (value == 16 || ++digits > 6) {
        return false;
      }
      code = code * 16 + value;
    }
    return false;
  }

  std::string_view m_body;
  std::size_t m_position = 0;
  std::string m_out;
};

} // namespace

std::optional<std::string> string_value(const Token& token, std::string_view text)
{
  const std::string_view literal = token.of(text).substr(0, token.suffix);
  if ((token.flags & Token::malformed) != 0) {
    return std::nullopt;
  }
  if (token.kind == TokenKind::string) {
    return Unescape(literal.substr(1, literal.size() - 2)).run();
  }
  if (token.kind == TokenKind::raw_string) {
    const std::size_t hashes = literal.find('"') - 1;
    return std::string(literal.substr(hashes + 2, literal.size() - 2 * hashes - 3));
  }
  return std::nullopt;
}

} // namespace cargo_wasm::rust
