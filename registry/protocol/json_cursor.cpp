#include "json_cursor.hpp"

#include <cstring>

namespace cargo_wasm::registry_protocol {

namespace {

constexpr int k_max_depth = 128;

bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/// First byte at or after `from` that ends a run of plain string characters: '"', '\\' or a control character.
std::size_t plain_run_end(std::string_view text, std::size_t from)
{
  // Eight bytes at a time. The masks are exact up to the first byte that ends the run; which one that is, the loop below finds.
  constexpr std::uint64_t k_ones = 0x0101010101010101U;
  constexpr std::uint64_t k_high_bits = 0x8080808080808080U;
  const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - k_ones * limit) & ~bytes & k_high_bits; };
  for (; text.size() - from >= sizeof(std::uint64_t); from += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + from, sizeof bytes);
    if ((below(bytes, 0x20) | below(bytes ^ (k_ones * '"'), 1) | below(bytes ^ (k_ones * '\\'), 1)) != 0) {
      break;
    }
  }
  while (from < text.size()) {
    const auto c = static_cast<unsigned char>(text[from]);
    if (c == '"' || c == '\\' || c < 0x20) {
      break;
    }
    ++from;
  }
  return from;
}

void append_utf8(std::string& out, std::uint32_t code)
{
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | (code >> 6));
    push(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    push(0xe0 | (code >> 12));
    push(0x80 | ((code >> 6) & 0x3f));
    push(0x80 | (code & 0x3f));
  } else {
    push(0xf0 | (code >> 18));
    push(0x80 | ((code >> 12) & 0x3f));
    push(0x80 | ((code >> 6) & 0x3f));
    push(0x80 | (code & 0x3f));
  }
}

} // namespace

bool JsonCursor::fail(const char* what)
{
  if (m_fault == nullptr) {
    m_fault = what;
  }
  return false;
}

void JsonCursor::skip_space()
{
  while (m_position < m_text.size() && is_space(m_text[m_position])) {
    ++m_position;
  }
}

bool JsonCursor::expect(char c, const char* what)
{
  if (failed()) {
    return false;
  }
  skip_space();
  if (m_position >= m_text.size() || m_text[m_position] != c) {
    return fail(what);
  }
  ++m_position;
  return true;
}

bool JsonCursor::next_member(bool& first, std::string_view& name)
{
  if (failed()) {
    return false;
  }
  skip_space();
  if (m_position < m_text.size() && m_text[m_position] == '}') {
    ++m_position;
    return false;
  }
  if (!first && !expect(',', "expected `,` or `}`")) {
    return false;
  }
  first = false;
  return read_string_view(name, m_name_scratch) && expect(':', "expected `:`");
}

bool JsonCursor::next_element(bool& first)
{
  if (failed()) {
    return false;
  }
  skip_space();
  if (m_position < m_text.size() && m_text[m_position] == ']') {
    ++m_position;
    return false;
  }
  if (!first && !expect(',', "expected `,` or `]`")) {
    return false;
  }
  first = false;
  return true;
}

bool JsonCursor::take_null()
{
  if (failed()) {
    return false;
  }
  skip_space();
  if (m_text.substr(m_position, 4) == "null") {
    m_position += 4;
    return true;
  }
  return false;
}

bool JsonCursor::read_hex4(std::uint32_t& out)
{
  if (m_text.size() - m_position < 4) {
    return fail("the text ends inside an escape");
  }
  out = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = m_text[m_position];
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A') + 10;
    } else {
      return fail("expected four hexadecimal digits");
    }
    out = out * 16 + digit;
    ++m_position;
  }
  return true;
}

