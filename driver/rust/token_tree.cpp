#include "token_tree.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

bool is_significant(const Token& token)
{
  switch (token.kind) {
  case TokenKind::white_space:
  case TokenKind::byte_order_mark:
  case TokenKind::shebang:
  case TokenKind::frontmatter:
  case TokenKind::line_comment:
  case TokenKind::block_comment:
    return false;
  default:
    return true;
  }
}

char opening_of(char closing)
{
  switch (closing) {
  case ')':
    return '(';
  case ']':
    return '[';
  case '}':
    return '{';
  default:
    return '\0';
  }
}

} // namespace

TokenTree::TokenTree(std::string_view text, LexOptions options) : m_text(text)
{
  m_tokens.reserve(text.size() / 6);
  Lexer lexer(text, options);
  for (m_end = lexer.next(); m_end.kind != TokenKind::end; m_end = lexer.next()) {
    if (is_significant(m_end)) {
      m_tokens.push_back(m_end);
    }
  }
  match_delimiters();
}

/// A closing delimiter takes the nearest opening one of its kind; what was opened in between and never closed has no partner.
void TokenTree::match_delimiters()
{
  m_partners.assign(m_tokens.size(), k_none);
  std::vector<std::uint32_t> open;
  std::uint32_t waiting[3] = {0, 0, 0};
  const auto index_of = [](char c) { return c == '(' ? 0 : c == '[' ? 1 : 2; };
  for (std::uint32_t i = 0; i < size(); ++i) {
    const char symbol = m_tokens[i].symbol;
    if (is_open(i)) {
      open.push_back(i);
      ++waiting[index_of(symbol)];
      continue;
    }
    const char wanted = opening_of(symbol);
    if (wanted == '\0' || waiting[index_of(wanted)] == 0) {
      continue;
    }
    while (true) {
      const std::uint32_t candidate = open.back();
      open.pop_back();
      const char found = m_tokens[candidate].symbol;
      --waiting[index_of(found)];
      if (found == wanted) {
        m_partners[candidate] = i;
        m_partners[i] = candidate;
        break;
      }
    }
  }
}

bool TokenTree::is_word(std::uint32_t i, std::string_view word) const
{
  const Token& token = (*this)[i];
  return (token.kind == TokenKind::identifier || token.kind == TokenKind::reserved_prefix) && token.of(m_text) == word;
}

bool TokenTree::is_name(std::uint32_t i) const
{
  const TokenKind kind = (*this)[i].kind;
  return kind == TokenKind::identifier || kind == TokenKind::raw_identifier || kind == TokenKind::reserved_prefix;
}

std::string_view TokenTree::name(std::uint32_t i) const
{
  const std::string_view all = text(i);
  return (*this)[i].kind == TokenKind::raw_identifier ? all.substr(2) : all;
}

bool TokenTree::is_open(std::uint32_t i) const
{
  const char symbol = (*this)[i].symbol;
  return symbol == '(' || symbol == '[' || symbol == '{';
}

bool TokenTree::is_pair(std::uint32_t i, char a, char b) const
{
  return is(i, a) && is(i + 1, b) && (*this)[i].end() == (*this)[i + 1].begin;
}

std::uint32_t TokenTree::after(std::uint32_t i) const
{
  return is_open(i) && partner(i) != k_none ? partner(i) + 1 : i + 1;
}

TokenRange TokenTree::inside(std::uint32_t i) const
{
  return is_open(i) && partner(i) != k_none ? TokenRange{i + 1, partner(i)} : TokenRange{};
}

Span TokenTree::span(TokenRange range) const
{
  const std::uint32_t begin = (*this)[range.first].begin;
  return range.empty() ? Span{begin, begin} : Span{begin, (*this)[range.end - 1].end()};
}

std::uint32_t TokenTree::at_or_behind(std::uint32_t offset) const
{
  const auto found = std::lower_bound(
      m_tokens.begin(), m_tokens.end(), offset, [](const Token& token, std::uint32_t value) { return token.begin < value; });
  return static_cast<std::uint32_t>(found - m_tokens.begin());
}

int angle_change(const TokenTree& tokens, std::uint32_t i)
{
  if (tokens.is(i, '<')) {
    return 1;
  }
  if (!tokens.is(i, '>')) {
    return 0;
  }
  const bool is_arrow = i > 0 && (tokens.is_pair(i - 1, '-', '>') || tokens.is_pair(i - 1, '=', '>'));
  return is_arrow ? 0 : -1;
}

std::vector<TokenRange> split_at_commas(const TokenTree& tokens, TokenRange range)
{
  std::vector<TokenRange> out;
  std::uint32_t begin = range.first;
  int depth = 0;
  for (std::uint32_t i = range.first; i < range.end; i = tokens.after(i)) {
    depth = std::max(0, depth + angle_change(tokens, i));
    if (depth == 0 && tokens.is(i, ',')) {
      out.push_back({begin, i});
      begin = i + 1;
    }
  }
  if (begin < range.end) {
    out.push_back({begin, range.end});
  }
  return out;
}

} // namespace cargo_wasm::rust
