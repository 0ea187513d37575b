#include "lexer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::wit {

namespace {

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}
bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c)
{
  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

/// Words of letters and digits with hyphens between, each in one case: "http-get", "HTTP-get".
bool is_name(std::string_view text)
{
  if (text == "_") {
    return true;
  }
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find('-', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const bool starts = !word.empty() && (begin == 0 ? is_letter(word.front()) : is_letter(word.front()) || is_digit(word.front()));
    const bool lower = std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); });
    const bool upper = std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
    if (!starts || (!lower && !upper)) {
      return false;
    }
    begin = end + 1;
  }
  return true;
}

} // namespace

Error syntax_error(const Place& place, std::string message, std::string label)
{
  Error error("CW0952", std::move(message));
  if (place.source == nullptr) {
    return error;
  }
  const std::string& text = place.source->text;
  const std::size_t offset = std::min(place.offset, text.size());
  const auto line_begin = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = line_begin == std::string::npos ? 0 : line_begin + 1;
  const std::size_t end = std::min(text.find('\n', offset), text.size());
  base::TextSpan span;
  span.file = place.source->path;
  span.line = static_cast<std::uint32_t>(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
  span.column = static_cast<std::uint32_t>(offset - begin + 1);
  span.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, std::min(place.length, end - offset)));
  span.line_text = text.substr(begin, end - begin);
  span.label = std::move(label);
  error.where = std::move(span);
  return error;
}

Token Lexer::token(TokenKind kind, std::size_t begin) const
{
  Token made;
  made.kind = kind;
  made.text = std::string_view(m_source.text).substr(begin, m_at - begin);
  made.place = {&m_source, begin, m_at - begin};
  return made;
}

Result<> Lexer::skip_blanks()
{
  const std::string_view text = m_source.text;
  while (m_at < text.size()) {
    if (const char c = text[m_at]; c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++m_at;
    } else if (text.substr(m_at, 2) == "//") {
      m_at = std::min(text.find('\n', m_at), text.size());
    } else if (text.substr(m_at, 2) == "/*") {
      const std::size_t begin = m_at;
      m_at += 2;
      for (int depth = 1; depth != 0;) {
        if (m_at >= text.size()) {
          return fail(syntax_error({&m_source, begin, 2}, "a comment has no end", "begins here"));
        }
        const std::string_view two = text.substr(m_at, 2);
        depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
        m_at += two == "/*" || two == "*/" ? 2U : 1U;
      }
    } else {
      break;
    }
  }
  return {};
}

Result<Token> Lexer::next()
{
  CW_TRY(skip_blanks());
  const std::string_view text = m_source.text;
  const std::size_t begin = m_at;
  if (m_at == text.size()) {
    return token(TokenKind::end, begin);
  }
  const char c = text[m_at];
  if (is_letter(c) || c == '_' || c == '%') {
    ++m_at;
    while (m_at < text.size() && is_word(text[m_at])) {
      ++m_at;
    }
    Token word = token(TokenKind::word, begin);
    word.is_escaped = c == '%';
    word.text.remove_prefix(word.is_escaped ? 1 : 0);
    if (!is_name(word.text)) {
      Error error = syntax_error(word.place, fmt::format("`{}` is no name in WIT", word.text));
      error.notes.emplace_back("names are words of letters and digits, each in one case, with hyphens between: `http-get`");
      return fail(std::move(error));
    }
    return word;
  }
  if (is_digit(c)) {
    while (m_at < text.size() && is_digit(text[m_at])) {
      ++m_at;
    }
    return token(TokenKind::number, begin);
  }
  if (text.substr(m_at, 2) == "->") {
    m_at += 2;
    return token(TokenKind::sign, begin);
  }
  ++m_at;
  if (std::string_view("{}()<>,:;./@=*").find(c) != std::string_view::npos) {
    return token(TokenKind::sign, begin);
  }
  while (m_at < text.size() && (static_cast<unsigned char>(text[m_at]) & 0xc0U) == 0x80) {
    ++m_at; // the rest of a character of UTF-8
  }
  const Token found = token(TokenKind::sign, begin);
  return fail(syntax_error(found.place, fmt::format("`{}` has no meaning in WIT", found.text)));
}

Result<Token> Lexer::version()
{
  const std::string_view text = m_source.text;
  const std::size_t begin = m_at;
  const auto take_words = [&](auto allowed) {
    while (m_at < text.size() && (allowed(text[m_at]) || (text[m_at] == '.' && m_at + 1 < text.size() && allowed(text[m_at + 1])))) {
      ++m_at;
    }
  };
  take_words(is_digit);
  for (const char sign : {'-', '+'}) {
    if (m_at < text.size() && text[m_at] == sign) {
      ++m_at;
      take_words([](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    }
  }
  Token found = token(TokenKind::word, begin);
  if (std::count(found.text.begin(), found.text.end(), '.') < 2) {
    return fail(syntax_error(found.place, fmt::format("`{}` is no version", found.text), "three numbers: 0.2.6"));
  }
  return found;
}

} // namespace cargo_wasm::wit
