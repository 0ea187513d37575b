#include <cargo_wasm/manifest/package_json.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace cargo_wasm::manifest {

namespace {

using nlohmann::ordered_json;

template <class T> ordered_json optional_json(const std::optional<T>& value)
{
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json names(const std::vector<CrateType>& types)
{
  ordered_json result = ordered_json::array();
  for (const CrateType type : types) {
    result.push_back(std::string(to_string(type)));
  }
  return result;
}

ordered_json kind_of(const CrateTarget& target)
{
  switch (target.kind) {
  case TargetKind::lib:
    return names(target.crate_types);
  case TargetKind::bin:
    return {"bin"};
  case TargetKind::test:
    return {"test"};
  case TargetKind::bench:
    return {"bench"};
  case TargetKind::example:
    return {"example"};
  case TargetKind::custom_build:
    break;
  }
  return {"custom-build"};
}

ordered_json kind_of(DependencyKind kind)
{
  switch (kind) {
  case DependencyKind::development:
    return "dev";
  case DependencyKind::build:
    return "build";
  case DependencyKind::normal:
    break;
  }
  return nullptr;
}

/// Documentation tests only run against what a test can link to.
bool is_doctestable(const CrateTarget& target)
{
  return target.is_lib() && std::any_of(target.crate_types.begin(), target.crate_types.end(), [](CrateType type) {
           return type == CrateType::lib || type == CrateType::rlib || type == CrateType::proc_macro;
         });
}

ordered_json source_json(spec::SourceId source)
{
  return source.is_path() ? ordered_json(nullptr) : ordered_json(source.to_lock_string(false));
}

ordered_json plain(const std::shared_ptr<const nlohmann::json>& value)
{
  return value == nullptr ? ordered_json(nullptr) : ordered_json(*value);
}

} // namespace

ordered_json target_to_json(const CrateTarget& target, const std::vector<CrateType>& crate_types)
{
  ordered_json result;
  result["kind"] = kind_of(target);
  result["crate_types"] = names(crate_types);
  result["name"] = target.name;
  result["src_path"] = target.source.string();
  result["edition"] = std::string(to_string(target.edition));
  if (target.required_features) {
    result["required-features"] = *target.required_features;
  }
  result["doc"] = target.documented;
  result["doctest"] = target.doctested && is_doctestable(target);
  result["test"] = target.tested;
  return result;
}

ordered_json dependency_to_json(const Dependency& dependency)
{
  ordered_json result;
  result["name"] = dependency.package_name.str();
  result["source"] = source_json(dependency.source);
  result["req"] = dependency.specified_req ? spec::to_string(dependency.req) : "*";
  result["kind"] = kind_of(dependency.kind);
  result["rename"] = dependency.is_renamed ? ordered_json(dependency.name_in_toml.str()) : ordered_json(nullptr);
  result["optional"] = dependency.optional;
  result["uses_default_features"] = dependency.default_features;
  ordered_json& features = result["features"] = ordered_json::array();
  for (const InternedString feature : dependency.features) {
    features.push_back(feature.str());
  }
  result["target"] = dependency.platform ? ordered_json(spec::to_string(*dependency.platform)) : ordered_json(nullptr);
  result["registry"] = dependency.registry_id ? ordered_json(dependency.registry_id->url()) : ordered_json(nullptr);
  if (dependency.source.is_path()) {
    result["path"] = dependency.source.path().string();
  }
  return result;
}

ordered_json package_to_json(const Manifest& manifest)
{
  const Summary& summary = *manifest.summary;
  const PackageInfo& info = manifest.info;
  ordered_json result;
  result["name"] = summary.id.name().str();
  result["version"] = spec::to_string(summary.id.version());
  result["id"] = spec::to_spec_string(summary.id);
  result["license"] = optional_json(info.license);
  result["license_file"] = optional_json(info.license_file);
  result["description"] = optional_json(info.description);
  result["source"] = source_json(summary.id.source());
  ordered_json& dependencies = result["dependencies"] = ordered_json::array();
  for (const auto& dependency : summary.dependencies) {
    dependencies.push_back(dependency_to_json(*dependency));
  }
  ordered_json& targets = result["targets"] = ordered_json::array();
  for (const CrateTarget& target : manifest.targets) {
    targets.push_back(target_to_json(target, target.crate_types));
  }
  ordered_json& features = result["features"] = ordered_json::object();
  for (const auto& [name, values] : summary.features) {
    ordered_json& list = features[name.str()] = ordered_json::array();
    for (const FeatureValue& value : values) {
      list.push_back(to_string(value));
    }
  }
  result["manifest_path"] = manifest.file.string();
  result["metadata"] = plain(manifest.metadata);
  result["publish"] = optional_json(info.publish);
  result["authors"] = info.authors;
  result["categories"] = info.categories;
  result["keywords"] = info.keywords;
  result["readme"] = optional_json(info.readme);
  result["repository"] = optional_json(info.repository);
  result["homepage"] = optional_json(info.homepage);
  result["documentation"] = optional_json(info.documentation);
  result["edition"] = std::string(to_string(manifest.edition));
  result["links"] = optional_json(manifest.links);
  result["default_run"] = optional_json(info.default_run);
  result["rust_version"] = optional_json(info.rust_version_text);
  if (manifest.hints != nullptr) {
    result["hints"] = plain(manifest.hints);
  }
  return result;
}

} // namespace cargo_wasm::manifest
