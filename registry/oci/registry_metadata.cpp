#include <cargo_wasm/registry_oci/registry_metadata.hpp>

#include "json_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::registry_oci {
namespace {

tl::unexpected<Error> wrong_metadata(std::string_view host, std::string why)
{
  return fail(Error("CW1160", fmt::format("`{}` does not say where its packages are", host), Blame::network)
                  .note(fmt::format("its `{}` {}", k_metadata_path, why))
                  .help("a proxy or login page may answer in its place; `--from oci://HOST/PREFIX` does without that file"));
}

} // namespace

Result<Place> parse_registry_metadata(std::string_view text, std::string_view host)
{
  const auto document = parse_object(text);
  if (!document) {
    return wrong_metadata(host, is_web_page(text) ? "is a web page" : "is no JSON object, or has a member twice");
  }
  const auto oci = document->find("oci");
  const bool has_oci = oci != document->end() && oci->is_object();
  const auto old_host = text_of(*document, "ociRegistry");
  const auto protocol = text_of(*document, "preferredProtocol");
  if (protocol ? *protocol != "oci" : !has_oci && !old_host) {
    return wrong_metadata(host, protocol ? fmt::format("prefers the protocol `{}`", *protocol) : "names no OCI registry");
  }
  std::string registry = old_host.value_or(std::string(host));
  std::string prefix = text_of(*document, "ociNamespacePrefix").value_or("");
  if (has_oci) {
    registry = text_of(*oci, "registry").value_or(registry);
    prefix = text_of(*oci, "namespacePrefix").value_or(prefix);
  }
  return Place{std::move(registry), std::move(prefix)};
}

} // namespace cargo_wasm::registry_oci
