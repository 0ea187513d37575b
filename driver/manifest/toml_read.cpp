// toml++'s tree turned into ours (docs/adr/0010-toml-reader.md). It keeps tables sorted and counts columns in code points; here members
// stand in document order and columns are bytes, as carets want them. TOML 1.1 exists in toml++ 3 only as "unreleased features", which
// hold more than 1.1 became: what cargo's reader refuses of it is refused here.
#include <cargo_wasm/manifest/toml.hpp>

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "toml_scan.hpp"

#define TOML_ENABLE_UNRELEASED_FEATURES 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// Some of its assertions do not hold for malformed documents (`[[[`), and clang would build on them in release mode. What follows each
// is written so that it copes.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

namespace cargo_wasm::manifest {

namespace {

bool is_ascii(std::string_view text)
{
  return std::all_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; });
}

bool is_bare_key(std::string_view key)
{
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string_view without_carriage_return(std::string_view line)
{
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

class TomlConverter
{
public:
  explicit TomlConverter(const TomlDocument& document)
      : m_document(document), m_is_ascii(is_ascii(document.text)), m_has_carriage_returns(document.text.find('\r') != std::string::npos)
  {
    std::size_t start = 0;
    const std::string_view text = document.text;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', start)) {
      m_lines.push_back(text.substr(start, end - start));
      start = end + 1;
    }
    m_lines.push_back(text.substr(start));
    if (m_lines.front().starts_with("\xEF\xBB\xBF")) {
      m_lines.front().remove_prefix(3); // a byte order mark has no column
    }
  }

  TomlTable table(const toml::table& from)
  {
    TomlTable to;
    to.members.reserve(from.size());
    for (const auto& [key, node] : from) {
      const Position where = position(key.source());
      check_key(key.str(), where);
      to.members.push_back({std::string(key.str()), where, std::make_unique<TomlValue>(value(node))});
    }
    std::sort(to.members.begin(), to.members.end(), [](const TomlMember& a, const TomlMember& b) {
      return std::pair(a.key_position.line, a.key_position.column) < std::pair(b.key_position.line, b.key_position.column);
    });
    return to;
  }

  Position position(const toml::source_region& region) const
  {
    Position where = position(region.begin);
    const std::uint32_t end = region.end.line == region.begin.line
                                  ? position(region.end).column
                                  : static_cast<std::uint32_t>(without_carriage_return(line(region.begin.line)).size()) + 1;
    where.length = end > where.column ? end - where.column : 1;
    return where;
  }

  Position position(toml::source_position place) const
  {
    const std::string_view text = line(place.line);
    Position where;
    where.line = place.line;
    where.column = std::min(place.column, static_cast<std::uint32_t>(text.size()) + 1);
    if (!m_is_ascii) {
      std::uint32_t at = 0;
      for (std::uint32_t i = 1; i < place.column && at < text.size(); ++i) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
          ++at;
        }
      }
      where.column = at + 1;
    }
    return where;
  }

  [[nodiscard]] bool is_line_end(Position where) const { return where.column > without_carriage_return(line(where.line)).size(); }

  /// What toml++ accepts and cargo does not; the first such place in the document.
  [[nodiscard]] std::optional<Error> take_error() { return std::move(m_error); }

