#include "built_in_profiles.hpp"

#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/data_file.hpp>

#include "built_in_profile_files.hpp"

namespace cargo_wasm::plan {

namespace {

constexpr std::array<std::string_view, 3> k_file_keys{"title", "profile", "wasm"};
constexpr std::array<std::string_view, 2> k_wasm_part_keys{"wasm-opt", "provenance"};

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
    CW_TRY(data.check_keys(*table, k_wasm_part_keys));
    if (table->find("wasm-opt") != nullptr) {
      CW_TRY_ASSIGN(profile.wasm_opt, data.text(*table, "wasm-opt"));
    }
    if (const manifest::TomlValue* const flag = table->find("provenance")) {
      if (flag->as_bool() == nullptr) {
        return data.problem("`provenance` is `true` or `false`", flag->position);
      }
      profile.provenance = *flag->as_bool();
    }
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

Result<std::map<std::string, manifest::BuildProfileToml>> with_built_in_profiles(std::map<std::string, manifest::BuildProfileToml> tables)
{
  CW_TRY_ASSIGN(const auto known, built_in_profiles());
  for (const auto& [name, profile] : known) {
    tables.try_emplace(name, profile.cargo);
  }
  return tables;
}

} // namespace cargo_wasm::plan
