#include "toml_parser.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace cargo_wasm::manifest {

namespace {

constexpr unsigned k_max_depth = 128;

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

int hex_digit(char c)
{
  if (is_digit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void append_utf8(std::string& text, std::uint32_t point)
{
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | (point >> 6U));
    put(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  } else {
    put(0xF0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3FU));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  }
}

/// Digits with single underscores between them, in `base`; appended to `out` without the underscores.
bool take_digits(std::string_view& rest, int base, std::string& out)
{
  bool after_digit = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (rest[i] == '_') {
      if (!after_digit || i + 1 >= rest.size()) {
        return false;
      }
      const int next = hex_digit(rest[i + 1]);
      if (next < 0 || next >= base) {
        return false;
      }
      after_digit = false;
      continue;
    }
    const int digit = hex_digit(rest[i]);
    if (digit < 0 || digit >= base) {
      break;
    }
    out.push_back(rest[i]);
    after_digit = true;
  }
  rest.remove_prefix(i);
  return after_digit;
}

bool is_scalar_char(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' || c == '-' || c == '.' || c == ':';
}

/// Two digits within [low, high].
bool two_digits(std::string_view text, std::size_t at, int low, int high)
{
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) {
    return false;
  }
  const int number = (text[at] - '0') * 10 + (text[at + 1] - '0');
  return number >= low && number <= high;
}

/// "07:32", "07:32:00", "07:32:00.999", as far as it goes; the number of characters, 0 when it is none.
std::size_t time_length(std::string_view text)
{
  if (!two_digits(text, 0, 0, 23) || text.size() < 5 || text[2] != ':' || !two_digits(text, 3, 0, 59)) {
    return 0;
  }
  std::size_t end = 5;
  if (text.size() > end && text[end] == ':') {
    if (!two_digits(text, 6, 0, 60)) {
      return 0;
    }
    end = 8;
    if (text.size() > end && text[end] == '.') {
      std::size_t digits = end + 1;
      while (digits < text.size() && is_digit(text[digits])) {
        ++digits;
      }
      return digits == end + 1 ? 0 : digits;
    }
  }
  return end;
}

bool is_offset(std::string_view text)
{
  return text == "Z" || text == "z" ||
         (text.size() == 6 && (text[0] == '+' || text[0] == '-') && two_digits(text, 1, 0, 23) && text[3] == ':' &&
          two_digits(text, 4, 0, 59));
}

bool is_date(std::string_view text)
{
  return text.size() >= 10 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3]) && text[4] == '-' &&
         two_digits(text, 5, 1, 12) && text[7] == '-' && two_digits(text, 8, 1, 31);
}

} // namespace

bool TomlParser::value(TomlValue& result, unsigned depth)
{
  const std::size_t start = m_pos;
  const std::uint32_t line = m_line;
  result.position = position_at(start);
  bool ok = false;
  switch (peek()) {
  case '"':
  case '\'':
    ok = string(result.value.emplace<std::string>());
    break;
  case '[':
    ok = array(result, depth + 1);
    break;
  case '{':
    ok = inline_table(result, depth + 1);
    break;
  default:
    ok = scalar(result);
    break;
  }
  if (!ok) {
    return false;
  }
  std::size_t end = m_pos;
  if (m_line != line) { // underline the first line only
    end = m_text.find('\n', start);
    end = end > start && m_text[end - 1] == '\r' ? end - 1 : end;
  }
  result.position.length = static_cast<std::uint32_t>(end - start);
  return true;
}

bool TomlParser::array(TomlValue& result, unsigned depth)
{
  result.is_inline = true;
  TomlArray& elements = result.value.emplace<TomlArray>();
  if (depth > k_max_depth) {
    return error_here(fmt::format("values are nested more than {} levels deep", k_max_depth));
  }
  const Position opened = position_at(m_pos);
  ++m_pos;
  for (;;) {
    if (!skip_blank_lines()) {
      return false;
    }
    if (peek() == ']') {
      ++m_pos;
      return true;
    }
    if (at_end()) {
      return error("this array is never closed", opened);
    }
    if (!value(elements.emplace_back(), depth) || !skip_blank_lines()) {
      return false;
    }
    if (peek() == ',') {
      ++m_pos;
    } else if (at_end()) {
      return error("this array is never closed", opened);
    } else if (peek() != ']') {
      return error_here(fmt::format("expected `,` or `]` in the array, found {}", describe_next()));
    }
  }
}

