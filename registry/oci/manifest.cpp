#include <cargo_wasm/registry_oci/manifest.hpp>

#include "json_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::registry_oci {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

tl::unexpected<Error> wrong_manifest(std::string why)
{
  return fail(Error("CW1158", "a manifest of the registry is not one", Blame::integrity)
                  .note(std::move(why))
                  .help("what stands under this name was not pushed as a component: ask whoever pushed it"));
}

Result<Annotations> read_annotations(const json& object)
{
  Annotations read;
  const auto found = object.find("annotations");
  if (found == object.end() || found->is_null()) {
    return read;
  }
  if (!found->is_object()) {
    return wrong_manifest("its `annotations` are no object");
  }
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return wrong_manifest(fmt::format("its annotation `{}` is no text", name));
    }
    read.emplace(name, value.get<std::string>());
  }
  return read;
}

Result<Descriptor> read_descriptor(const json& value, std::string_view where)
{
  if (!value.is_object()) {
    return wrong_manifest(fmt::format("`{}` is no object", where));
  }
  Descriptor read;
  const auto type = text_of(value, "mediaType");
  const auto digest = text_of(value, "digest");
  const auto size = value.find("size");
  if (!type || type->empty() || !digest || size == value.end() || !size->is_number_unsigned()) {
    return wrong_manifest(fmt::format("`{}` has no `mediaType`, `digest` or `size`", where));
  }
  const auto parsed = parse_digest(*digest);
  if (!parsed) {
    return wrong_manifest(fmt::format("the digest of `{}` is `{}`, and not of the kind `sha256:` with 64 digits", where, *digest));
  }
  read.media_type = *type;
  read.digest = *parsed;
  read.size = size->get<std::uint64_t>();
  read.artifact_type = text_of(value, "artifactType").value_or("");
  CW_TRY_ASSIGN(read.annotations, read_annotations(value));
  return read;
}

Result<std::vector<Descriptor>> read_descriptors(const json& document, const char* name)
{
  const auto found = document.find(name);
  if (found == document.end() || !found->is_array()) {
    return wrong_manifest(fmt::format("it has no list `{}`", name));
  }
  std::vector<Descriptor> all;
  for (const json& value : *found) {
    CW_TRY_ASSIGN(Descriptor read, read_descriptor(value, fmt::format("{}[{}]", name, all.size())));
    all.push_back(std::move(read));
  }
  return all;
}

Result<json> read_document(std::string_view text, std::string_view media_type)
{
  auto document = parse_object(text);
  if (!document) {
    return wrong_manifest(is_web_page(text) ? "it is a web page" : "it is no JSON object, or has a member twice");
  }
  const auto version = document->find("schemaVersion");
  if (version == document->end() || !version->is_number_integer() || version->get<std::int64_t>() != 2) {
    return wrong_manifest("its `schemaVersion` is not 2");
  }
  // The specification leaves it free to be absent.
  const auto type = document->find("mediaType");
  if (type != document->end() && *type != json(media_type)) {
    return wrong_manifest(
        fmt::format("its media type is `{}` instead of `{}`", type->is_string() ? type->get<std::string>() : type->dump(), media_type));
  }
  return std::move(*document);
}

ordered_json json_of(const Annotations& annotations)
{
  ordered_json made = ordered_json::object();
  for (const auto& [name, value] : annotations) {
    made[name] = value;
  }
  return made;
}

ordered_json json_of(const Descriptor& descriptor)
{
  ordered_json made;
  made["mediaType"] = descriptor.media_type;
  made["digest"] = digest_text(descriptor.digest);
  made["size"] = descriptor.size;
  if (!descriptor.artifact_type.empty()) {
    made["artifactType"] = descriptor.artifact_type;
  }
  if (!descriptor.annotations.empty()) {
    made["annotations"] = json_of(descriptor.annotations);
  }
  return made;
}

ordered_json json_of(const std::vector<Descriptor>& descriptors)
{
  ordered_json made = ordered_json::array();
  for (const Descriptor& descriptor : descriptors) {
    made.push_back(json_of(descriptor));
  }
  return made;
}

std::string text_of_json(const ordered_json& document)
{
  // What is no UTF-8 cannot stand in JSON; it comes from names within a component, and is shown as it can be.
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace

Descriptor describe(std::string_view media_type, std::string_view bytes)
{
  return {std::string(media_type), base::sha256(bytes), bytes.size(), {}, {}};
}

Result<Manifest> parse_manifest(std::string_view text)
{
  CW_TRY_ASSIGN(const json document, read_document(text, k_manifest_type));
  Manifest read;
  read.artifact_type = text_of(document, "artifactType").value_or("");
  if (!document.contains("config")) {
    return wrong_manifest("it has no `config`");
  }
  CW_TRY_ASSIGN(read.config, read_descriptor(document.at("config"), "config"));
  CW_TRY_ASSIGN(read.layers, read_descriptors(document, "layers"));
  if (document.contains("subject") && !document.at("subject").is_null()) {
    CW_TRY_ASSIGN(read.subject, read_descriptor(document.at("subject"), "subject"));
  }
  CW_TRY_ASSIGN(read.annotations, read_annotations(document));
  return read;
}

std::string to_json(const Manifest& manifest)
{
  ordered_json made;
  made["schemaVersion"] = 2;
  made["mediaType"] = k_manifest_type;
  if (!manifest.artifact_type.empty()) {
    made["artifactType"] = manifest.artifact_type;
  }
  made["config"] = json_of(manifest.config);
  made["layers"] = json_of(manifest.layers);
  if (manifest.subject) {
    made["subject"] = json_of(*manifest.subject);
  }
  if (!manifest.annotations.empty()) {
    made["annotations"] = json_of(manifest.annotations);
  }
  return text_of_json(made);
}

Result<ImageIndex> parse_index(std::string_view text)
{
  CW_TRY_ASSIGN(const json document, read_document(text, k_index_type));
  ImageIndex read;
  CW_TRY_ASSIGN(read.manifests, read_descriptors(document, "manifests"));
  return read;
}

std::string to_json(const ImageIndex& index)
{
  ordered_json made;
  made["schemaVersion"] = 2;
  made["mediaType"] = k_index_type;
  made["manifests"] = json_of(index.manifests);
  return text_of_json(made);
}

} // namespace cargo_wasm::registry_oci
