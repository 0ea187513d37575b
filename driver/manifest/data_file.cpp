#include <cargo_wasm/manifest/data_file.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {

tl::unexpected<Error> DataFile::problem(std::string message, Position position) const
{
  return fail(Error(std::string(m_code), std::move(message)).at(m_document.span(position)));
}

Result<> DataFile::check_keys(const TomlTable& table, std::span<const std::string_view> known) const
{
  for (const TomlMember& member : table.members) {
    if (std::ranges::find(known, member.key) != known.end()) {
      continue;
    }
    auto error = problem(fmt::format("{} has no key `{}`", m_what, member.key), member.key_position);
    if (const auto near = base::nearest(member.key, std::vector<std::string>(known.begin(), known.end()))) {
      error.value().helps.push_back(fmt::format("a key with a similar name exists: `{}`", *near));
    }
    return error;
  }
  return {};
}

Result<std::string> DataFile::text(const TomlTable& table, std::string_view key) const
{
  const TomlValue* const value = table.find(key);
  if (value == nullptr) {
    return problem(fmt::format("`{}` is missing", key));
  }
  if (value->as_string() == nullptr) {
    return problem(fmt::format("`{}` must be a string, not {}", key, value->type_name()), value->position);
  }
  return *value->as_string();
}

Result<std::vector<std::string>> DataFile::texts(const TomlTable& table, std::string_view key) const
{
  std::vector<std::string> found;
  const TomlValue* const value = table.find(key);
  if (value == nullptr) {
    return found;
  }
  const TomlArray* const array = value->as_array();
  if (array == nullptr) {
    return problem(fmt::format("`{}` must be an array of strings, not {}", key, value->type_name()), value->position);
  }
  for (const TomlValue& element : *array) {
    if (element.as_string() == nullptr) {
      return problem(fmt::format("`{}` must hold strings only, not {}", key, element.type_name()), element.position);
    }
    found.push_back(*element.as_string());
  }
  return found;
}

Result<const TomlTable*> DataFile::as_table(const TomlValue& value, std::string_view key) const
{
  if (value.as_table() == nullptr) {
    return problem(fmt::format("`{}` must be a table, not {}", key, value.type_name()), value.position);
  }
  return value.as_table();
}

Result<spec::VersionReq> DataFile::requirement(std::string_view text, Position position) const
{
  auto parsed = spec::parse_version_req(text);
  if (!parsed) {
    return problem(parsed.error().message, position);
  }
  return std::move(*parsed);
}

} // namespace cargo_wasm::manifest
