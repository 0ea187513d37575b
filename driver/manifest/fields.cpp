#include "fields.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {

namespace {

/// Top-level tables of the configuration: a reader who put one into the manifest is told where it belongs.
constexpr std::array<std::string_view, 19> k_config_tables{"alias",
                                                           "build",
                                                           "cache",
                                                           "cargo-new",
                                                           "credential-alias",
                                                           "doc",
                                                           "env",
                                                           "future-incompat-report",
                                                           "http",
                                                           "install",
                                                           "net",
                                                           "patch",
                                                           "paths",
                                                           "profile",
                                                           "registries",
                                                           "registry",
                                                           "resolver",
                                                           "source",
                                                           "term"};

} // namespace

bool ReadState::fail(Error problem)
{
  if (!error) {
    error = std::move(problem);
  }
  return false;
}

bool ReadState::fail(std::string_view id, std::string message, const TomlDocument& document, Position position, std::string label)
{
  return fail(Error(std::string(id), std::move(message)).at(document.span(position, std::move(label))));
}

void ReadState::warn(Error problem, bool is_unused_key)
{
  if (wants_warnings) {
    warnings.push_back({std::move(problem), is_unused_key, false});
  }
}

void ReadState::warn(std::string_view id, std::string message, const TomlDocument& document, Position position, std::string help)
{
  if (!wants_warnings) {
    return;
  }
  Error problem = Error(std::string(id), std::move(message)).at(document.span(position));
  if (!help.empty()) {
    problem.helps.push_back(std::move(help));
  }
  warn(std::move(problem));
}

bool fail_type(ReadState& state, Located at, std::string_view path, std::string_view expected)
{
  return state.fail(
      "CW0102", fmt::format("`{}` must be {}, not {}", path, expected, at.value->type_name()), *at.document, at.value->position);
}

const std::string* as_string(ReadState& state, Located at, std::string_view path)
{
  if (!at || state.failed()) {
    return nullptr;
  }
  const std::string* text = at.value->as_string();
  if (text == nullptr) {
    fail_type(state, at, path, "a string");
  }
  return text;
}

std::optional<bool> as_bool(ReadState& state, Located at, std::string_view path)
{
  if (!at || state.failed()) {
    return std::nullopt;
  }
  if (const bool* value = at.value->as_bool()) {
    return *value;
  }
  fail_type(state, at, path, "`true` or `false`");
  return std::nullopt;
}

std::optional<std::vector<std::string>> as_strings(ReadState& state, Located at, std::string_view path)
{
  if (!at || state.failed()) {
    return std::nullopt;
  }
  const TomlArray* array = at.value->as_array();
  if (array == nullptr) {
    fail_type(state, at, path, "an array of strings");
    return std::nullopt;
  }
  std::vector<std::string> result;
  result.reserve(array->size());
  for (const TomlValue& element : *array) {
    const std::string* text = element.as_string();
    if (text == nullptr) {
      state.fail("CW0102", fmt::format("`{}` must hold strings only, not {}", path, element.type_name()), *at.document, element.position);
      return std::nullopt;
    }
    result.push_back(*text);
  }
  return result;
}

const TomlTable* as_table(ReadState& state, Located at, std::string_view path)
{
  if (!at || state.failed()) {
    return nullptr;
  }
  const TomlTable* table = at.value->as_table();
  if (table == nullptr) {
    fail_type(state, at, path, "a table");
  }
  return table;
}

std::string Fields::path_of(std::string_view key) const
{
  // Called for every field of every manifest: no formatting machinery.
  std::string path;
  path.reserve(m_path.size() + 1 + key.size());
  path.append(m_path);
  if (!path.empty()) {
    path.push_back('.');
  }
  path.append(key);
  return path;
}

Error unknown_key(const TomlDocument& document,
                  const TomlMember& member,
                  std::string_view parent_path,
                  std::span<const std::string_view> known)
{
  const std::string path = parent_path.empty() ? member.key : fmt::format("{}.{}", parent_path, member.key);
  Error problem = Error("CW0130", fmt::format("unknown key `{}` is ignored", path)).at(document.span(member.key_position));
  const std::vector<std::string> candidates(known.begin(), known.end());
  if (parent_path.empty() && std::find(k_config_tables.begin(), k_config_tables.end(), member.key) != k_config_tables.end()) {
    problem.helps.push_back(fmt::format("`[{}]` belongs into `.cargo/config.toml`", member.key));
  } else if (const std::optional<std::string> close = base::nearest(member.key, candidates)) {
    problem.helps.push_back(fmt::format("a key with a similar name exists: `{}`", *close));
  }
  return problem;
}

void Fields::warn_unknown(std::span<const std::string_view> known) const
{
  if (!m_state.wants_warnings) {
    return;
  }
  for (const TomlMember* member : m_table.sorted()) {
    if (std::find(known.begin(), known.end(), member->key) == known.end()) {
      m_state.warn(unknown_key(m_document, *member, m_path, known), true);
    }
  }
}

void check_badges(ReadState& state, Located badges, std::string_view path)
{
  const TomlTable* services = as_table(state, badges, path);
  if (services == nullptr) {
    return;
  }
  for (const TomlMember& service : services->members) {
    const Located at{badges.document, service.value.get()};
    const std::string service_path = fmt::format("{}.{}", path, service.key);
    if (const TomlTable* attributes = as_table(state, at, service_path)) {
      for (const TomlMember& attribute : attributes->members) {
        static_cast<void>(as_string(state, {badges.document, attribute.value.get()}, fmt::format("{}.{}", service_path, attribute.key)));
      }
    }
  }
}

base::Path normalize_path(const base::Path& path)
{
  const std::string_view text = path.native();
  const bool absolute = !text.empty() && text.front() == '/';
  std::vector<std::string_view> parts;
  for (const std::string_view part : base::split(text, '/')) {
    if (part.empty() || part == ".") {
      continue;
    }
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !absolute) {
      parts.push_back(part);
    }
  }
  std::string result;
  result.reserve(text.size());
  for (const std::string_view part : parts) {
    if (absolute || !result.empty()) {
      result.push_back('/');
    }
    result.append(part);
  }
  if (absolute && result.empty()) {
    result = "/";
  }
  return result;
}

} // namespace cargo_wasm::manifest
