// A TOML document as a tree of values that know where they stand, so that every error and warning can show
// the line with a caret. toml++ reads it (toml_read.cpp); nothing of it shows here.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::manifest {

/// Position of a key or value; lines and columns from 1, columns in bytes, 0 = unknown.
struct Position
{
  std::uint32_t line = 0, column = 0, length = 1;
};

class TomlValue;

/// Members in document order.
struct TomlMember
{
  std::string key;
  Position key_position;
  std::unique_ptr<TomlValue> value;
};

struct TomlTable
{
  std::vector<TomlMember> members;
  [[nodiscard]] const TomlValue* find(std::string_view key) const;
  [[nodiscard]] const TomlMember* find_member(std::string_view key) const;
  /// Members in byte order of their keys (cargo keeps most tables as BTreeMap).
  [[nodiscard]] std::vector<const TomlMember*> sorted() const;
};

using TomlArray = std::vector<TomlValue>;

struct TomlDateTime
{
  std::string text;
};

class TomlValue
{
public:
  std::variant<std::string, std::int64_t, double, bool, TomlDateTime, TomlArray, TomlTable> value;
  Position position;
  bool is_inline = false; ///< an inline table or `[…]` array; false for `[t]` and `[[t]]`

  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&value); }
  [[nodiscard]] const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&value); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&value); }
  [[nodiscard]] const TomlArray* as_array() const { return std::get_if<TomlArray>(&value); }
  [[nodiscard]] const TomlTable* as_table() const { return std::get_if<TomlTable>(&value); }
  /// "a string", "an array" …: for "expected X, found Y".
  [[nodiscard]] std::string_view type_name() const;
  [[nodiscard]] TomlValue clone() const;
};

/// One parsed file: its text (for carets) and its root table.
struct TomlDocument
{
  base::Path file;
  std::string text;
  TomlTable root;

  [[nodiscard]] base::TextSpan span(Position position, std::string label = {}) const;
};

/// TOML 1.0 with 1.1's additions that cargo accepts (newlines and trailing commas in inline tables, `\e`, `\xHH`).
/// Depth is bounded (k_deepest_level). Errors: CW0100 with the place; a binary or non-UTF-8 file is CW0101.
/// Cost: linear, about 55 µs per KiB.
[[nodiscard]] Result<std::shared_ptr<const TomlDocument>> parse_toml(const base::Path& file, std::string text);

} // namespace cargo_wasm::manifest
