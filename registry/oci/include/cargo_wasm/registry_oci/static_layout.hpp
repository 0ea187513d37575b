// A component or module beside a crate's version, as an artifact that clients of OCI read: `acme:calc` 1.2.0 of registry `acme` is what
// was published with its crate `calc` 1.2.0. Its manifest, by digest, is part of the signed statement and of the index line; its files are
// static, at the paths of the distribution specification, so that a mirror has it by copying, and `wkg` reads it.
//
//   v2/ACME/CALC/manifests/1.2.0, v2/ACME/CALC/manifests/sha256:HEX, v2/ACME/CALC/blobs/sha256:HEX, v2/ACME/CALC/tags/list
#pragma once
#include <map>
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_oci/artifact.hpp>

namespace cargo_wasm::registry_oci {

/// Below a registry's public directory: where clients look, and what tells `wkg` to look there.
inline constexpr std::string_view k_static_directory = "v2";
inline constexpr std::string_view k_metadata_file = ".well-known/wasm-pkg/registry.json";

/// The repository of a crate's components: "acme/calc". Errors: CW1237 the names are none of a package of components.
[[nodiscard]] Result<std::string> component_repository(std::string_view federation, std::string_view crate);

struct ComponentParts
{
  std::string_view manifest, config, layer;
};
/// Whether they belong together: one layer of WebAssembly, digests and sizes. Errors: CW1236.
[[nodiscard]] Result<> check_component(const ComponentParts& parts);

/// The paths of a manifest or blob by its digest.
[[nodiscard]] std::string manifest_path(std::string_view repository, const Sha256& digest);
[[nodiscard]] std::string blob_path(std::string_view repository, const Sha256& digest);
/// What of a component lies where, without the tag: what nobody finds who does not know the digest.
[[nodiscard]] std::map<std::string, std::string> component_files(std::string_view repository, const ComponentParts& parts);
/// The tag, and the list of tags with it. Errors: CW1002.
[[nodiscard]] Result<std::map<std::string, std::string>> component_tag(const base::ReadOnlyFilesystem& fs,
                                                                       const base::Path& public_directory,
                                                                       const std::string& repository,
                                                                       const std::string& version,
                                                                       std::string_view manifest);
/// What `wkg` reads to learn that components are at `base_url` ("https://registry.example/").
[[nodiscard]] std::string own_metadata(std::string_view base_url);

} // namespace cargo_wasm::registry_oci
