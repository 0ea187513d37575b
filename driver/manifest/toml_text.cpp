#include <cargo_wasm/manifest/toml_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace cargo_wasm::manifest {

namespace {

struct TextFacts
{
  std::size_t longest_single = 0, longest_double = 0; ///< runs of quotes
  bool has_control = false, has_backslash = false, has_newline = false;
};

TextFacts facts_of(std::string_view text)
{
  TextFacts facts;
  std::size_t singles = 0, doubles = 0;
  for (const char c : text) {
    singles = c == '\'' ? singles + 1 : 0;
    doubles = c == '"' ? doubles + 1 : 0;
    facts.longest_single = std::max(facts.longest_single, singles);
    facts.longest_double = std::max(facts.longest_double, doubles);
    const auto byte = static_cast<unsigned char>(c);
    facts.has_backslash |= c == '\\';
    facts.has_newline |= c == '\n';
    facts.has_control |= c != '\t' && c != '\n' && (byte < 0x20 || byte == 0x7f);
  }
  return facts;
}

/// Between quotes that understand escapes. Over several lines, line ends and up to two quotes in a row stay as they are.
std::string escaped(std::string_view text, bool over_lines)
{
  std::string out;
  std::size_t doubles = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    doubles = c == '"' ? doubles + 1 : 0;
    if (c == '"' && doubles > (over_lines ? 2U : 0U)) {
      out += "\\\"";
      doubles = 0;
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n' && !over_lines) {
      out += "\\n";
    } else if (c == '\f') {
      out += "\\f";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\\') {
      out += "\\\\";
    } else if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string string_text(std::string_view text)
{
  const TextFacts facts = facts_of(text);
  const bool is_plain = !facts.has_control && !facts.has_backslash;
  const std::string_view first_line = facts.has_newline ? "\n" : "";
  if (is_plain && facts.longest_double == 0 && !facts.has_newline) {
    return fmt::format("\"{}\"", escaped(text, false));
  }
  if (!facts.has_control && facts.longest_single == 0 && !facts.has_newline) {
    return fmt::format("'{}'", text);
  }
  if (is_plain && facts.longest_double <= 2) {
    return fmt::format("\"\"\"{}{}\"\"\"", first_line, escaped(text, true));
  }
  if (!facts.has_control && facts.longest_single <= 2) {
    return fmt::format("'''{}{}'''", first_line, text);
  }
  return facts.has_newline ? fmt::format("\"\"\"\n{}\"\"\"", escaped(text, true)) : fmt::format("\"{}\"", escaped(text, false));
}

std::string key_text(std::string_view key)
{
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!key.empty() && std::ranges::all_of(key, is_bare)) {
    return std::string(key);
  }
  TextFacts facts = facts_of(key);
  facts.has_control |= facts.has_newline;
  if (!facts.has_control && !facts.has_backslash && facts.longest_double == 0) {
    return fmt::format("\"{}\"", escaped(key, false));
  }
  return !facts.has_control && facts.longest_single == 0 ? fmt::format("'{}'", key) : fmt::format("\"{}\"", escaped(key, false));
}

std::string float_text(double number)
{
  if (std::isnan(number)) {
    return std::signbit(number) ? "-nan" : "nan";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-inf" : "inf";
  }
  constexpr std::size_t k_longest = 400; // 1e308, digit by digit: Rust writes no exponents
  std::array<char, k_longest> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed).ptr;
  std::string text(buffer.data(), end);
  return std::fmod(number, 1.0) == 0 ? text + ".0" : text;
}

std::string value_text(const TomlValue& value);

std::string array_text(const TomlArray& array)
{
  const bool over_lines = array.size() >= 2;
  std::string out = "[";
  for (const TomlValue& element : array) {
    out += over_lines ? "\n    " : "";
    out += value_text(element);
    out += over_lines ? "," : "";
  }
  return out + (over_lines ? "\n]" : "]");
}

std::string inline_table_text(const TomlTable& table)
{
  std::string out = "{";
  for (const auto& member : table.members) {
    out += fmt::format("{} {} = {}", out.size() == 1 ? "" : ",", key_text(member.key), value_text(*member.value));
  }
  return out + (table.members.empty() ? "}" : " }");
}

std::string value_text(const TomlValue& value)
{
  if (const auto* text = value.as_string()) {
    return string_text(*text);
  }
  if (const auto* number = value.as_integer()) {
    return std::to_string(*number);
  }
  if (const auto* flag = value.as_bool()) {
    return *flag ? "true" : "false";
  }
  if (const auto* array = value.as_array()) {
    return array_text(*array);
  }
  if (const auto* table = value.as_table()) {
    return inline_table_text(*table);
  }
  if (const auto* number = std::get_if<double>(&value.value)) {
    return float_text(*number);
  }
  return std::get<TomlDateTime>(value.value).text;
}

bool is_array_of_tables(const TomlValue& value)
{
  const TomlArray* const array = value.as_array();
  return array != nullptr && !array->empty() && std::ranges::all_of(*array, [](const TomlValue& one) { return one.as_table() != nullptr; });
}

/// The document as a list of headed blocks, in the order in which their headers are met.
class DocumentWriter
{
public:
  std::string run(const TomlTable& root)
  {
    write(root, add({}, false));
    std::string out;
    bool is_first = true;
    for (const Block& block : m_blocks) {
      const bool is_needed = block.path.empty() ? !block.body.empty() : block.is_element || !block.body.empty() || !block.has_children;
      if (!is_needed) {
        continue;
      }
      out += is_first ? "" : "\n";
      is_first = false;
      if (!block.path.empty()) {
        out += fmt::format("{}{}{}\n", block.is_element ? "[[" : "[", block.path, block.is_element ? "]]" : "]");
      }
      out += block.body;
    }
    return out;
  }

private:
  struct Block
  {
    std::string path, body;
    bool is_element = false, has_children = false;
  };

  std::size_t add(std::string path, bool is_element)
  {
    m_blocks.push_back({std::move(path), {}, is_element, false});
    return m_blocks.size() - 1;
  }

  void write(const TomlTable& table, std::size_t at)
  {
    const std::string path = m_blocks[at].path;
    const auto child = [&](const std::string& key) { return path.empty() ? key_text(key) : path + "." + key_text(key); };
    for (const auto& member : table.members) {
      if (const TomlTable* inner = member.value->as_table()) {
        m_blocks[at].has_children = true;
        write(*inner, add(child(member.key), false));
      } else if (is_array_of_tables(*member.value)) {
        m_blocks[at].has_children = true;
        for (const TomlValue& element : *member.value->as_array()) {
          write(*element.as_table(), add(child(member.key), true));
        }
      } else {
        m_blocks[at].body += fmt::format("{} = {}\n", key_text(member.key), value_text(*member.value));
      }
    }
  }

  std::vector<Block> m_blocks;
};

} // namespace

std::string to_toml_text(const TomlTable& root)
{
  return DocumentWriter().run(root);
}

} // namespace cargo_wasm::manifest
