#include <cargo_wasm/registry_oci/artifact.hpp>

#include <support/catch.hpp>

#include <fmt/format.h>

namespace cargo_wasm::registry_oci {
namespace {

ArtifactFacts facts()
{
  return {"calc.wasm",
          "1.2.3+b",
          "2026-01-01T00:00:00Z",
          ComponentNames{{"my:calc/ops@1.2.3"}, {"wasi:io/poll@0.2.6"}, {}},
          {{"org.opencontainers.image.licenses", "MIT"}}};
}

std::string first_note(std::string_view manifest)
{
  const auto read = parse_manifest(manifest);
  return read ? "" : read.error().notes.at(0);
}

} // namespace

TEST_CASE("oci: the same component and facts are one manifest, as wkg reads it", "[oci]")
{
  const Artifact made = make_artifact("bytes", facts());
  const std::string layer = digest_text(base::sha256("bytes"));
  CHECK(made.config == fmt::format(R"({{"created":"2026-01-01T00:00:00Z","architecture":"wasm","os":"wasip2","layerDigests":["{}"],)"
                                   R"("component":{{"exports":["my:calc/ops@1.2.3"],"imports":["wasi:io/poll@0.2.6"]}}}})",
                                   layer));
  CHECK(
      made.manifest_text ==
      fmt::format(
          R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":)"
          R"("application/vnd.wasm.config.v0+json","digest":"{}","size":{}}},"layers":[{{"mediaType":"application/wasm","digest":"{}","size":5,)"
          R"("annotations":{{"org.opencontainers.image.title":"calc.wasm"}}}}],"annotations":{{"org.opencontainers.image.licenses":"MIT",)"
          R"("org.opencontainers.image.version":"1.2.3+b"}}}})",
          digest_text(base::sha256(made.config)),
          made.config.size(),
          layer));
  CHECK(parse_manifest(made.manifest_text).value() == made.manifest);
  CHECK(to_json(parse_wasm_config(made.config).value()) == made.config);
  CHECK(wasm_layer_of(made.manifest, "x").value() == made.manifest.layers[0]);
}

TEST_CASE("oci: a module is one of WASI 0.1, without a component", "[oci]")
{
  ArtifactFacts of_module = facts();
  of_module.component.reset();
  const WasmConfig config = parse_wasm_config(make_artifact("bytes", of_module).config).value();
  CHECK(config.os == "wasip1");
  CHECK_FALSE(config.component);
}

TEST_CASE("oci: what wkg writes is read, its nulls included", "[oci]")
{
  const WasmConfig config =
      parse_wasm_config(
          R"({"created":"2026-11-22T12:47:18.525859045Z","author":null,"architecture":"wasm","os":"wasip2","layerDigests":[],)"
          R"("component":{"exports":["acme:calc/ops@1.2.3"],"imports":[],"target":null}})")
          .value();
  CHECK_FALSE(config.author);
  CHECK(config.component->exports == std::vector<std::string>{"acme:calc/ops@1.2.3"});
  CHECK_FALSE(config.component->target);
  CHECK(
      parse_manifest(
          R"({"annotations":null,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","mediaType":"a","size":0},)"
          R"("layers":[],"schemaVersion":2})")
          .has_value());
}

TEST_CASE("oci: manifests and configs that are none are told by what is wrong with them", "[oci]")
{
  const std::string zero = "sha256:" + std::string(64, '0');
  CHECK(first_note("<html>") == "it is a web page");
  CHECK(first_note(R"({"schemaVersion":2,"layers":[]})") == "it has no `config`");
  CHECK(first_note(fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"a","digest":"{}","size":1}}}})", zero)) ==
        "it has no list `layers`");
  CHECK(first_note(fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"a","digest":"{}","size":1.5}},"layers":[]}})", zero)) ==
        "`config` has no `mediaType`, `digest` or `size`");
  CHECK(first_note(fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"a","digest":"{}","size":1}},"layers":[3]}})", zero)) ==
        "`layers[0]` is no object");
  CHECK(first_note(fmt::format(
            R"({{"schemaVersion":2,"config":{{"mediaType":"a","digest":"{}","size":1}},"layers":[],"annotations":{{"x":1}}}})", zero)) ==
        "its annotation `x` is no text");
  CHECK(first_note("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}") == "it is no JSON object, or has a member twice");
  CHECK(parse_index(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]})").error().notes[0] ==
        "its media type is `application/vnd.oci.image.manifest.v1+json` instead of `application/vnd.oci.image.index.v1+json`");
  CHECK(parse_wasm_config(R"({"architecture":"amd64","os":"linux"})").error().notes[0] == "its architecture is `amd64`, its os `linux`");
  CHECK(parse_wasm_config(R"({"architecture":"wasm","os":"wasip2","layerDigests":["md5:1"]})").error().notes[0] ==
        "`md5:1` is not a digest of the kind `sha256:` with 64 digits");
}

TEST_CASE("oci: an index comes back as it was written", "[oci]")
{
  Descriptor entry = describe(k_manifest_type, "{}");
  entry.artifact_type = k_statement_type;
  const ImageIndex index{{entry}};
  CHECK(parse_index(to_json(index)).value() == index);
}

} // namespace cargo_wasm::registry_oci