bool TomlParser::inline_table(TomlValue& result, unsigned depth)
{
  result.is_inline = true;
  TomlTable& table = result.value.emplace<TomlTable>();
  table.origin = TomlTableOrigin::inline_table;
  table.section = m_next_inline_section++;
  if (depth > k_max_depth) {
    return error_here(fmt::format("values are nested more than {} levels deep", k_max_depth));
  }
  const Position opened = position_at(m_pos);
  ++m_pos;
  for (;;) {
    if (!skip_blank_lines()) {
      return false;
    }
    if (peek() == '}') {
      ++m_pos;
      return true;
    }
    if (at_end()) {
      return error("this inline table is never closed", opened);
    }
    if (!key_value(table, depth) || !skip_blank_lines()) {
      return false;
    }
    if (peek() == ',') {
      ++m_pos;
    } else if (at_end()) {
      return error("this inline table is never closed", opened);
    } else if (peek() != '}') {
      return error_here(fmt::format("expected `,` or `}}` in the inline table, found {}", describe_next()));
    }
  }
}

bool TomlParser::string(std::string& result)
{
  const char quote = peek();
  if (peek(1) == quote && peek(2) == quote) {
    return multiline_string(result, quote);
  }
  return quote == '"' ? basic_string(result) : literal_string(result);
}

bool TomlParser::basic_string(std::string& result)
{
  const Position opened = position_at(m_pos);
  ++m_pos;
  for (;;) {
    const std::size_t run = m_pos;
    while (m_pos < m_text.size() && m_text[m_pos] != '"' && m_text[m_pos] != '\\' &&
           (static_cast<unsigned char>(m_text[m_pos]) >= 0x20 || m_text[m_pos] == '\t') && m_text[m_pos] != 0x7F) {
      ++m_pos;
    }
    result.append(m_text.substr(run, m_pos - run));
    if (at_end() || peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
      return error("this string is never closed", opened);
    }
    if (peek() == '"') {
      ++m_pos;
      return true;
    }
    if (peek() != '\\') {
      return error_here(fmt::format("{} in a string", describe_next()));
    }
    if (!escape(result, false)) {
      return false;
    }
  }
}

bool TomlParser::literal_string(std::string& result)
{
  const Position opened = position_at(m_pos);
  const std::size_t start = ++m_pos;
  while (!at_end() && peek() != '\'') {
    const auto byte = static_cast<unsigned char>(peek());
    if (byte == '\n' || (byte == '\r' && peek(1) == '\n')) {
      return error("this string is never closed", opened);
    }
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      return error_here(fmt::format("{} in a string", describe_next()));
    }
    ++m_pos;
  }
  if (at_end()) {
    return error("this string is never closed", opened);
  }
  result.assign(m_text.substr(start, m_pos - start));
  ++m_pos;
  return true;
}

bool TomlParser::multiline_string(std::string& result, char quote)
{
  const Position opened = position_at(m_pos, 3);
  m_pos += 3;
  if (peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
    newline();
  }
  while (!at_end()) {
    const char c = peek();
    if (c == quote && peek(1) == quote && peek(2) == quote) {
      // Up to two quotes may stand right before the closing three.
      for (int extra = 0; extra < 2 && peek(3) == quote; ++extra) {
        result.push_back(quote);
        ++m_pos;
      }
      m_pos += 3;
      return true;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || (c == '\r' && peek(1) == '\n')) {
      result.append(c == '\r' ? "\r\n" : "\n"); // cargo keeps what the file has
      newline();
    } else if (c == '\\' && quote == '"') {
      if (!escape(result, true)) {
        return false;
      }
    } else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      return error_here(fmt::format("{} in a string", describe_next()));
    } else {
      result.push_back(c);
      ++m_pos;
    }
  }
  return error("this string is never closed", opened);
}

bool TomlParser::escape(std::string& result, bool multiline)
{
  const std::size_t start = m_pos++;
  const char c = peek();
  ++m_pos;
  switch (c) {
  case 'b':
    result.push_back('\b');
    return true;
  case 't':
    result.push_back('\t');
    return true;
  case 'n':
    result.push_back('\n');
    return true;
  case 'f':
    result.push_back('\f');
    return true;
  case 'r':
    result.push_back('\r');
    return true;
  case 'e':
    result.push_back('\x1B');
    return true;
  case '"':
    result.push_back('"');
    return true;
  case '\\':
    result.push_back('\\');
    return true;
  case 'x':
    return unicode_escape(result, 2);
  case 'u':
    return unicode_escape(result, 4);
  case 'U':
    return unicode_escape(result, 8);
  default:
    break;
  }
  if (multiline && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
    // A backslash at the end of a line swallows the white space up to the next text.
    --m_pos;
    skip_spaces();
    if (peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
      while (peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
        newline();
        skip_spaces();
      }
      return true;
    }
  }
  m_pos = start + 1;
  const std::string found = describe_next();
  return error(fmt::format("unknown escape: {} after `\\`", found), position_at(start, 2));
}

