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
constexpr std::array<std::string_view, 4> k_component_keys{"adapter", "wasi", "wit", "world"};

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
