// `[profile.*]` of the configuration. Each layer is read by the reader that manifests use, so that an error shows
// its own line; then the layers are laid over one another: files, `CARGO_PROFILE_*`, `--config`.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config_state.hpp"

namespace cargo_wasm::manifest {
namespace {

constexpr std::array<std::string_view, 16> k_profile_keys = {"codegen-backend",
                                                             "codegen-units",
                                                             "debug",
                                                             "debug-assertions",
                                                             "dir-name",
                                                             "hint-mostly-unused",
                                                             "incremental",
                                                             "inherits",
                                                             "lto",
                                                             "opt-level",
                                                             "overflow-checks",
                                                             "panic",
                                                             "rpath",
                                                             "rustflags",
                                                             "split-debuginfo",
                                                             "strip"};
constexpr std::array<std::string_view, 6> k_built_in_profiles = {"bench", "debug", "dev", "doc", "release", "test"};

TomlValue value_of_variable(std::string_view key, const std::string& text)
{
  TomlValue value;
  if (text == "true" || text == "false") {
    value.value = text == "true";
  } else if (!text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos) {
    value.value = static_cast<std::int64_t>(std::stoll(text));
  } else if (key == "rustflags") {
    TomlArray words;
    for (std::size_t start = text.find_first_not_of(' '); start != std::string::npos;) {
      const std::size_t end = std::min(text.find(' ', start), text.size());
      words.emplace_back().value = text.substr(start, end - start);
      start = text.find_first_not_of(' ', end);
    }
    value.value = std::move(words);
  } else {
    value.value = text;
  }
  return value;
}

/// The members of one profile table that variables set, sub-tables included. `packages`: names the files mention.
TomlTable table_of_variables(const ConfigState& state, const ConfigKey& key, const std::vector<std::string>& packages, bool is_override)
{
  TomlTable table;
  const auto add = [&](std::string_view name, TomlValue value) {
    table.members.push_back({std::string(name), {}, std::make_unique<TomlValue>(std::move(value))});
  };
  for (const std::string_view name : k_profile_keys) {
    if (const std::string* text = state.var(key.child(name).variable())) {
      add(name, value_of_variable(name, *text));
    }
  }
  if (is_override) {
    return table;
  }
  if (TomlTable below = table_of_variables(state, key.child("build-override"), {}, true); !below.members.empty()) {
    add("build-override", TomlValue{std::move(below), {}, false});
  }
  TomlTable overrides;
  for (const std::string& package : packages) {
    if (TomlTable below = table_of_variables(state, key.child("package").free_child(package), {}, true); !below.members.empty()) {
      overrides.members.push_back({package, {}, std::make_unique<TomlValue>(TomlValue{std::move(below), {}, false})});
    }
  }
  if (!overrides.members.empty()) {
    add("package", TomlValue{std::move(overrides), {}, false});
  }
  return table;
}

/// `profile.NAME` of one file; nullptr when it has none.
Result<const TomlTable*> profile_table(const ConfigLayer& layer, std::string_view name)
{
  const TomlValue* value = layer.document->root.find("profile");
  const std::array<std::string, 2> path = {"profile", "profile." + std::string(name)};
  for (std::size_t depth = 0; value != nullptr; ++depth) {
    const TomlTable* table = value->as_table();
    if (table == nullptr) {
      return fail(Error("CW0185", fmt::format("configuration key `{}` must be a table, but it is {}", path.at(depth), value->type_name()))
                      .at(layer.document->span(value->position)));
    }
    if (depth == 1) {
      return table;
    }
    value = table->find(name);
  }
  return nullptr;
}

Result<> lay_over(std::optional<BuildProfileToml>& profile, const TomlDocument& document, const TomlTable& table, std::string_view name)
{
  std::vector<std::pair<std::string, Position>> unused; // the configuration tells nobody, as in cargo
  CW_TRY_ASSIGN(auto read, read_build_profile(document, table, fmt::format("profile.{}", name), unused));
  profile = profile ? merge(std::move(*profile), read) : std::move(read);
  return {};
}

} // namespace

Result<std::optional<BuildProfileToml>> Config::profile(std::string_view name) const
{
  std::optional<BuildProfileToml> profile;
  bool variables_done = false;
  const auto add_variables = [&]() -> Result<> {
    variables_done = true;
    const ConfigKey key = ConfigKey("profile").child(name);
    const auto packages = table_keys(fmt::format("profile.{}.package", config_key_part(name)));
    const TomlTable table = table_of_variables(*m_state, key, packages, false);
    if (table.members.empty()) {
      return {};
    }
    TomlDocument document;
    auto added = lay_over(profile, document, table, name);
    if (!added) {
      Error error = std::move(added).error();
      error.where = std::monostate{};
      return fail(std::move(error).note(fmt::format("it is set by an environment variable that begins with `{}_`", key.variable())));
    }
    return {};
  };
  for (const ConfigLayer& layer : m_state->layers) {
    if (layer.definition.kind == Definition::Kind::command_line && !variables_done) {
      CW_TRY(add_variables());
    }
    CW_TRY_ASSIGN(const TomlTable* table, profile_table(layer, name));
    if (table != nullptr) {
      CW_TRY(lay_over(profile, *layer.document, *table, name));
    }
  }
  if (!variables_done) {
    CW_TRY(add_variables());
  }
  return profile;
}

Result<std::map<std::string, BuildProfileToml>> Config::profiles() const
{
  std::vector<std::string> names = table_keys("profile");
  names.insert(names.end(), k_built_in_profiles.begin(), k_built_in_profiles.end());
  std::map<std::string, BuildProfileToml> result;
  for (const std::string& name : names) {
    CW_TRY_ASSIGN(auto found, profile(name));
    if (found) {
      result.insert_or_assign(name, std::move(*found));
    }
  }
  return result;
}

} // namespace cargo_wasm::manifest