bool JsonCursor::decode_escape(std::string& out)
{
  if (m_position + 1 >= m_text.size()) {
    return fail("the text ends inside an escape");
  }
  const char c = m_text[m_position + 1];
  m_position += 2;
  switch (c) {
  case '"':
    out += '"';
    return true;
  case '\\':
    out += '\\';
    return true;
  case '/':
    out += '/';
    return true;
  case 'b':
    out += '\b';
    return true;
  case 'f':
    out += '\f';
    return true;
  case 'n':
    out += '\n';
    return true;
  case 'r':
    out += '\r';
    return true;
  case 't':
    out += '\t';
    return true;
  case 'u':
    break;
  default:
    return fail("unknown escape");
  }
  std::uint32_t code = 0;
  if (!read_hex4(code)) {
    return false;
  }
  if (code >= 0xdc00 && code <= 0xdfff) {
    return fail("a lone surrogate");
  }
  if (code >= 0xd800 && code <= 0xdbff) {
    std::uint32_t low = 0;
    if (m_text.substr(m_position, 2) != "\\u") {
      return fail("a lone surrogate");
    }
    m_position += 2;
    if (!read_hex4(low)) {
      return false;
    }
    if (low < 0xdc00 || low > 0xdfff) {
      return fail("a lone surrogate");
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(out, code);
  return true;
}

bool JsonCursor::read_string_view(std::string_view& out, std::string& scratch)
{
  if (!expect('"', "expected a string")) {
    return false;
  }
  const std::size_t start = m_position;
  m_position = plain_run_end(m_text, m_position);
  if (m_position < m_text.size() && m_text[m_position] == '"') {
    out = m_text.substr(start, m_position - start);
    ++m_position;
    return true;
  }
  scratch.assign(m_text.substr(start, m_position - start));
  while (m_position < m_text.size() && m_text[m_position] != '"') {
    if (m_text[m_position] != '\\') {
      return fail("a control character in a string");
    }
    if (!decode_escape(scratch)) {
      return false;
    }
    const std::size_t run = m_position;
    m_position = plain_run_end(m_text, m_position);
    scratch += m_text.substr(run, m_position - run);
  }
  if (m_position >= m_text.size()) {
    return fail("the text ends inside a string");
  }
  ++m_position;
  out = scratch;
  return true;
}

bool JsonCursor::read_string(std::string& out)
{
  std::string_view view;
  std::string scratch;
  if (!read_string_view(view, scratch)) {
    return false;
  }
  out.assign(view);
  return true;
}

bool JsonCursor::read_bool(bool& out)
{
  if (failed()) {
    return false;
  }
  skip_space();
  if (m_text.substr(m_position, 4) == "true") {
    m_position += 4;
    out = true;
    return true;
  }
  if (m_text.substr(m_position, 5) == "false") {
    m_position += 5;
    out = false;
    return true;
  }
  return fail("expected `true` or `false`");
}

bool JsonCursor::read_u32(std::uint32_t& out)
{
  std::uint64_t value = 0;
  if (!read_u64(value)) {
    return false;
  }
  if (value > 0xffffffffU) {
    --m_position;
    return fail("a number above 4294967295");
  }
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool JsonCursor::read_u64(std::uint64_t& out)
{
  if (failed()) {
    return false;
  }
  skip_space();
  constexpr std::uint64_t k_most = ~std::uint64_t{0};
  const std::size_t start = m_position;
  std::uint64_t value = 0;
  while (m_position < m_text.size() && is_digit(m_text[m_position])) {
    const auto digit = static_cast<std::uint64_t>(m_text[m_position] - '0');
    if (value > (k_most - digit) / 10) {
      return fail("a number of more than 64 bits");
    }
    value = value * 10 + digit;
    ++m_position;
  }
  if (m_position == start) {
    return fail("expected a number");
  }
  out = value;
  return true;
}

bool JsonCursor::skip_string()
{
  ++m_position;
  for (;;) {
    m_position = plain_run_end(m_text, m_position);
    if (m_position >= m_text.size()) {
      return fail("the text ends inside a string");
    }
    const char c = m_text[m_position];
    if (c == '"') {
      ++m_position;
      return true;
    }
    if (c != '\\') {
      return fail("a control character in a string");
    }
    if (m_position + 1 >= m_text.size()) {
      return fail("the text ends inside an escape");
    }
    m_position += 2;
  }
}

bool JsonCursor::skip_literal()
{
  const std::size_t start = m_position;
  while (m_position < m_text.size()) {
    const char c = m_text[m_position];
    const bool part = is_digit(c) || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' || c == '.';
    if (!part) {
      break;
    }
    ++m_position;
  }
  return m_position > start || fail("expected a value");
}

bool JsonCursor::skip_value(std::string_view* raw)
{
  if (failed()) {
    return false;
  }
  skip_space();
  const std::size_t start = m_position;
  int depth = 0;
  do {
    skip_space();
    if (m_position >= m_text.size()) {
      return fail("the text ends inside a value");
    }
    const char c = m_text[m_position];
    if (c == '"') {
      if (!skip_string()) {
        return false;
      }
    } else if (c == '{' || c == '[') {
      if (++depth > k_max_depth) {
        return fail("values are nested too deeply");
      }
      ++m_position;
    } else if (c == '}' || c == ']') {
      if (--depth < 0) {
        return fail("expected a value");
      }
      ++m_position;
    } else if ((c == ',' || c == ':') && depth > 0) {
      ++m_position;
    } else if (!skip_literal()) {
      return false;
    }
  } while (depth > 0);
  if (raw != nullptr) {
    *raw = m_text.substr(start, m_position - start);
  }
  return true;
}

bool JsonCursor::at_end()
{
  if (failed()) {
    return false;
  }
  skip_space();
  return m_position == m_text.size() || fail("text after the value");
}

} // namespace cargo_wasm::registry_protocol
