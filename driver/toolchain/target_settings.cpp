#include <cargo_wasm/toolchain/target_settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::toolchain {
namespace {

using manifest::Config;
using manifest::TomlTable;
using manifest::TomlValue;

struct FlagNames
{
  std::string_view key, variable;
};
constexpr FlagNames k_rustc = {"rustflags", "RUSTFLAGS"};
constexpr FlagNames k_rustdoc = {"rustdocflags", "RUSTDOCFLAGS"};

/// Members of `[target.TRIPLE]` that are settings; every other one is the `links` name of a library.
constexpr std::array<std::string_view, 5> k_target_settings = {"ar", "linker", "runner", "rustdocflags", "rustflags"};

std::string target_key(std::string_view name, std::string_view setting)
{
  return fmt::format("target.{}.{}", manifest::config_key_part(name), setting);
}

/// The keys of `[target]` that are cfg expressions true here, in byte order.
std::vector<std::string> matching_cfg_keys(const Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs)
{
  std::vector<std::string> keys = config.table_keys("target");
  keys.erase(std::remove_if(keys.begin(),
                            keys.end(),
                            [&](const std::string& key) {
                              const auto platform = key.starts_with("cfg(") ? spec::parse_platform(key) : fail(Error());
                              return !platform || !platform->matches(triple, cfgs);
                            }),
             keys.end());
  return keys;
}

std::optional<std::vector<std::string>> flags_of_environment(const EnvMap& vars, std::string_view variable)
{
  std::vector<std::string> flags;
  const auto add = [&](std::string_view text, char separator, bool trims) {
    for (std::string_view word : base::split(text, separator)) {
      word = trims ? base::trim(word) : word;
      if (!trims || !word.empty()) {
        flags.emplace_back(word);
      }
    }
  };
  if (const auto encoded = vars.find(fmt::format("CARGO_ENCODED_{}", variable)); encoded != vars.end()) {
    if (!encoded->second.empty()) {
      add(encoded->second, '\x1f', false);
    }
    return flags;
  }
  if (const auto plain = vars.find(variable); plain != vars.end()) {
    add(plain->second, ' ', true);
    return flags;
  }
  return std::nullopt;
}

Result<std::vector<std::string>> flags_for(const Config& config,
                                           const EnvMap& vars,
                                           const CompileKind& kind,
                                           std::string_view host_triple,
                                           const std::vector<spec::Cfg>* cfgs,
                                           std::span<const CompileKind> requested_kinds,
                                           const FlagNames& names)
{
  const bool host_is_target = requested_kinds.size() == 1 && requested_kinds.front().is_host();
  if (kind.is_host() && !host_is_target) {
    return std::vector<std::string>{};
  }
  if (auto flags = flags_of_environment(vars, names.variable)) {
    return std::move(*flags);
  }
  const std::string_view triple = kind.triple_or(host_triple);
  std::vector<std::string> keys = {std::string(triple)};
  if (cfgs != nullptr) {
    const auto matching = matching_cfg_keys(config, triple, *cfgs);
    keys.insert(keys.end(), matching.begin(), matching.end());
  }
  std::vector<std::string> flags;
  for (const std::string& key : keys) {
    CW_TRY_ASSIGN(const auto found, config.get_string_list(target_key(key, names.key)));
    if (found) {
      flags.insert(flags.end(), found->value.begin(), found->value.end());
    }
  }
  if (!flags.empty()) {
    return flags;
  }
  CW_TRY_ASSIGN(auto build, config.get_string_list(fmt::format("build.{}", names.key)));
  return build ? std::move(build->value) : std::vector<std::string>{};
}

/// The key of the table that decides a setting: the triple's, else the one cfg that matches and has it.
template <class Get>
auto setting_for(const Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs, std::string_view setting, Get get)
    -> decltype(get(std::string()))
{
  CW_TRY_ASSIGN(auto of_triple, get(target_key(triple, setting)));
  if (of_triple) {
    return of_triple;
  }
  decltype(of_triple) result;
  std::string winner;
  for (const std::string& key : matching_cfg_keys(config, triple, cfgs)) {
    CW_TRY_ASSIGN(auto found, get(target_key(key, setting)));
    if (!found) {
      continue;
    }
    if (result) {
      return fail(Error("CW0511", fmt::format("two tables of the configuration set the {} of `{}`", setting, triple))
                      .note(fmt::format("`target.'{}'` is defined in {}", winner, result->definition.display()))
                      .note(fmt::format("`target.'{}'` is defined in {}", key, found->definition.display()))
                      .help(fmt::format("set `target.{}.{}`, which wins over both", triple, setting)));
    }
    result = std::move(found);
    winner = key;
  }
  return result;
}

Error bad_override(std::string_view triple, std::string_view library, std::string_view key, std::string_view why)
{
  return Error("CW0512", fmt::format("`{}` in `[target.{}.{}]` {}", key, triple, library, why))
      .note("the table stands in for the build script of the package that links this library");
}

/// The lines for one key of an override.
Result<>
add_lines(const TomlValue& value, std::string_view key, std::string_view triple, std::string_view library, std::vector<std::string>& lines)
{
  constexpr std::array<std::string_view, 3> k_refused = {"rerun-if-changed", "rerun-if-env-changed", "warning"};
  if (std::find(k_refused.begin(), k_refused.end(), key) != k_refused.end()) {
    return fail(bad_override(triple, library, key, "means nothing without a script"));
  }
  if (key == "rustc-env") {
    const TomlTable* table = value.as_table();
    for (const manifest::TomlMember* member : table == nullptr ? std::vector<const manifest::TomlMember*>{} : table->sorted()) {
      if (member->value->as_string() == nullptr) {
        return fail(bad_override(triple, library, key, "must hold strings"));
      }
      lines.push_back(fmt::format("cargo:rustc-env={}={}", member->key, *member->value->as_string()));
    }
    return table == nullptr ? Result<>(fail(bad_override(triple, library, key, "must be a table"))) : Result<>();
  }
  const bool is_list = key.starts_with("rustc-") && key != "rustc-flags";
  if (!is_list) {
    const std::string* text = value.as_string();
    if (text == nullptr) {
      return fail(bad_override(triple, library, key, "must be a string"));
    }
    lines.push_back(fmt::format("cargo:{}={}", key, *text));
    return {};
  }
  const manifest::TomlArray* list = value.as_array();
  if (list == nullptr) {
    return fail(bad_override(triple, library, key, "must be an array of strings"));
  }
  for (const TomlValue& item : *list) {
    if (item.as_string() == nullptr) {
      return fail(bad_override(triple, library, key, "must be an array of strings"));
    }
    lines.push_back(fmt::format("cargo:{}={}", key, *item.as_string()));
  }
  return {};
}

} // namespace

