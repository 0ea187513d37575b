#include "built_in_profiles.hpp"

#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/data_file.hpp>
#include <cargo_wasm/plan/effective_settings.hpp>

#include "built_in_profile_files.hpp"

namespace cargo_wasm::plan {

namespace {

constexpr std::array<std::string_view, 3> k_file_keys{"title", "profile", "wasm"};

/// Profiles that every project has, whether it writes a table for them or not.
bool is_cargos_own(std::string_view profile)
{
  return profile == "dev" || profile == "release";
}

Result<BuiltInProfile> read_file(const BuildProfileFile& file)
{
  CW_TRY_ASSIGN(const auto document,
                manifest::parse_toml(base::Path(fmt::format("profiles/build/{}.toml", file.id)), std::string(file.text)));
  const manifest::DataFile data(*document, "CW0862", "a profile");
  CW_TRY(data.check_keys(data.root(), k_file_keys));
  BuiltInProfile profile;
  CW_TRY_ASSIGN(profile.title, data.text(data.root(), "title"));
  if (const manifest::TomlValue* const value = data.root().find("profile")) {
    CW_TRY_ASSIGN(const manifest::TomlTable* const table, data.as_table(*value, "profile"));
    std::vector<std::pair<std::string, manifest::Position>> unused;
    CW_TRY_ASSIGN(profile.cargo, manifest::read_build_profile(*document, *table, "profile", unused));
    if (!unused.empty()) {
      return data.problem(fmt::format("`{}` is no key of a Cargo profile", unused.front().first), unused.front().second);
    }
  }
  if (const manifest::TomlValue* const value = data.root().find("wasm")) {
    CW_TRY_ASSIGN(const manifest::TomlTable* const table, data.as_table(*value, "wasm"));
    CW_TRY_ASSIGN(profile.wasm, manifest::read_profile_settings_table(*document, *table, "wasm"));
  }
  return profile;
}

} // namespace

Result<std::map<std::string, BuiltInProfile, std::less<>>> built_in_profiles()
{
  std::map<std::string, BuiltInProfile, std::less<>> profiles;
  for (const BuildProfileFile& file : built_in_profile_files()) {
    CW_TRY_ASSIGN(BuiltInProfile profile, read_file(file));
    profiles.emplace(std::string(file.id), std::move(profile));
  }
  return profiles;
}

Result<std::map<std::string, manifest::BuildProfileToml>> with_built_in_profiles(std::map<std::string, manifest::BuildProfileToml> tables,
                                                                                 bool for_wasm)
{
  CW_TRY_ASSIGN(const auto known, built_in_profiles());
  for (const auto& [name, profile] : known) {
    if (!is_cargos_own(name)) {
      tables.try_emplace(name, profile.cargo);
    } else if (for_wasm) {
      manifest::BuildProfileToml& own = tables[name];
      own = manifest::merge(profile.cargo, own);
    }
  }
  return tables;
}

Result<manifest::ProfileSettings> effective_profile_settings(const base::ReadOnlyFilesystem& fs,
                                                             const manifest::Workspace& workspace,
                                                             const manifest::Config& config,
                                                             std::string_view profile)
{
  manifest::ProfileSettings settings;
  if (is_cargos_own(profile) || !workspace.profiles.contains(std::string(profile))) {
    CW_TRY_ASSIGN(const auto known, built_in_profiles());
    if (const auto own = known.find(profile); own != known.end()) {
      settings = own->second.wasm;
      settings.build_std_where = {}; // no place that a user could look at
      settings.wasm_opt_where = {};
    }
  }
  CW_TRY_ASSIGN(const auto over, manifest::read_profile_settings(fs, *workspace.root_manifest, config, profile));
  return manifest::merge(std::move(settings), over);
}

} // namespace cargo_wasm::plan
