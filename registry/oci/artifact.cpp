#include <cargo_wasm/registry_oci/artifact.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_oci {
namespace {

constexpr const char* k_title_annotation = "org.opencontainers.image.title";
constexpr std::string_view k_empty_blob = "{}";

Error not_wasm(std::string_view shown, std::string why)
{
  return Error("CW1155", fmt::format("`{}` is no component or module", shown), Blame::integrity)
      .note(std::move(why))
      .help("`cargo-wasm component push` and `wkg publish` push what can be read here; a plain `oras push` does not");
}

Error tag_taken(const Repository& repository, const std::string& tag, const Sha256& ours, const Sha256& theirs)
{
  return Error("CW1156", fmt::format("`{}:{}` is published already, with other content", to_string(repository), tag), Blame::integrity)
      .note(fmt::format("there it is `{}`", digest_text(theirs)))
      .note(fmt::format("this one is `{}`", digest_text(ours)))
      .help("a version is never changed once it is published: give this one a new version");
}

std::string fallback_tag(const Sha256& subject)
{
  return "sha256-" + base::to_hex(subject);
}

Result<ImageIndex> fallback_index(Client& client, const Sha256& subject)
{
  CW_TRY_ASSIGN(const auto known, client.manifest(fallback_tag(subject)));
  return known ? parse_index(known->text) : Result<ImageIndex>(ImageIndex{});
}

} // namespace

Artifact make_artifact(std::string wasm, const ArtifactFacts& facts)
{
  Artifact made;
  made.layer = std::move(wasm);
  Descriptor layer = describe(k_wasm_layer_type, made.layer);
  layer.annotations.emplace(k_title_annotation, facts.title);
  made.config = to_json(WasmConfig{facts.created, {}, facts.component ? "wasip2" : "wasip1", {layer.digest}, facts.component});
  made.manifest.config = describe(k_wasm_config_type, made.config);
  made.manifest.layers = {std::move(layer)};
  made.manifest.annotations = facts.annotations;
  made.manifest.annotations.insert_or_assign(std::string(k_version_annotation), facts.version);
  made.manifest_text = to_json(made.manifest);
  return made;
}

Result<PushOutcome> push_artifact(Client& client, const Artifact& artifact, const std::string& tag)
{
  const Sha256 digest = base::sha256(artifact.manifest_text);
  CW_TRY_ASSIGN(const auto known, client.manifest(tag));
  if (known) {
    return known->digest == digest ? Result<PushOutcome>(PushOutcome::was_there)
                                   : fail(tag_taken(client.repository(), tag, digest, known->digest));
  }
  CW_TRY(client.push_blob(artifact.config));
  CW_TRY(client.push_blob(artifact.layer));
  CW_TRY(client.put_manifest(digest_text(digest), k_manifest_type, artifact.manifest_text));
  CW_TRY(client.put_manifest(tag, k_manifest_type, artifact.manifest_text));
  CW_TRY_ASSIGN(const auto now, client.manifest(tag));
  if (!now || now->digest != digest) {
    return fail(tag_taken(client.repository(), tag, digest, now ? now->digest : Sha256{}));
  }
  return PushOutcome::pushed;
}

Result<Descriptor> wasm_layer_of(const Manifest& manifest, std::string_view shown)
{
  if (manifest.config.media_type != k_wasm_config_type) {
    return fail(not_wasm(shown, fmt::format("its config is of the type `{}`, not `{}`", manifest.config.media_type, k_wasm_config_type)));
  }
  if (manifest.layers.size() != 1) {
    return fail(not_wasm(shown, fmt::format("it has {} layers, and one is what it has to have", manifest.layers.size())));
  }
  if (manifest.layers[0].media_type != k_wasm_layer_type) {
    return fail(not_wasm(shown, fmt::format("its layer is of the type `{}`, not `{}`", manifest.layers[0].media_type, k_wasm_layer_type)));
  }
  return manifest.layers[0];
}

