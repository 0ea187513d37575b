#include <cargo_wasm/package/publish_json.hpp>

#include <nlohmann/json.hpp>

namespace cargo_wasm::package {

namespace {

using nlohmann::ordered_json;

ordered_json or_null(const std::optional<std::string>& text)
{
  return text ? ordered_json(*text) : ordered_json(nullptr);
}

std::string_view kind_name(manifest::DependencyKind kind)
{
  return kind == manifest::DependencyKind::build ? "build" : kind == manifest::DependencyKind::development ? "dev" : "normal";
}

ordered_json dependency_json(const manifest::Dependency& dependency, spec::SourceId registry)
{
  ordered_json out;
  out["optional"] = dependency.optional;
  out["default_features"] = dependency.default_features;
  out["name"] = dependency.package_name.str();
  ordered_json& features = out["features"] = ordered_json::array();
  for (const InternedString feature : dependency.features) {
    features.push_back(feature.str());
  }
  out["version_req"] = dependency.specified_req ? spec::to_string(dependency.req) : "*";
  out["target"] = dependency.platform ? ordered_json(spec::to_string(*dependency.platform)) : ordered_json(nullptr);
  out["kind"] = kind_name(dependency.kind);
  // In a manifest no registry means crates.io, here it means the one that is published to.
  const spec::SourceId source = dependency.registry_id.value_or(spec::SourceId::crates_io());
  if (!source.same_source(registry)) {
    out["registry"] = index_url(source);
  }
  if (dependency.is_renamed) {
    out["explicit_name_in_toml"] = dependency.name_in_toml.str();
  }
  return out;
}

ordered_json badges_json(const manifest::Manifest& manifest)
{
  ordered_json out = ordered_json::object();
  const auto* badges = manifest.document == nullptr ? nullptr : manifest.document->root.find("badges");
  if (badges == nullptr || badges->as_table() == nullptr) {
    return out;
  }
  for (const auto* badge : badges->as_table()->sorted()) {
    ordered_json& attributes = out[badge->key] = ordered_json::object();
    if (const auto* table = badge->value->as_table()) {
      for (const auto* attribute : table->sorted()) {
        if (const auto* text = attribute->value->as_string()) {
          attributes[attribute->key] = *text;
        }
      }
    }
  }
  return out;
}

} // namespace

std::string publish_json(const manifest::Package& published, spec::SourceId registry, const std::optional<std::string>& readme)
{
  const manifest::Manifest& manifest = *published.manifest;
  const manifest::PackageInfo& info = manifest.info;
  ordered_json out;
  out["name"] = published.id().name().str();
  out["vers"] = spec::to_string(published.id().version());
  ordered_json& dependencies = out["deps"] = ordered_json::array();
  for (const auto& dependency : manifest.summary->dependencies) {
    dependencies.push_back(dependency_json(*dependency, registry));
  }
  ordered_json& features = out["features"] = ordered_json::object();
  for (const auto& [name, values] : manifest.raw_features) {
    ordered_json& list = features[name.str()] = ordered_json::array();
    for (const InternedString value : values) {
      list.push_back(value.str());
    }
  }
  out["authors"] = info.authors;
  out["description"] = or_null(info.description);
  out["documentation"] = or_null(info.documentation);
  out["homepage"] = or_null(info.homepage);
  out["readme"] = or_null(readme);
  out["readme_file"] = or_null(info.readme);
  out["keywords"] = info.keywords;
  out["categories"] = info.categories;
  out["license"] = or_null(info.license);
  out["license_file"] = or_null(info.license_file);
  out["repository"] = or_null(info.repository);
  out["badges"] = badges_json(manifest);
  out["links"] = or_null(manifest.links);
  out["rust_version"] = or_null(info.rust_version_text);
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string index_url(spec::SourceId registry)
{
  return (registry.kind() == spec::SourceKind::sparse_registry ? "sparse+" : "") + registry.url();
}

} // namespace cargo_wasm::package
