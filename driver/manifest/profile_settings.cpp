#include <cargo_wasm/manifest/profile_settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_wasm_opt = "wasm-opt", k_wasm_opt_args = "wasm-opt-args";
constexpr std::array<std::string_view, 2> k_profile_setting_keys{k_wasm_opt, k_wasm_opt_args};
constexpr std::array<std::string_view, 8> k_levels{"0", "1", "2", "3", "4", "s", "z", "auto"};
constexpr std::string_view k_expected_level = "`false`, a level from 0 to 4, \"s\", \"z\" or \"auto\"";

Error bad_level(std::string_view value)
{
  return Error("CW0860", fmt::format("`wasm-opt` cannot be `{}`", value)).help(fmt::format("it is {}", k_expected_level));
}

Error unknown_key(std::string_view key)
{
  Error error("CW0861", fmt::format("there is no profile setting `{}`", key));
  const std::vector<std::string> known(k_profile_setting_keys.begin(), k_profile_setting_keys.end());
  if (const auto near = base::nearest(key, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("known are: `{}`; Cargo's own keys stand in `[profile.*]`", base::join(known, "`, `")));
  return error;
}

/// The level as text; nullopt for what is none.
std::optional<std::string> level_of(const TomlValue& value)
{
  if (const bool* const flag = value.as_bool()) {
    return *flag ? std::nullopt : std::optional<std::string>("off");
  }
  std::string text;
  if (const std::string* const written = value.as_string()) {
    text = *written;
  } else if (const std::int64_t* const number = value.as_integer()) {
    text = fmt::format("{}", *number);
  }
  return std::ranges::find(k_levels, text) == k_levels.end() ? std::nullopt : std::optional(text);
}

std::string written_form(const TomlValue& value)
{
  if (const std::string* const text = value.as_string()) {
    return *text;
  }
  if (const std::int64_t* const number = value.as_integer()) {
    return fmt::format("{}", *number);
  }
  return value.as_bool() != nullptr ? "true" : "a value of this type";
}

class ProfileTable
{
public:
  ProfileTable(std::string_view profile, ProfileSettings& into) : m_profile(profile), m_into(into) {}

  void operator()(const Fields& profiles) const
  {
    const TomlTable* const table = profiles.table(m_profile);
    if (table == nullptr) {
      return;
    }
    const std::string path = profiles.path_of(m_profile);
    const Fields fields(profiles.state(), profiles.document(), *table, path);
    for (const TomlMember& member : table->members) {
      if (std::ranges::find(k_profile_setting_keys, member.key) == k_profile_setting_keys.end()) {
        fields.state().fail(unknown_key(member.key).at(fields.document().span(member.key_position)));
        return;
      }
    }
    if (const TomlValue* const value = table->find(k_wasm_opt)) {
      m_into.wasm_opt_where = fields.document().span(value->position);
      m_into.wasm_opt = level_of(*value);
      if (!m_into.wasm_opt) {
        fields.state().fail(bad_level(written_form(*value)).at(m_into.wasm_opt_where));
      }
    }
    if (auto words = fields.strings(k_wasm_opt_args)) {
      m_into.wasm_opt_args = std::move(*words);
    }
  }

private:
  std::string_view m_profile;
  ProfileSettings& m_into;
};

Result<> read_configured(const Config& config, std::string_view profile, ProfileSettings& into)
{
  const std::string table = fmt::format("wasm.profile.{}", profile);
  for (const std::string& key : config.table_keys(table)) {
    if (std::ranges::find(k_profile_setting_keys, key) == k_profile_setting_keys.end()) {
      return fail(unknown_key(key).note(fmt::format("it stands below `{}` in the configuration", table)));
    }
  }
  const auto value = config.get_table(table);
  const TomlTable* const members = value == nullptr ? nullptr : value->as_table();
  const TomlValue* const level = members == nullptr ? nullptr : members->find(k_wasm_opt);
  if (level != nullptr && level->as_string() == nullptr) {
    into.wasm_opt = level_of(*level);
    into.wasm_opt_where = {};
    if (!into.wasm_opt) {
      return fail(bad_level(written_form(*level)).note(fmt::format("it is `{}.wasm-opt` of the configuration", table)));
    }
  } else {
    CW_TRY_ASSIGN(const auto text, config.get_string(fmt::format("{}.{}", table, k_wasm_opt)));
    if (text) {
      const bool is_known = text->value == "false" || std::ranges::find(k_levels, text->value) != k_levels.end();
      if (!is_known) {
        return fail(bad_level(text->value).note(fmt::format("it comes from {}", text->definition.display())));
      }
      into.wasm_opt = text->value == "false" ? "off" : text->value;
      into.wasm_opt_where = {};
    }
  }
  CW_TRY_ASSIGN(auto words, config.get_string_list(fmt::format("{}.{}", table, k_wasm_opt_args)));
  if (words) {
    into.wasm_opt_args = std::move(words->value);
  }
  return {};
}

} // namespace

Result<ProfileSettings>
read_profile_settings(const base::ReadOnlyFilesystem& fs, const Manifest& workspace_root, const Config& config, std::string_view profile)
{
  ProfileSettings settings;
  const ProfileTable read(profile, settings);
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.metadata, "package", "profile", read));
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.workspace_metadata, "workspace", "profile", read));
  CW_TRY(read_configured(config, profile, settings));
  return settings;
}

} // namespace cargo_wasm::manifest
