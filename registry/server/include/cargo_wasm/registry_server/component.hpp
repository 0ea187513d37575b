// A component or module beside a crate's version, as an artifact that clients of OCI read: `acme:calc` 1.2.0 of registry `acme` is what
// was published with its crate `calc` 1.2.0. Its manifest, by digest, is part of the signed statement; its files are static, below
// DIR/public/v2/, at the paths of the distribution specification, so that a mirror has it by copying, and `wkg` reads it.
//
//   v2/ACME/CALC/manifests/1.2.0, v2/ACME/CALC/manifests/sha256:HEX, v2/ACME/CALC/blobs/sha256:HEX, v2/ACME/CALC/tags/list
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_oci/artifact.hpp>

namespace cargo_wasm::registry_server {

/// Below DIR/public: where OCI clients look for it, and what says so to `wkg`.
inline constexpr std::string_view k_oci_directory = "v2";
inline constexpr std::string_view k_wkg_file = ".well-known/wasm-pkg/registry.json";

/// The parts of a body `u32 manifest u32 config u32 layer` (little-endian lengths), as views into it.
struct ComponentParts
{
  std::string_view manifest, config, layer;
};
/// Whether they belong together: one layer of WebAssembly, digests and sizes. Errors: CW1236.
[[nodiscard]] Result<ComponentParts> split_component(std::string_view body);

/// The repository of a crate's components: "acme/calc". Errors: CW1237 the names are none of a package of components.
[[nodiscard]] Result<std::string> component_repository(std::string_view federation, std::string_view crate);

/// What of a component lies where below DIR/public, without the tag: what nobody finds who does not know the digest.
[[nodiscard]] std::map<std::string, std::string> component_files(const std::string& repository, const ComponentParts& parts);
/// The tag, and the list of tags with it. Errors: CW1002.
[[nodiscard]] Result<std::map<std::string, std::string>> component_tag(const base::ReadOnlyFilesystem& fs,
                                                                      const base::Path& public_directory,
                                                                      const std::string& repository,
                                                                      const std::string& version,
                                                                      std::string_view manifest);
/// What `wkg` reads to learn that components are at `base_url` ("https://registry.example/").
[[nodiscard]] std::string wkg_metadata(std::string_view base_url);

/// Components that were sent and are not published yet: DIR/private/components/HEX, whole requests.
class StagedComponents
{
public:
  StagedComponents(base::Filesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}
  /// The digest of the manifest. Errors: CW1236; those of writing.
  Result<base::Sha256> keep(std::string_view body);
  /// The request; nullopt: it was not sent, or too long ago.
  [[nodiscard]] Result<std::optional<std::string>> find(const base::Sha256& manifest) const;
  /// What is published, or was sent before `before_ns` (since 1970) and never published.
  Result<> remove(const base::Sha256& manifest);
  Result<> remove_older(std::int64_t before_ns);

private:
  [[nodiscard]] base::Path file_of(const base::Sha256& manifest) const { return m_directory / base::to_hex(manifest); }
  base::Filesystem& m_fs;
  base::Path m_directory;
};

} // namespace cargo_wasm::registry_server
