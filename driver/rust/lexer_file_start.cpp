// What only a file can begin with: a byte order mark, a shebang, a frontmatter (RFC 3503).
#include <cargo_wasm/rust/lexer.hpp>

#include "characters.hpp"

#include <algorithm>
#include <string>

namespace cargo_wasm::rust {
namespace {

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t k_least_fence = 3;

bool is_horizontal_space(char c)
{
  return c == ' ' || c == '\t';
}

/// Where a fence that is too short, or code, shows that the closing one was forgotten; npos if nothing does.
std::size_t forgotten_end(std::string_view rest)
{
  if (const std::size_t dashes = rest.find("\n---"); dashes != std::string_view::npos) {
    return dashes + 1;
  }
  for (const std::string_view code : {"\nuse ", "\n//!", "\n#!["}) {
    if (const std::size_t found = rest.find(code); found != std::string_view::npos) {
      return found;
    }
  }
  // Dashes that are indented, on a line of their own as far as what was passed tells.
  for (std::size_t from = 0, found = rest.find("---"); found != std::string_view::npos; from = found + 3, found = rest.find("---", from)) {
    const std::string_view before = rest.substr(from, found - from);
    const std::size_t line_end = before.rfind('\n');
    const std::string_view indentation = line_end == std::string_view::npos ? before : before.substr(line_end + 1);
    if (std::all_of(indentation.begin(), indentation.end(), is_horizontal_space)) {
      return found;
    }
  }
  return std::string_view::npos;
}

} // namespace

TokenKind Lexer::file_start()
{
  if (m_at_file_start) {
    if (m_position == 0 && m_text.starts_with(k_byte_order_mark)) {
      m_position += static_cast<std::uint32_t>(k_byte_order_mark.size());
      return TokenKind::byte_order_mark;
    }
    m_at_file_start = false;
    if (is_shebang()) {
      skip_to('\n');
      m_position -= m_text[m_position - 1] == '\r' && !at_end() ? 1U : 0U;
      return TokenKind::shebang;
    }
  }
  if (is_white_space(decode(m_text, m_position).code)) {
    white_space();
    // Blanks before the fence: rustc makes one token of both, to complain.
    if (m_text[m_position - 1] == '\n' || !m_text.substr(m_position).starts_with("---")) {
      return TokenKind::white_space;
    }
    m_frontmatter_allowed = false;
    return frontmatter(true);
  }
  m_frontmatter_allowed = false;
  return m_text.substr(m_position).starts_with("---") ? frontmatter(false) : scan();
}

/// `#!` begins an inner attribute where the next token is `[`.
bool Lexer::is_shebang() const
{
  const std::string_view rest = m_text.substr(m_position);
  if (!rest.starts_with("#!")) {
    return false;
  }
  Lexer ahead(rest.substr(2), {m_options.edition, false});
  while (true) {
    const Token token = ahead.next();
    const bool is_comment = token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment;
    if (token.kind != TokenKind::white_space && (!is_comment || (token.flags & (Token::outer_doc | Token::inner_doc)) != 0)) {
      return token.symbol != '[';
    }
  }
}

TokenKind Lexer::frontmatter(bool bad_start)
{
  const std::uint32_t fence_begin = m_position;
  while (peek() == '-') {
    ++m_position;
  }
  const std::size_t fence_size = m_position - fence_begin;
  while (is_horizontal_space(peek())) {
    ++m_position;
  }
  if (is_identifier_start(decode(m_text, m_position).code)) {
    do {
      m_position += decode(m_text, m_position).size;
    } while (peek() == '-' || peek() == '.' || is_identifier_part(decode(m_text, m_position).code));
  }
  while (is_horizontal_space(peek())) {
    ++m_position;
  }
  malformed_if(bad_start || peek() != '\n');
  skip_frontmatter_body(std::max(fence_size, k_least_fence));
  return TokenKind::frontmatter;
}

void Lexer::skip_frontmatter_body(std::size_t fence_size)
{
  const std::string_view rest = m_text.substr(m_position);
  const std::string fence = "\n" + std::string(fence_size, '-');
  if (const std::size_t closing = rest.find(fence); closing != std::string_view::npos) {
    m_position += static_cast<std::uint32_t>(closing + fence.size());
    skip_to('\n');
    return;
  }
  const std::size_t end = forgotten_end(rest);
  m_position += static_cast<std::uint32_t>(std::min(end, rest.size()));
  skip_to('\n');
}

} // namespace cargo_wasm::rust
