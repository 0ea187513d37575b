// What registries send: manifests, indexes, configs, challenges, docker's configuration, names. Any bytes must end in a value or an error,
// and what is read is read again from what is written of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cargo_wasm/registry_oci/artifact.hpp>
#include <cargo_wasm/registry_oci/credentials.hpp>
#include <cargo_wasm/registry_oci/registry_metadata.hpp>

namespace {

namespace oci = cargo_wasm::registry_oci;

void demand(bool held)
{
  if (!held) {
    std::abort();
  }
}

void read_documents(std::string_view text)
{
  if (const auto manifest = oci::parse_manifest(text)) {
    demand(oci::parse_manifest(to_json(*manifest)).value() == *manifest);
    (void)oci::wasm_layer_of(*manifest, "it");
  }
  if (const auto index = oci::parse_index(text)) {
    demand(oci::parse_index(to_json(*index)).value() == *index);
  }
  if (const auto config = oci::parse_wasm_config(text)) {
    demand(oci::parse_wasm_config(to_json(*config)).value() == *config);
  }
  if (const auto place = oci::parse_registry_metadata(text, "registry.example")) {
    if (const auto repository = oci::repository_of(*place, {"my", "calc"})) {
      demand(repository->name.find("..") == std::string::npos && repository->host.find('/') == std::string::npos);
    }
  }
  (void)oci::docker_credentials(text, "registry.example");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_documents(text);
  if (const auto challenge = oci::parse_challenge(text)) {
    demand(!challenge->is_bearer || !challenge->realm.empty());
  }
  if (const auto place = oci::parse_place(text)) {
    demand(oci::parse_place(to_string(*place)).value() == *place);
  }
  if (const auto package = oci::parse_package_name(text)) {
    demand(to_string(*package) == text);
  }
  return 0;
}
