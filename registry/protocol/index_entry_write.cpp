// Index lines as cargo's registries write them: members in schema order, optional ones only when they say something.
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <nlohmann/json.hpp>

namespace cargo_wasm::registry_protocol {

namespace {

using Json = nlohmann::ordered_json;

Json optional_string(const std::optional<std::string>& value)
{
  return value ? Json(*value) : Json(nullptr);
}

Json dependency_json(const IndexDependency& dependency)
{
  Json json;
  json["name"] = dependency.name;
  json["req"] = dependency.req;
  json["features"] = dependency.features;
  json["optional"] = dependency.optional;
  json["default_features"] = dependency.default_features;
  json["target"] = optional_string(dependency.target);
  json["kind"] = dependency.kind.value_or("normal");
  if (dependency.registry) {
    json["registry"] = *dependency.registry;
  }
  if (dependency.package) {
    json["package"] = *dependency.package;
  }
  if (dependency.is_public) {
    json["public"] = *dependency.is_public;
  }
  return json;
}

} // namespace

std::string to_json_line(const IndexEntry& entry)
{
  Json json;
  json["name"] = entry.name;
  json["vers"] = entry.version;
  json["deps"] = Json::array();
  for (const auto& dependency : entry.dependencies) {
    json["deps"].push_back(dependency_json(dependency));
  }
  json["cksum"] = entry.checksum;
  json["features"] = entry.features;
  if (!entry.features2.empty()) {
    json["features2"] = entry.features2;
  }
  json["yanked"] = entry.yanked;
  if (entry.links) {
    json["links"] = *entry.links;
  }
  if (entry.rust_version) {
    json["rust_version"] = *entry.rust_version;
  }
  if (entry.pubtime) {
    json["pubtime"] = *entry.pubtime;
  }
  if (entry.schema != 1) {
    json["v"] = entry.schema;
  }
  if (entry.log_entry) {
    json["cw"]["log"] = *entry.log_entry;
  }
  if (entry.key_entry) {
    json["cw"]["key"] = *entry.key_entry;
  }
  if (entry.component) {
    json["cw"]["oci"] = *entry.component;
  }
  return json.dump();
}

std::string published_line(IndexEntry entry)
{
  entry.yanked = false;
  entry.log_entry.reset();
  entry.key_entry.reset();
  entry.component.reset();
  return to_json_line(entry);
}

} // namespace cargo_wasm::registry_protocol
