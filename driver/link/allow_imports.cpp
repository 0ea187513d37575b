#include <cargo_wasm/link/import_edits.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::link {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

/// The value at `package.metadata.wasm.imports.KEY…`, as deep as it exists.
const TomlValue* find_imports(const TomlTable& root)
{
  const TomlTable* table = &root;
  const TomlValue* value = nullptr;
  for (const std::string_view key : {"package", "metadata", "wasm", "imports"}) {
    value = table == nullptr ? nullptr : table->find(key);
    table = value == nullptr ? nullptr : value->as_table();
  }
  return value;
}

std::vector<std::string> entries_of(const std::vector<std::string>& functions)
{
  std::vector<std::string> entries;
  for (const std::string& function : functions) {
    entries.push_back(fmt::format("\"env::{}\"", function));
  }
  return entries;
}

/// The byte that a position's line and column name.
std::size_t offset_of(std::string_view text, const manifest::Position& position)
{
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) {
    at = text.find('\n', at) + 1;
  }
  return at + position.column - 1;
}

std::optional<std::vector<std::string>> listed(const base::Path& file, const std::string& text)
{
  const auto document = manifest::parse_toml(file, text);
  const TomlValue* const imports = document ? find_imports((*document)->root) : nullptr;
  const TomlValue* const allow = imports == nullptr || imports->as_table() == nullptr ? nullptr : imports->as_table()->find("allow");
  if (allow == nullptr || allow->as_array() == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const TomlValue& element : *allow->as_array()) {
    names.push_back(element.as_string() == nullptr ? std::string() : *element.as_string());
  }
  return names;
}

} // namespace

Result<std::string> allow_imports(const base::Path& manifest, const std::string& text, const std::vector<std::string>& functions)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(manifest, text));
  const std::vector<std::string> entries = entries_of(functions);
  const TomlValue* const imports = find_imports(document->root);
  std::string edited = text;
  std::vector<std::string> expected;
  if (imports == nullptr) {
    edited += fmt::format(
        "{}\n[package.metadata.wasm.imports]\nallow = [{}]\n", text.empty() || text.ends_with('\n') ? "" : "\n", base::join(entries, ", "));
  } else {
    const TomlTable* const table = imports->as_table();
    const TomlValue* const allow = table == nullptr ? nullptr : table->find("allow");
    if (allow != nullptr && allow->as_array() != nullptr && !allow->as_array()->empty()) {
      expected = listed(manifest, text).value_or(expected);
      const manifest::Position& last = allow->as_array()->back().position;
      edited.insert(offset_of(text, last) + last.length, ", " + base::join(entries, ", "));
    } else if (allow == nullptr && table != nullptr && !imports->is_inline) {
      const std::size_t header = text.find('\n', offset_of(text, imports->position));
      edited.insert(header == std::string::npos ? text.size() : header + 1, fmt::format("allow = [{}]\n", base::join(entries, ", ")));
    }
  }
  for (const std::string& function : functions) {
    expected.push_back("env::" + function);
  }
  if (listed(manifest, edited) != expected) {
    return fail(Error("CW0752", fmt::format("the list of imports in `{}` cannot be added to", manifest.string()))
                    .help(fmt::format("add {} to `allow` in `[package.metadata.wasm.imports]` by hand", base::join(entries, ", "))));
  }
  return edited;
}

} // namespace cargo_wasm::link
