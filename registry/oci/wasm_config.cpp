#include <cargo_wasm/registry_oci/wasm_config.hpp>

#include "json_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::registry_oci {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

tl::unexpected<Error> wrong_config(std::string why)
{
  return fail(Error("CW1158", "the config of an artifact is not that of a component or module", Blame::integrity)
                  .note(std::move(why))
                  .help("what stands under this name was pushed by a tool that does not know Wasm artifacts: ask whoever pushed it"));
}

Result<std::vector<std::string>> read_texts(const json& object, const char* name)
{
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) {
    return wrong_config(fmt::format("it has no list `{}`", name));
  }
  std::vector<std::string> all;
  for (const json& value : *found) {
    if (!value.is_string()) {
      return wrong_config(fmt::format("`{}` has something that is no text", name));
    }
    all.push_back(value.get<std::string>());
  }
  return all;
}

} // namespace

Result<WasmConfig> parse_wasm_config(std::string_view text)
{
  const auto document = parse_object(text);
  if (!document) {
    return wrong_config(is_web_page(text) ? "it is a web page" : "it is no JSON object, or has a member twice");
  }
  const auto architecture = text_of(*document, "architecture");
  const auto os = text_of(*document, "os");
  if (architecture != "wasm" || !os) {
    return wrong_config(fmt::format("its architecture is `{}`, its os `{}`", architecture.value_or(""), os.value_or("")));
  }
  WasmConfig read;
  read.created = text_of(*document, "created").value_or("");
  read.author = text_of(*document, "author");
  read.os = *os;
  CW_TRY_ASSIGN(const std::vector<std::string> digests, read_texts(*document, "layerDigests"));
  for (const std::string& digest : digests) {
    const auto parsed = parse_digest(digest);
    if (!parsed) {
      return wrong_config(fmt::format("`{}` is not a digest of the kind `sha256:` with 64 digits", digest));
    }
    read.layers.push_back(*parsed);
  }
  if (const auto component = document->find("component"); component != document->end() && !component->is_null()) {
    if (!component->is_object()) {
      return wrong_config("its `component` is no object");
    }
    ComponentNames names;
    CW_TRY_ASSIGN(names.exports, read_texts(*component, "exports"));
    CW_TRY_ASSIGN(names.imports, read_texts(*component, "imports"));
    names.target = text_of(*component, "target");
    read.component = std::move(names);
  }
  return read;
}

std::string to_json(const WasmConfig& config)
{
  ordered_json made;
  made["created"] = config.created;
  if (config.author) {
    made["author"] = *config.author;
  }
  made["architecture"] = "wasm";
  made["os"] = config.os;
  made["layerDigests"] = ordered_json::array();
  for (const Sha256& digest : config.layers) {
    made["layerDigests"].push_back(digest_text(digest));
  }
  if (config.component) {
    ordered_json component;
    component["exports"] = config.component->exports;
    component["imports"] = config.component->imports;
    if (config.component->target) {
      component["target"] = *config.component->target;
    }
    made["component"] = std::move(component);
  }
  return made.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace cargo_wasm::registry_oci