Result<PulledArtifact> read_artifact(const std::string& shown,
                                     const std::function<Result<FetchedManifest>()>& manifest,
                                     const std::function<Result<std::string>(const Descriptor&)>& blob)
{
  CW_TRY_ASSIGN(const FetchedManifest fetched, manifest());
  PulledArtifact pulled;
  pulled.digest = fetched.digest;
  CW_TRY_ASSIGN(pulled.manifest, parse_manifest(fetched.text));
  CW_TRY_ASSIGN(const Descriptor layer, wasm_layer_of(pulled.manifest, shown));
  if (pulled.manifest.config.size > k_max_config_bytes) {
    return fail(not_wasm(shown, fmt::format("its config has {} bytes", pulled.manifest.config.size)));
  }
  CW_TRY_ASSIGN(const std::string config, blob(pulled.manifest.config));
  CW_TRY_ASSIGN(pulled.config, parse_wasm_config(config));
  if (pulled.config.layers != std::vector<Sha256>{layer.digest}) {
    return fail(not_wasm(shown, "its config is that of another layer"));
  }
  CW_TRY_ASSIGN(pulled.layer, blob(layer));
  return pulled;
}

Result<PulledArtifact> pull_artifact(Client& client, const std::string& reference)
{
  const std::string shown = fmt::format("{}{}{}", to_string(client.repository()), parse_digest(reference) ? "@" : ":", reference);
  return read_artifact(
      shown,
      [&]() -> Result<FetchedManifest> {
        CW_TRY_ASSIGN(auto fetched, client.manifest(reference));
        if (!fetched) {
          return fail(Error("CW1162", fmt::format("there is no `{}`", shown), Blame::user)
                          .note("the registry answered that it has no such manifest")
                          .help("`cargo-wasm component versions NAME` lists what there is"));
        }
        return std::move(*fetched);
      },
      [&](const Descriptor& descriptor) { return client.blob(descriptor); });
}

Result<Sha256> attach(Client& client, const Descriptor& subject, std::string_view artifact_type, const std::string& content)
{
  Manifest manifest;
  manifest.artifact_type = artifact_type;
  manifest.config = describe(k_empty_type, k_empty_blob);
  manifest.layers = {describe(artifact_type, content)};
  manifest.subject = Descriptor{subject.media_type, subject.digest, subject.size, {}, {}};
  const std::string text = to_json(manifest);
  CW_TRY(client.push_blob(std::string(k_empty_blob)));
  CW_TRY(client.push_blob(content));
  Descriptor entry = describe(k_manifest_type, text);
  entry.artifact_type = artifact_type;
  CW_TRY_ASSIGN(const bool is_tracked, client.put_manifest(digest_text(entry.digest), k_manifest_type, text));
  if (is_tracked) {
    return entry.digest;
  }
  // Two who attach at once may each write an index without the other's entry; whoever does not find its own writes again.
  constexpr int k_most_tries = 4;
  for (int attempt = 0; attempt < k_most_tries; ++attempt) {
    CW_TRY_ASSIGN(ImageIndex index, fallback_index(client, subject.digest));
    if (std::find(index.manifests.begin(), index.manifests.end(), entry) != index.manifests.end()) {
      return entry.digest;
    }
    index.manifests.push_back(entry);
    CW_TRY(client.put_manifest(fallback_tag(subject.digest), k_index_type, to_json(index)));
  }
  CW_TRY_ASSIGN(const ImageIndex index, fallback_index(client, subject.digest));
  if (std::find(index.manifests.begin(), index.manifests.end(), entry) == index.manifests.end()) {
    return fail(
        Error("CW1156",
              fmt::format("`{}:{}` is changed by others all the time", to_string(client.repository()), fallback_tag(subject.digest)),
              Blame::integrity)
            .help("run the same command again"));
  }
  return entry.digest;
}

Result<std::vector<Descriptor>> attached(Client& client, const Sha256& subject, std::string_view artifact_type)
{
  CW_TRY_ASSIGN(ImageIndex index, fallback_index(client, subject));
  std::erase_if(index.manifests, [&](const Descriptor& entry) { return entry.artifact_type != artifact_type; });
  return std::move(index.manifests);
}

} // namespace cargo_wasm::registry_oci
