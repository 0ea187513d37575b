// Manifests and indexes of the OCI image specification: JSON that names blobs by digest and size. Whoever has the digest of a manifest has
// everything below it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_oci/names.hpp>

namespace cargo_wasm::registry_oci {

inline constexpr std::string_view k_manifest_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view k_index_type = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view k_empty_type = "application/vnd.oci.empty.v1+json"; ///< of the blob `{}`
inline constexpr std::string_view k_wasm_config_type = "application/vnd.wasm.config.v0+json";
inline constexpr std::string_view k_wasm_layer_type = "application/wasm";
inline constexpr std::size_t k_max_manifest_bytes = 4 * 1024 * 1024;

using Annotations = std::map<std::string, std::string>;

struct Descriptor
{
  std::string media_type;
  Sha256 digest;
  std::uint64_t size = 0;
  std::string artifact_type; ///< of manifests in an index; may be empty
  Annotations annotations;
  bool operator==(const Descriptor&) const = default;
};
/// Of bytes at hand.
[[nodiscard]] Descriptor describe(std::string_view media_type, std::string_view bytes);

struct Manifest
{
  std::string artifact_type; ///< may be empty
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject; ///< the manifest that this one says something about
  Annotations annotations;
  bool operator==(const Manifest&) const = default;
};

/// Members that are not known are passed over, as the specification wants. Errors: CW1158 what is wrong with it.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);
/// One text for one value.
[[nodiscard]] std::string to_json(const Manifest& manifest);

struct ImageIndex
{
  std::vector<Descriptor> manifests;
  bool operator==(const ImageIndex&) const = default;
};
/// Errors: CW1158.
[[nodiscard]] Result<ImageIndex> parse_index(std::string_view text);
[[nodiscard]] std::string to_json(const ImageIndex& index);

} // namespace cargo_wasm::registry_oci
