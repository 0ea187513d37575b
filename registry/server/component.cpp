#include <cargo_wasm/registry_server/component.hpp>

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

#include "length_prefixed.hpp"

namespace cargo_wasm::registry_server {

namespace {

using registry_oci::Descriptor;
using registry_oci::Manifest;

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

Result<ComponentParts> split_component(std::string_view body)
{
  const std::optional<std::string_view> manifest_text = take_part(body);
  const std::optional<std::string_view> config = manifest_text ? take_part(body) : std::nullopt;
  const std::optional<std::string_view> layer = config ? take_part(body) : std::nullopt;
  if (!layer || !body.empty()) {
    return no_component("the body does not consist of a manifest, a config and a layer, with their lengths before them");
  }
  const auto manifest = registry_oci::parse_manifest(*manifest_text);
  if (!manifest) {
    return no_component(manifest.error().message);
  }
  const auto wasm = registry_oci::wasm_layer_of(*manifest, "the manifest");
  if (!wasm) {
    return no_component(wasm.error().message);
  }
  if (!is_of(manifest->config, *config) || !is_of(*wasm, *layer)) {
    return no_component("the manifest has other digests or sizes than its config and its layer");
  }
  if (const auto parsed = registry_oci::parse_wasm_config(*config); !parsed) {
    return no_component(parsed.error().message);
  }
  return ComponentParts{*manifest_text, *config, *layer};
}

Result<std::string> component_repository(std::string_view federation, std::string_view crate)
{
  const std::string package = fmt::format("{}:{}", with_hyphens(federation), with_hyphens(crate));
  const auto name = registry_oci::parse_package_name(package);
  if (!name) {
    return fail(Error("CW1237", fmt::format("a component of `{}` would have no name", crate), Blame::user)
                    .note(fmt::format("it would be `{}`, and that is no name of a package: {}", package, name.error().message))
                    .help("publish the crate without it, and the component to a registry of OCI"));
  }
  return fmt::format("{}/{}", name->space, name->name);
}

std::map<std::string, std::string> component_files(const std::string& repository, const ComponentParts& parts)
{
  const auto path = [&](std::string_view kind, std::string_view bytes) {
    return fmt::format("{}/{}/{}/{}", k_oci_directory, repository, kind, registry_oci::digest_text(base::sha256(bytes)));
  };
  return {{path("blobs", parts.config), std::string(parts.config)},
          {path("blobs", parts.layer), std::string(parts.layer)},
          {path("manifests", parts.manifest), std::string(parts.manifest)}};
}

Result<std::map<std::string, std::string>> component_tag(const base::ReadOnlyFilesystem& fs,
                                                         const base::Path& public_directory,
                                                         const std::string& repository,
                                                         const std::string& version,
                                                         std::string_view manifest)
{
  const std::string below = fmt::format("{}/{}", k_oci_directory, repository);
  const std::string list_path = below + "/tags/list";
  CW_TRY_ASSIGN(const std::string tag, registry_oci::tag_of(version));
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

std::string wkg_metadata(std::string_view base_url)
{
  std::string_view host = base_url.substr(base_url.find("://") + 3);
  const std::size_t slash = std::min(host.find('/'), host.size());
  std::string_view prefix = host.substr(std::min(slash + 1, host.size()));
  const nlohmann::ordered_json metadata{{"preferredProtocol", "oci"},
                                        {"oci", {{"registry", host.substr(0, slash)}, {"namespacePrefix", prefix}}}};
  return metadata.dump() + "\n";
}

Result<base::Sha256> StagedComponents::keep(std::string_view body)
{
  CW_TRY_ASSIGN(const ComponentParts parts, split_component(body));
  const base::Sha256 digest = base::sha256(parts.manifest);
  CW_TRY(m_fs.write_atomic(file_of(digest), body));
  return digest;
}

Result<std::optional<std::string>> StagedComponents::find(const base::Sha256& manifest) const
{
  return m_fs.read_if_exists(file_of(manifest));
}

Result<> StagedComponents::remove(const base::Sha256& manifest)
{
  CW_TRY(m_fs.remove(file_of(manifest)));
  return {};
}

Result<> StagedComponents::remove_older(std::int64_t before_ns)
{
  if (!m_fs.is_directory(m_directory)) {
    return {};
  }
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_fs.list(m_directory));
  for (const base::DirectoryEntry& entry : entries) {
    CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, m_fs.stat(m_directory / entry.name));
    if (stat && stat->mtime_ns < before_ns) {
      CW_TRY(m_fs.remove(m_directory / entry.name));
    }
  }
  return {};
}

} // namespace cargo_wasm::registry_server