bool TomlParser::unicode_escape(std::string& result, int digits)
{
  const std::size_t start = m_pos - 2;
  std::uint32_t point = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = at_end() ? -1 : hex_digit(peek());
    if (digit < 0) {
      return error(fmt::format("this escape needs {} hexadecimal digits", digits), position_at(start, m_pos - start));
    }
    point = point * 16 + static_cast<std::uint32_t>(digit);
    ++m_pos;
  }
  if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
    return error("this escape is not a Unicode character", position_at(start, m_pos - start));
  }
  append_utf8(result, point);
  return true;
}

bool TomlParser::scalar(TomlValue& result)
{
  const std::size_t start = m_pos;
  while (!at_end() && is_scalar_char(peek())) {
    ++m_pos;
  }
  std::string_view token = m_text.substr(start, m_pos - start);
  if (token.empty()) {
    return error_here(fmt::format("expected a value, found {}", describe_next()));
  }
  if (token == "true" || token == "false") {
    result.value = token == "true";
    return true;
  }
  if (token.size() == 10 && is_date(token) && peek() == ' ' && is_digit(peek(1))) {
    ++m_pos;
    while (!at_end() && is_scalar_char(peek())) {
      ++m_pos;
    }
    token = m_text.substr(start, m_pos - start);
  }
  if (token.size() >= 5 && is_digit(token[0]) && is_digit(token[1]) && (token[2] == ':' || token[4] == '-')) {
    return date_time(result, token, start);
  }
  return number(result, token, start);
}

bool TomlParser::date_time(TomlValue& result, std::string_view token, std::size_t start)
{
  bool valid = false;
  if (const std::size_t time = time_length(token); time != 0) {
    valid = time == token.size();
  } else if (is_date(token)) {
    std::string_view rest = token.substr(10);
    if (rest.empty()) {
      valid = true;
    } else if (rest[0] == 'T' || rest[0] == 't' || rest[0] == ' ') {
      rest.remove_prefix(1);
      const std::size_t length = time_length(rest);
      valid = length != 0 && (length == rest.size() || is_offset(rest.substr(length)));
    }
  }
  if (!valid) {
    return error(fmt::format("`{}` is not a date", token), position_at(start, token.size()));
  }
  result.value = TomlDateTime{std::string(token)};
  return true;
}

bool TomlParser::number(TomlValue& result, std::string_view token, std::size_t start)
{
  const Position where = position_at(start, token.size());
  const auto invalid = [&] {
    const char first = token[0];
    if (is_digit(first) || first == '+' || first == '-' || first == '.') {
      return error(fmt::format("`{}` is not a number", token), where);
    }
    return error(fmt::format("`{}` is not a value", token), where, "strings need quotes");
  };
  std::string_view rest = token;
  std::string digits;
  const bool has_sign = rest[0] == '+' || rest[0] == '-';
  if (has_sign) {
    if (rest[0] == '-') {
      digits.push_back('-');
    }
    rest.remove_prefix(1);
  }
  if (rest == "inf" || rest == "nan") {
    const double magnitude = rest == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    result.value = token[0] == '-' ? -magnitude : magnitude;
    return true;
  }
  int base = 10;
  if (!has_sign && rest.size() > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'o' || rest[1] == 'b')) {
    base = rest[1] == 'x' ? 16 : rest[1] == 'o' ? 8 : 2;
    rest.remove_prefix(2);
  }
  const std::size_t first_digit = digits.size();
  if (!take_digits(rest, base, digits)) {
    return invalid();
  }
  if (base == 10 && digits.size() > first_digit + 1 && digits[first_digit] == '0') {
    return error(fmt::format("`{}` has a leading zero", token), where);
  }
  if (rest.empty()) {
    std::int64_t integer = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), integer, base);
    if (code != std::errc{} || end != digits.data() + digits.size()) {
      return error(fmt::format("`{}` does not fit in 64 bits", token), where);
    }
    result.value = integer;
    return true;
  }
  if (base != 10) {
    return invalid();
  }
  if (rest[0] == '.') {
    rest.remove_prefix(1);
    digits.push_back('.');
    if (!take_digits(rest, 10, digits)) {
      return invalid();
    }
  }
  if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E')) {
    rest.remove_prefix(1);
    digits.push_back('e');
    if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
      if (rest[0] == '-') {
        digits.push_back('-');
      }
      rest.remove_prefix(1);
    }
    if (!take_digits(rest, 10, digits)) {
      return invalid();
    }
  }
  if (!rest.empty()) {
    return invalid();
  }
  double real = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), real);
  result.value = real;
  return true;
}

} // namespace cargo_wasm::manifest
