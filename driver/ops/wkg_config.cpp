#include "wkg_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::ops {

namespace {

using manifest::TomlDocument;
using manifest::TomlMember;
using manifest::TomlTable;
using manifest::TomlValue;

Error wrong_wkg_config(const TomlDocument& document, const TomlMember& member, std::string message)
{
  return Error("CW1161", std::move(message))
      .at(document.span(member.key_position))
      .note("the file is that of `wkg`, which looks for packages in the same places")
      .help("`wkg config --edit` opens it; WKG_CONFIG_FILE names another one");
}

nlohmann::json json_of_value(const TomlValue& value)
{
  if (const auto* const table = value.as_table()) {
    nlohmann::json made = nlohmann::json::object();
    for (const TomlMember& member : table->members) {
      made[member.key] = json_of_value(*member.value);
    }
    return made;
  }
  const auto* const text = value.as_string();
  return text == nullptr ? nlohmann::json() : nlohmann::json(*text);
}

Result<WkgRegistry> read_mapping(const TomlDocument& document, const TomlMember& member)
{
  if (const std::string* const host = member.value->as_string()) {
    return WkgRegistry{*host, {}};
  }
  const TomlTable* const table = member.value->as_table();
  const TomlValue* const host = table == nullptr ? nullptr : table->find("registry");
  const TomlValue* const metadata = table == nullptr ? nullptr : table->find("metadata");
  if (host == nullptr || host->as_string() == nullptr || metadata == nullptr || metadata->as_table() == nullptr) {
    return fail(
        wrong_wkg_config(document, member, fmt::format("`{}` is neither a host nor a table with `registry` and `metadata`", member.key)));
  }
  return WkgRegistry{*host->as_string(), json_of_value(*metadata).dump()};
}

Result<> read_mappings(const TomlDocument& document, std::string_view key, std::map<std::string, WkgRegistry, std::less<>>& into)
{
  const TomlMember* const found = document.root.find_member(key);
  if (found == nullptr) {
    return {};
  }
  const TomlTable* const table = found->value->as_table();
  if (table == nullptr) {
    return fail(wrong_wkg_config(document, *found, fmt::format("`{}` is no table", key)));
  }
  for (const TomlMember& member : table->members) {
    CW_TRY_ASSIGN(WkgRegistry mapping, read_mapping(document, member));
    into.emplace(member.key, std::move(mapping));
  }
  return {};
}

/// `auth` of `[registry.HOST.oci]`: "user:password" in base 64, or a table of both.
std::optional<std::string> auth_of(const TomlValue& registry)
{
  const TomlTable* const table = registry.as_table();
  const TomlValue* const oci = table == nullptr ? nullptr : table->find("oci");
  const TomlValue* const auth = oci == nullptr || oci->as_table() == nullptr ? nullptr : oci->as_table()->find("auth");
  if (auth == nullptr) {
    return std::nullopt;
  }
  if (const std::string* const text = auth->as_string()) {
    return base::parse_base64(*text);
  }
  const TomlTable* const parts = auth->as_table();
  const TomlValue* const user = parts == nullptr ? nullptr : parts->find("username");
  const TomlValue* const password = parts == nullptr ? nullptr : parts->find("password");
  const bool has_both = user != nullptr && password != nullptr && user->as_string() != nullptr && password->as_string() != nullptr;
  return has_both ? std::optional(*user->as_string() + ":" + *password->as_string()) : std::nullopt;
}

std::optional<Path> wkg_config_file(const Env& env)
{
  const auto* const file = env.var("WKG_CONFIG_FILE");
  if (file != nullptr && !file->empty()) {
    return (env.cwd / *file).lexically_normal();
  }
  const auto* const config = env.var("XDG_CONFIG_HOME");
  if (config != nullptr && !config->empty()) {
    return Path(*config) / "wasm-pkg/config.toml";
  }
  const auto* const home = env.var("HOME");
  return home == nullptr ? std::nullopt : std::optional(Path(*home) / ".config/wasm-pkg/config.toml");
}

} // namespace

Result<WkgConfig> read_wkg_config(const Env& env)
{
  WkgConfig read;
  const auto file = wkg_config_file(env);
  if (!file) {
    return read;
  }
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(*file));
  if (!text) {
    return read;
  }
  read.file = *file;
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(*file, std::move(*text)));
  if (const TomlMember* const own = document->root.find_member("default_registry")) {
    if (own->value->as_string() == nullptr) {
      return fail(wrong_wkg_config(*document, *own, "`default_registry` is no host"));
    }
    read.default_registry = *own->value->as_string();
  }
  CW_TRY(read_mappings(*document, "namespace_registries", read.namespaces));
  CW_TRY(read_mappings(*document, "package_registry_overrides", read.packages));
  const TomlValue* const registries = document->root.find("registry");
  if (registries != nullptr && registries->as_table() != nullptr) {
    for (const TomlMember& member : registries->as_table()->members) {
      if (auto auth = auth_of(*member.value)) {
        read.basic.emplace(member.key, std::move(*auth));
      }
    }
  }
  return read;
}

std::optional<WkgRegistry> wkg_registry_of(const WkgConfig& config, const std::string& space, const std::string& name)
{
  if (const auto found = config.packages.find(space + ":" + name); found != config.packages.end()) {
    return found->second;
  }
  if (const auto found = config.namespaces.find(space); found != config.namespaces.end()) {
    return found->second;
  }
  return config.default_registry ? std::optional(WkgRegistry{*config.default_registry, {}}) : std::nullopt;
}

} // namespace cargo_wasm::ops
