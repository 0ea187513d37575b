// A component or module as an artifact: a manifest with one config and one layer, pushed and pulled, and what is attached to it.
#pragma once
#include <cargo_wasm/registry_oci/client.hpp>
#include <cargo_wasm/registry_oci/wasm_config.hpp>

namespace cargo_wasm::registry_oci {

inline constexpr std::string_view k_statement_type = "application/vnd.cargo-wasm.statement.v1";
inline constexpr std::string_view k_version_annotation = "org.opencontainers.image.version";

struct Artifact
{
  Manifest manifest;
  std::string manifest_text, config, layer;
};

/// What is to be said of a component or module; the same bytes and facts make the same artifact.
struct ArtifactFacts
{
  std::string title; ///< "calculator.wasm"
  std::string version;
  std::string created;                     ///< of the config
  std::optional<ComponentNames> component; ///< of components only
  Annotations annotations;                 ///< besides title and version
};
[[nodiscard]] Artifact make_artifact(std::string wasm, const ArtifactFacts& facts);

enum class PushOutcome : std::uint8_t { pushed, was_there };
/// Blobs, then the manifest by its digest, then its tag, which is read again. A tag that stands for something else is never moved. Errors:
/// CW1156 the tag is taken, or was moved by somebody else at the same time; those of the client.
Result<PushOutcome> push_artifact(Client& client, const Artifact& artifact, const std::string& tag);

/// What a manifest must be to be a Wasm artifact; its layer. Errors: CW1155.
[[nodiscard]] Result<Descriptor> wasm_layer_of(const Manifest& manifest, std::string_view shown);

struct PulledArtifact
{
  Sha256 digest; ///< of the manifest
  Manifest manifest;
  WasmConfig config;
  std::string layer;
};
/// From wherever the parts come; whoever hands them over has compared them with their digests. Errors: CW1155, CW1158, those of the parts.
Result<PulledArtifact> read_artifact(const std::string& shown,
                                     const std::function<Result<FetchedManifest>()>& manifest,
                                     const std::function<Result<std::string>(const Descriptor&)>& blob);
/// By tag or digest. Errors: CW1162 no such version; CW1154, CW1155, CW1158; those of the client.
Result<PulledArtifact> pull_artifact(Client& client, const std::string& reference);

/// A manifest that says something about `subject`, in one layer; found by the tag `sha256-HEX`, an index, where the registry does not keep
/// track of subjects by itself. The same again changes nothing.
Result<Sha256> attach(Client& client, const Descriptor& subject, std::string_view artifact_type, const std::string& content);

/// The manifests that say something about a manifest. Errors: those of the client, CW1158.
Result<std::vector<Descriptor>> attached(Client& client, const Sha256& subject, std::string_view artifact_type);

} // namespace cargo_wasm::registry_oci
