#include <cargo_wasm/registry_oci/static_layout.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::registry_oci {

namespace {

tl::unexpected<Error> no_component(std::string why)
{
  return fail(Error("CW1236", "this is not a component that can be kept", Blame::user)
                  .note(std::move(why))
                  .help("`cargo-wasm publish --component` sends one as it has to be"));
}

bool is_of(const Descriptor& descriptor, std::string_view bytes)
{
  return descriptor.size == bytes.size() && descriptor.digest == base::sha256(bytes);
}

std::string with_hyphens(std::string_view name)
{
  std::string out = base::to_lower(name);
  std::ranges::replace(out, '_', '-');
  return out;
}

} // namespace

Result<> check_component(const ComponentParts& parts)
{
  const auto manifest = parse_manifest(parts.manifest);
  if (!manifest) {
    return no_component(manifest.error().message);
  }
  const auto wasm = wasm_layer_of(*manifest, "the manifest");
  if (!wasm) {
    return no_component(wasm.error().message);
  }
  if (!is_of(manifest->config, parts.config) || !is_of(*wasm, parts.layer)) {
    return no_component("the manifest has other digests or sizes than its config and its layer");
  }
  if (const auto parsed = parse_wasm_config(parts.config); !parsed) {
    return no_component(parsed.error().message);
  }
  return {};
}

Result<std::string> component_repository(std::string_view federation, std::string_view crate)
{
  const std::string package = fmt::format("{}:{}", with_hyphens(federation), with_hyphens(crate));
  const auto name = parse_package_name(package);
  if (!name) {
    return fail(Error("CW1237", fmt::format("a component of `{}` would have no name", crate), Blame::user)
                    .note(fmt::format("it would be `{}`, and that is no name of a package: {}", package, name.error().message))
                    .help("publish the crate without it, and the component to a registry of OCI"));
  }
  return fmt::format("{}/{}", name->space, name->name);
}

std::string manifest_path(std::string_view repository, const Sha256& digest)
{
  return fmt::format("{}/{}/manifests/{}", k_static_directory, repository, digest_text(digest));
}

std::string blob_path(std::string_view repository, const Sha256& digest)
{
  return fmt::format("{}/{}/blobs/{}", k_static_directory, repository, digest_text(digest));
}

std::map<std::string, std::string> component_files(std::string_view repository, const ComponentParts& parts)
{
  return {{blob_path(repository, base::sha256(parts.config)), std::string(parts.config)},
          {blob_path(repository, base::sha256(parts.layer)), std::string(parts.layer)},
          {manifest_path(repository, base::sha256(parts.manifest)), std::string(parts.manifest)}};
}

Result<std::map<std::string, std::string>> component_tag(const base::ReadOnlyFilesystem& fs,
                                                         const base::Path& public_directory,
                                                         const std::string& repository,
                                                         const std::string& version,
                                                         std::string_view manifest)
{
  const std::string below = fmt::format("{}/{}", k_static_directory, repository);
  const std::string list_path = below + "/tags/list";
  CW_TRY_ASSIGN(const std::string tag, tag_of(version));
  CW_TRY_ASSIGN(const std::optional<std::string> known, fs.read_if_exists(public_directory / list_path));
  std::set<std::string> tags{tag};
  const nlohmann::json list = nlohmann::json::parse(known.value_or("{}"), nullptr, false);
  if (list.is_object() && list.contains("tags") && list["tags"].is_array()) {
    for (const nlohmann::json& one : list["tags"]) {
      if (one.is_string()) {
        tags.insert(one.get<std::string>());
      }
    }
  }
  const nlohmann::ordered_json listed{{"name", repository}, {"tags", tags}};
  return std::map<std::string, std::string>{{below + "/manifests/" + tag, std::string(manifest)}, {list_path, listed.dump() + "\n"}};
}

std::string own_metadata(std::string_view base_url)
{
  std::string_view host = base_url.substr(base_url.find("://") + 3);
  const std::size_t slash = std::min(host.find('/'), host.size());
  std::string_view prefix = host.substr(std::min(slash + 1, host.size()));
  const nlohmann::ordered_json metadata{{"preferredProtocol", "oci"},
                                        {"oci", {{"registry", host.substr(0, slash)}, {"namespacePrefix", prefix}}}};
  return metadata.dump() + "\n";
}

} // namespace cargo_wasm::registry_oci
