// The reader behind parse_toml: recursive descent over the bytes, one pass, no look-behind. Errors are kept in the
// parser and every step returns false once one is set, so that the happy path costs a branch.
//
// What TOML leaves to a reader is the bookkeeping of which tables may still grow. A table remembers how
// it came to be (TomlTableOrigin): headers may complete implicit tables, dotted keys may only extend tables made by dotted
// keys under the same header, inline tables are closed.
#pragma once
#include <optional>
#include <unordered_map>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::manifest {

class TomlParser
{
public:
  explicit TomlParser(TomlDocument& document) : m_document(document), m_text(document.text) {}

  /// False: `error()` says why.
  bool run();
  [[nodiscard]] Error take_error() { return std::move(*m_error); }

private:
  struct KeyPart
  {
    std::string text;
    Position position;
  };

  // Structure (toml_parser.cpp).
  bool header();
  bool key_value(TomlTable& table, unsigned depth);
  bool key_path(std::vector<KeyPart>& parts);
  bool key_part(KeyPart& part);
  TomlTable* descend_header(TomlTable& table, const KeyPart& part);
  TomlTable* descend_dotted(TomlTable& table, const KeyPart& part);
  TomlMember* lookup(TomlTable& table, const std::string& key);
  bool end_of_line();
  bool skip_blank_lines();
  bool comment();

  // Values (toml_parser_values.cpp).
  bool value(TomlValue& result, unsigned depth);
  bool array(TomlValue& result, unsigned depth);
  bool inline_table(TomlValue& result, unsigned depth);
  bool string(std::string& result);
  bool basic_string(std::string& result);
  bool literal_string(std::string& result);
  bool multiline_string(std::string& result, char quote);
  bool escape(std::string& result, bool multiline);
  bool unicode_escape(std::string& result, int digits);
  bool scalar(TomlValue& result);
  bool number(TomlValue& result, std::string_view token, std::size_t start);
  bool date_time(TomlValue& result, std::string_view token, std::size_t start);

  // Bytes.
  [[nodiscard]] bool at_end() const { return m_pos >= m_text.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return m_pos + ahead < m_text.size() ? m_text[m_pos + ahead] : '\0'; }
  void skip_spaces()
  {
    while (m_pos < m_text.size() && (m_text[m_pos] == ' ' || m_text[m_pos] == '\t')) {
      ++m_pos;
    }
  }
  /// Consumes "\n" or "\r\n".
  bool newline();
  [[nodiscard]] Position position_at(std::size_t offset, std::size_t length = 1) const;
  bool error(std::string message, Position position, std::string label = {});
  bool error_here(std::string message) { return error(std::move(message), position_at(m_pos)); }
  [[nodiscard]] std::string describe_next() const; ///< "`x`", "the end of the line", "the end of the file"

  TomlDocument& m_document;
  std::string_view m_text;
  std::size_t m_pos = 0;
  std::size_t m_line_start = 0;
  std::uint32_t m_line = 1;
  std::uint32_t m_section = 0;
  TomlTable* m_current = nullptr;
  unsigned m_current_depth = 0;
  std::optional<Error> m_error;

  // Members of the one large table being filled, so that a table of n keys costs n and not n². Elements of arrays move as
  // arrays grow, so an address alone does not name an inline table: each has a section number of its own.
  const TomlTable* m_indexed = nullptr;
  std::uint32_t m_indexed_section = 0;
  std::uint32_t m_next_inline_section = 0x8000'0000U;
  std::unordered_map<std::string, std::size_t> m_index;
};

} // namespace cargo_wasm::manifest