Result<std::vector<std::string>> rustflags_for(const Config& config,
                                               const EnvMap& vars,
                                               const CompileKind& kind,
                                               std::string_view host_triple,
                                               const std::vector<spec::Cfg>* cfgs,
                                               std::span<const CompileKind> requested_kinds)
{
  return flags_for(config, vars, kind, host_triple, cfgs, requested_kinds, k_rustc);
}

Result<std::vector<std::string>> rustdocflags_for(const Config& config,
                                                  const EnvMap& vars,
                                                  const CompileKind& kind,
                                                  std::string_view host_triple,
                                                  const std::vector<spec::Cfg>* cfgs,
                                                  std::span<const CompileKind> requested_kinds)
{
  return flags_for(config, vars, kind, host_triple, cfgs, requested_kinds, k_rustdoc);
}

Result<std::optional<Path>> linker_for(const Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs)
{
  CW_TRY_ASSIGN(auto linker, setting_for(config, triple, cfgs, "linker", [&](const std::string& key) { return config.get_tool(key); }));
  return linker ? std::optional(std::move(linker->value)) : std::nullopt;
}

Result<std::optional<manifest::PathAndArgs>> runner_for(const Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs)
{
  CW_TRY_ASSIGN(auto runner, setting_for(config, triple, cfgs, "runner", [&](const std::string& key) { return config.get_program(key); }));
  return runner ? std::optional(std::move(runner->value)) : std::nullopt;
}

Result<std::map<std::string, std::vector<std::string>>> links_overrides(const Config& config, std::string_view triple)
{
  std::map<std::string, std::vector<std::string>> overrides;
  const auto table = config.get_table(fmt::format("target.{}", manifest::config_key_part(triple)));
  const TomlTable* libraries = table == nullptr ? nullptr : table->as_table();
  if (libraries == nullptr) {
    return overrides;
  }
  for (const manifest::TomlMember* library : libraries->sorted()) {
    if (std::find(k_target_settings.begin(), k_target_settings.end(), library->key) != k_target_settings.end()) {
      continue;
    }
    const TomlTable* directives = library->value->as_table();
    if (directives == nullptr) {
      return fail(
          Error("CW0512", fmt::format("`target.{}.{}` must be a table, but it is {}", triple, library->key, library->value->type_name())));
    }
    std::vector<std::string>& lines = overrides[library->key];
    for (const manifest::TomlMember* directive : directives->sorted()) {
      CW_TRY(add_lines(*directive->value, directive->key, triple, library->key, lines));
    }
  }
  return overrides;
}

} // namespace cargo_wasm::toolchain
