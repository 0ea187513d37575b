#include "toml_parser.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {

namespace {

/// Far above what a manifest needs, far below what a stack takes; cargo's reader stops at 80 nested values.
constexpr unsigned k_max_depth = 128;
constexpr std::size_t k_index_from = 24;

bool is_bare_key_char(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string_view what_it_is(const TomlValue& value)
{
  if (const TomlTable* table = value.as_table()) {
    return table->origin == TomlTableOrigin::inline_table ? "an inline table" : "a table";
  }
  return value.type_name();
}

} // namespace

Position TomlParser::position_at(std::size_t offset, std::size_t length) const
{
  Position position;
  position.line = m_line;
  position.column = static_cast<std::uint32_t>(offset - m_line_start + 1);
  position.length = static_cast<std::uint32_t>(length == 0 ? 1 : length);
  return position;
}

bool TomlParser::error(std::string message, Position position, std::string label)
{
  if (!m_error) {
    m_error = Error("CW0100", std::move(message)).at(m_document.span(position, std::move(label)));
  }
  return false;
}

std::string TomlParser::describe_next() const
{
  if (at_end()) {
    return "the end of the file";
  }
  if (peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
    return "the end of the line";
  }
  std::size_t length = 1; // one whole UTF-8 character
  while (m_pos + length < m_text.size() && (static_cast<unsigned char>(m_text[m_pos + length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  const auto byte = static_cast<unsigned char>(peek());
  return byte < 0x20 || byte == 0x7F ? fmt::format("control character {:#04x}", byte) : fmt::format("`{}`", m_text.substr(m_pos, length));
}

bool TomlParser::newline()
{
  if (peek() == '\r' && peek(1) == '\n') {
    ++m_pos;
  } else if (peek() != '\n' || at_end()) {
    return error_here(fmt::format("expected the end of the line, found {}", describe_next()));
  }
  ++m_pos;
  ++m_line;
  m_line_start = m_pos;
  return true;
}

bool TomlParser::comment()
{
  while (!at_end() && peek() != '\n') {
    const auto byte = static_cast<unsigned char>(peek());
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      if (byte == '\r' && peek(1) == '\n') {
        return true;
      }
      return error_here(fmt::format("{} in a comment", describe_next()));
    }
    ++m_pos;
  }
  return true;
}

bool TomlParser::end_of_line()
{
  skip_spaces();
  if (peek() == '#' && !comment()) {
    return false;
  }
  return at_end() || newline();
}

bool TomlParser::skip_blank_lines()
{
  for (;;) {
    skip_spaces();
    if (at_end()) {
      return true;
    }
    if (peek() == '#') {
      if (!comment()) {
        return false;
      }
    } else if (peek() == '\n' || peek() == '\r') {
      if (!newline()) {
        return false;
      }
    } else {
      return true;
    }
  }
}

bool TomlParser::run()
{
  if (m_text.substr(0, 3) == "\xEF\xBB\xBF") {
    m_pos = 3;
    m_line_start = 3;
  }
  m_current = &m_document.root;
  for (;;) {
    if (!skip_blank_lines()) {
      return false;
    }
    if (at_end()) {
      return true;
    }
    if (!(peek() == '[' ? header() : key_value(*m_current, m_current_depth)) || !end_of_line()) {
      return false;
    }
  }
}

TomlMember* TomlParser::lookup(TomlTable& table, const std::string& key)
{
  if (table.members.size() < k_index_from) {
    for (TomlMember& member : table.members) {
      if (member.key == key) {
        return &member;
      }
    }
    return nullptr;
  }
  if (m_indexed != &table || m_indexed_section != table.section) {
    m_indexed = &table;
    m_indexed_section = table.section;
    m_index.clear();
  }
  for (std::size_t i = m_index.size(); i < table.members.size(); ++i) {
    m_index.emplace(table.members[i].key, i);
  }
  const auto found = m_index.find(key);
  return found == m_index.end() ? nullptr : &table.members[found->second];
}

bool TomlParser::key_part(KeyPart& part)
{
  const std::size_t start = m_pos;
  const char first = peek();
  if (first == '"' || first == '\'') {
    if (peek(1) == first && peek(2) == first) {
      return error_here("a key cannot be a multi-line string");
    }
    if (!string(part.text)) {
      return false;
    }
  } else {
    while (!at_end() && is_bare_key_char(m_text[m_pos])) {
      ++m_pos;
    }
    if (m_pos == start) {
      return error_here(fmt::format("expected a key, found {}", describe_next()));
    }
    part.text.assign(m_text.substr(start, m_pos - start));
  }
  part.position = position_at(start, m_pos - start);
  return true;
}

bool TomlParser::key_path(std::vector<KeyPart>& parts)
{
  for (;;) {
    skip_spaces();
    if (!key_part(parts.emplace_back())) {
      return false;
    }
    if (parts.size() > k_max_depth) {
      return error(fmt::format("keys are nested more than {} levels deep", k_max_depth), parts.back().position);
    }
    skip_spaces();
    if (peek() != '.') {
      return true;
    }
    ++m_pos;
  }
}

TomlTable* TomlParser::descend_header(TomlTable& table, const KeyPart& part)
{
  TomlMember* member = lookup(table, part.text);
  if (member == nullptr) {
    auto fresh = std::make_unique<TomlValue>();
    fresh->position = part.position;
    TomlTable& made = fresh->value.emplace<TomlTable>();
    made.origin = TomlTableOrigin::implicit;
    table.members.push_back({part.text, part.position, std::move(fresh)});
    return &made;
  }
  if (auto* inner = std::get_if<TomlTable>(&member->value->value); inner != nullptr && inner->origin != TomlTableOrigin::inline_table) {
    return inner;
  }
  if (auto* elements = std::get_if<TomlArray>(&member->value->value); elements != nullptr && !member->value->is_inline) {
    return std::get_if<TomlTable>(&elements->back().value);
  }
  error(fmt::format("`{}` is {} and cannot be extended by a header", part.text, what_it_is(*member->value)),
        part.position,
        fmt::format("defined on line {}", member->key_position.line));
  return nullptr;
}

bool TomlParser::header()
{
  const std::size_t start = m_pos;
  const bool is_array = peek(1) == '[';
  m_pos += is_array ? 2 : 1;
  std::vector<KeyPart> parts;
  if (!key_path(parts)) {
    return false;
  }
  if (peek() != ']' || (is_array && peek(1) != ']')) {
    return error_here(fmt::format("expected `{}` at the end of the header, found {}", is_array ? "]]" : "]", describe_next()));
  }
  m_pos += is_array ? 2 : 1;
  const Position where = position_at(start, m_pos - start);
  ++m_section;
  m_indexed = nullptr;
  m_index.clear();

  TomlTable* table = &m_document.root;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    table = descend_header(*table, parts[i]);
    if (table == nullptr) {
      return false;
    }
  }
  const KeyPart& last = parts.back();
  TomlMember* member = lookup(*table, last.text);
  if (member == nullptr) {
    auto fresh = std::make_unique<TomlValue>();
    fresh->position = where;
    if (is_array) {
      fresh->value.emplace<TomlArray>();
    } else {
      fresh->value.emplace<TomlTable>();
    }
    member = &table->members.emplace_back(TomlMember{last.text, last.position, std::move(fresh)});
  } else if (!is_array) {
    auto* existing = std::get_if<TomlTable>(&member->value->value);
    if (existing == nullptr || existing->origin != TomlTableOrigin::implicit) {
      return error(fmt::format("table `{}` is defined twice", last.text),
                   last.position,
                   fmt::format("first defined on line {}", member->key_position.line));
    }
    existing->origin = TomlTableOrigin::header;
    member->value->position = where;
  } else if (!std::holds_alternative<TomlArray>(member->value->value) || member->value->is_inline) {
    return error(fmt::format("`{}` is {} and cannot be extended by `[[{}]]`", last.text, what_it_is(*member->value), last.text),
                 last.position,
                 fmt::format("defined on line {}", member->key_position.line));
  }
  if (is_array) {
    TomlValue& element = std::get<TomlArray>(member->value->value).emplace_back();
    element.position = where;
    element.value.emplace<TomlTable>();
    m_current = &std::get<TomlTable>(element.value);
  } else {
    m_current = &std::get<TomlTable>(member->value->value);
  }
  m_current_depth = static_cast<unsigned>(parts.size());
  return true;
}

TomlTable* TomlParser::descend_dotted(TomlTable& table, const KeyPart& part)
{
  TomlMember* member = lookup(table, part.text);
  if (member == nullptr) {
    auto fresh = std::make_unique<TomlValue>();
    fresh->position = part.position;
    TomlTable& made = fresh->value.emplace<TomlTable>();
    made.origin = TomlTableOrigin::dotted;
    made.section = m_section;
    table.members.push_back({part.text, part.position, std::move(fresh)});
    return &made;
  }
  auto* inner = std::get_if<TomlTable>(&member->value->value);
  if (inner != nullptr && inner->origin == TomlTableOrigin::dotted && inner->section == m_section) {
    return inner;
  }
  error(fmt::format("`{}` is {} and cannot be extended by a dotted key", part.text, what_it_is(*member->value)),
        part.position,
        fmt::format("defined on line {}", member->key_position.line));
  return nullptr;
}

bool TomlParser::key_value(TomlTable& table, unsigned depth)
{
  std::vector<KeyPart> parts;
  if (!key_path(parts)) {
    return false;
  }
  if (peek() != '=') {
    return error_here(fmt::format("expected `=` after the key, found {}", describe_next()));
  }
  ++m_pos;
  depth += static_cast<unsigned>(parts.size());
  if (depth > k_max_depth) {
    return error(fmt::format("values are nested more than {} levels deep", k_max_depth), parts.back().position);
  }
  TomlTable* inner = &table;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    inner = descend_dotted(*inner, parts[i]);
    if (inner == nullptr) {
      return false;
    }
  }
  KeyPart& last = parts.back();
  if (const TomlMember* member = lookup(*inner, last.text)) {
    return error(fmt::format("key `{}` is defined twice", last.text),
                 last.position,
                 fmt::format("first defined on line {}", member->key_position.line));
  }
  auto fresh = std::make_unique<TomlValue>();
  skip_spaces();
  if (!value(*fresh, depth)) {
    return false;
  }
  inner->members.push_back({std::move(last.text), last.position, std::move(fresh)});
  return true;
}

Result<std::shared_ptr<const TomlDocument>> parse_toml(const base::Path& file, std::string text)
{
  auto document = std::make_shared<TomlDocument>();
  document->file = file;
  document->text = std::move(text);
  const std::string_view bytes = document->text;
  if (bytes.find('\0') != std::string_view::npos || !base::is_valid_utf8(bytes)) {
    const bool binary = bytes.find('\0') != std::string_view::npos;
    Error error("CW0101", fmt::format("`{}` is not a text file", file.string()));
    return fail(std::move(error).note(binary ? "it contains zero bytes" : "it is not valid UTF-8"));
  }
  TomlParser parser(*document);
  if (!parser.run()) {
    return fail(parser.take_error());
  }
  return std::shared_ptr<const TomlDocument>(std::move(document));
}

} // namespace cargo_wasm::manifest
