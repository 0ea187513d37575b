#include <cargo_wasm/manifest/component_settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_component = "component";
constexpr std::array<std::string_view, 8> k_component_keys{
    "adapter", "dependencies", "package", "plug", "registry", "wasi", "wit", "world"};
constexpr std::array<std::string_view, 3> k_dependency_keys{"key", "registry", "version"};

Error unknown_component_key(std::string_view key)
{
  Error error("CW0950", fmt::format("`component` has no key `{}`", key));
  const std::vector<std::string> known(k_component_keys.begin(), k_component_keys.end());
  if (const auto near = base::nearest(key, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("known are: `{}`", base::join(known, "`, `")));
  return error;
}

Error wrong_dependency(const Fields& fields, const TomlMember& member, std::string message)
{
  return Error("CW0950", std::move(message))
      .at(fields.document().span(member.key_position))
      .help("`\"my:calc\" = \"1.2\"`, or `\"my:calc\" = { version = \"1.2\", registry = \"oci://HOST/PREFIX\" }`");
}

void read_dependency(const Fields& fields, const TomlMember& member, ComponentSettings& into)
{
  ComponentDependency read;
  read.name = member.key;
  read.where = fields.document().span(member.key_position);
  if (const std::string* const text = member.value->as_string()) {
    read.requirement = *text;
  } else if (const TomlTable* const table = member.value->as_table()) {
    const std::string path = fields.path_of(member.key);
    const Fields parts(fields.state(), fields.document(), *table, path);
    for (const TomlMember& part : table->members) {
      if (std::ranges::find(k_dependency_keys, part.key) == k_dependency_keys.end()) {
        fields.state().fail(wrong_dependency(fields, part, fmt::format("a component's dependency has no key `{}`", part.key)));
        return;
      }
    }
    read.requirement = parts.copy("version").value_or("");
    read.registry = parts.copy("registry");
    read.key = parts.copy("key");
  }
  if (read.requirement.empty()) {
    fields.state().fail(wrong_dependency(fields, member, fmt::format("the dependency `{}` has no version", member.key)));
    return;
  }
  std::erase_if(into.dependencies, [&](const ComponentDependency& other) { return other.name == read.name; });
  into.dependencies.push_back(std::move(read));
}

void read_component_table(const Fields& fields, ComponentSettings& into)
{
  for (const TomlMember& member : fields.raw().members) {
    if (std::ranges::find(k_component_keys, member.key) == k_component_keys.end()) {
      fields.state().fail(unknown_component_key(member.key).at(fields.document().span(member.key_position)));
      return;
    }
  }
  into.wanted = true;
  const auto span_of = [&](std::string_view key) { return fields.document().span(fields.find(key).value->position); };
  if (const std::string* const adapter = fields.string("adapter")) {
    into.adapter = *adapter;
    into.adapter_where = span_of("adapter");
    const bool is_path = adapter->find_first_of("/.") != std::string::npos && adapter->find('@') == std::string::npos;
    if (is_path) {
      into.adapter = (fields.state().root / *adapter).lexically_normal().native();
    }
  }
  if (const std::string* const world = fields.string("world")) {
    into.world = *world;
    into.world_where = span_of("world");
  }
  if (const std::string* const wit = fields.string("wit")) {
    into.wit = (fields.state().root / *wit).lexically_normal();
  }
  into.package = fields.copy("package").has_value() ? fields.copy("package") : into.package;
  into.registry = fields.copy("registry").has_value() ? fields.copy("registry") : into.registry;
  if (auto plugs = fields.strings("plug")) {
    into.plug_where = span_of("plug");
    into.plugs = std::move(*plugs);
    for (std::string& plug : into.plugs) {
      if (plug.find(':') == std::string::npos) {
        plug = (fields.state().root / plug).lexically_normal().native();
      }
    }
  }
  if (const TomlTable* const dependencies = fields.table("dependencies")) {
    const std::string path = fields.path_of("dependencies");
    const Fields lines(fields.state(), fields.document(), *dependencies, path);
    for (const TomlMember& member : dependencies->members) {
      read_dependency(lines, member, into);
    }
  }
  if (const std::string* const wasi = fields.string("wasi")) {
    if (*wasi != "any" && *wasi != "world") {
      Error error("CW0950", fmt::format("`wasi` cannot be `{}`", *wasi));
      error.where = span_of("wasi");
      error.helps.emplace_back(
          "`\"any\"`: interfaces of WASI may be imported whatever the world says; `\"world\"`: only those that it names");
      fields.state().fail(std::move(error));
      return;
    }
    into.checks_wasi = *wasi == "world";
  }
}

Result<> read_component(const base::ReadOnlyFilesystem& fs,
                        const Manifest& manifest,
                        const std::shared_ptr<const nlohmann::json>& metadata,
                        std::string_view section,
                        ComponentSettings& into)
{
  const bool may_have = metadata != nullptr && metadata->is_object() && metadata->contains("wasm") && metadata->at("wasm").is_object() &&
                        metadata->at("wasm").contains(k_component);
  if (!may_have) {
    return {};
  }
  if (const auto& value = metadata->at("wasm").at(std::string(k_component)); value.is_boolean()) {
    into.wanted = value.get<bool>();
    return {};
  }
  return read_wasm_table(fs, manifest, metadata, section, k_component, [&](const Fields& fields) { read_component_table(fields, into); });
}

} // namespace

Result<ComponentSettings>
read_component_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  ComponentSettings settings;
  CW_TRY(read_component(fs, workspace_root, workspace_root.workspace_metadata, "workspace", settings));
  CW_TRY(read_component(fs, package, package.metadata, "package", settings));
  return settings;
}

} // namespace cargo_wasm::manifest