private:
  std::string_view line(std::uint32_t number) const { return number == 0 || number > m_lines.size() ? "" : m_lines[number - 1]; }

  const char* at(Position where) const { return line(where.line).data() + (where.column - 1); }

  std::string_view source(const toml::node& node) const
  {
    const char* begin = at(position(node.source().begin));
    return {begin, static_cast<std::size_t>(at(position(node.source().end)) - begin)};
  }

  void refuse(Error error, Position where)
  {
    if (!m_error || std::pair(where.line, where.column) < std::pair(m_error_at.line, m_error_at.column)) {
      m_error_at = where;
      m_error = std::move(error).at(m_document.span(where));
    }
  }

  void check_key(std::string_view key, Position where)
  {
    const std::string_view text = line(where.line).substr(where.column - 1, 1);
    if (text != "\"" && text != "'" && !is_bare_key(key)) {
      refuse(Error("CW0100", fmt::format("key `{}` needs quotes", key))
                 .help("keys without quotes consist of the letters A to Z and a to z, digits, `-` and `_`"),
             where);
    }
  }

  std::string string(const toml::value<std::string>& from) const
  {
    if (!m_has_carriage_returns || from.source().begin.line == from.source().end.line) {
      return from.get();
    }
    const std::string_view quoted = source(from);
    if (const auto escaped = with_escaped_line_ends(quoted)) {
      const auto parsed = toml::parse("s = " + *escaped);
      return parsed ? parsed.table()["s"].value_or(from.get()) : from.get();
    }
    const std::size_t start = quoted.substr(3, 2) == "\r\n" ? 5 : 3;
    return std::string(quoted.substr(start, quoted.size() - start - 3));
  }

  /// As cargo prints it: without seconds where there are none, which toml++ does not tell from `:00`.
  template <class Node> std::string date_time(const Node& from) const
  {
    std::ostringstream stream;
    stream << from.get();
    std::string text = stream.str();
    const std::string_view written = source(from);
    if (const auto colon = written.find(':'); colon != std::string_view::npos && written.substr(colon + 3, 1) != ":") {
      text.erase(text.find(':') + 3, 3);
    }
    return text;
  }

  TomlValue value(const toml::node& node)
  {
    TomlValue to;
    to.position = position(node.source());
    node.visit([&](const auto& typed) {
      using Node = std::decay_t<decltype(typed)>;
      if constexpr (toml::is_table<Node>) {
        to.value = table(typed);
        to.is_inline = typed.is_inline();
      } else if constexpr (toml::is_array<Node>) {
        to.is_inline = true;
        TomlArray elements;
        elements.reserve(typed.size());
        for (const auto& element : typed) {
          elements.push_back(value(element));
          to.is_inline = to.is_inline && (elements.back().as_table() == nullptr || elements.back().is_inline);
        }
        if (!to.is_inline) {
          to.position = elements.front().position; // of `[[t]]`: the first header, where toml++ has all of them
        }
        to.value = std::move(elements);
      } else if constexpr (toml::is_string<Node>) {
        to.value = string(typed);
      } else if constexpr (toml::is_date<Node> || toml::is_time<Node> || toml::is_date_time<Node>) {
        to.value = TomlDateTime{date_time(typed)};
      } else {
        if constexpr (toml::is_floating_point<Node>) {
          if (source(typed).find_first_of("xX") != std::string_view::npos) {
            refuse(Error("CW0100", "a float cannot be hexadecimal"), to.position);
          }
        }
        to.value = typed.get();
      }
    });
    return to;
  }

  const TomlDocument& m_document;
  std::vector<std::string_view> m_lines;
  bool m_is_ascii;
  bool m_has_carriage_returns;
  std::optional<Error> m_error;
  Position m_error_at;
};

/// "Error while parsing string: unknown escape sequence '\q'" in our words: the reason is the message, what was read stands at the caret.
Error toml_error(const toml::parse_error& from, const TomlDocument& document, const TomlConverter& converter)
{
  const Position where = converter.position(from.source());
  constexpr std::string_view k_start = "Error while parsing ";
  std::string_view reason = from.description();
  std::string label;
  if (const auto colon = reason.find(": "); reason.starts_with(k_start) && colon != std::string_view::npos) {
    label = reason.substr(k_start.size(), colon - k_start.size());
    label = label == "root table" ? "" : fmt::format("in this {}", label);
    reason.remove_prefix(colon + 2);
  }
  // toml++ puts what it saw into '…', where a quote may stand too.
  std::string message(reason);
  for (auto open = message.find('\''); open != std::string::npos && open + 2 < message.size();) {
    const auto close = message.find('\'', open + 2);
    if (close == std::string::npos) {
      break;
    }
    message[open] = '`';
    message[close] = '`';
    open = message.find('\'', close + 1);
  }
  Error error("CW0100", std::move(message));
  if (reason == "could not determine value type") {
    error.helps.emplace_back("text needs quotes");
  } else if (label == "in this string" && converter.is_line_end(where)) {
    error.helps.emplace_back("the string is not closed on this line");
  }
  return std::move(error).at(document.span(where, std::move(label)));
}

Error too_deep(const TomlDocument& document, std::size_t offset)
{
  const std::string_view before = std::string_view(document.text).substr(0, offset);
  Position where;
  where.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  where.column = static_cast<std::uint32_t>(offset - (before.rfind('\n') + 1)) + 1;
  return Error("CW0100", fmt::format("tables and arrays are nested more than {} levels deep", k_deepest_level)).at(document.span(where));
}

} // namespace

Result<std::shared_ptr<const TomlDocument>> parse_toml(const base::Path& file, std::string text)
{
  auto document = std::make_shared<TomlDocument>();
  document->file = file;
  document->text = std::move(text);
  const bool is_binary = document->text.find('\0') != std::string::npos;
  if (is_binary || !base::is_valid_utf8(document->text)) {
    return fail(Error("CW0101", fmt::format("`{}` is not a text file", file.string()))
                    .note(is_binary ? "it contains zero bytes" : "it is not valid UTF-8"));
  }
  if (const auto offset = too_deep_at(document->text)) {
    return fail(too_deep(*document, *offset));
  }
  const auto parsed = toml::parse(std::string_view(document->text));
  TomlConverter converter(*document);
  if (!parsed) {
    return fail(toml_error(parsed.error(), *document, converter));
  }
  document->root = converter.table(parsed.table());
  if (auto error = converter.take_error()) {
    return fail(std::move(*error));
  }
  return std::shared_ptr<const TomlDocument>(std::move(document));
}

} // namespace cargo_wasm::manifest
