// `inspect FILE`: what an artifact is, and what it was made from.
#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/project.hpp>

#include "inspected_binary.hpp"

namespace cargo_wasm::ops {

namespace {

using InspectJson = nlohmann::ordered_json;

struct FoundRecord
{
  std::optional<base::Sha256> digest;
  std::optional<Path> file;
  InspectJson content;
};

/// In the target directory that the artifact lies in, or in the cache, where artifacts that were moved away find theirs. A file whose bytes
/// have another digest is not the record.
Result<FoundRecord> find_record(const Env& env, const Path& artifact, const wasm::Source& source)
{
  FoundRecord found;
  CW_TRY_ASSIGN(found.digest, postlink::record_digest(source));
  if (!found.digest) {
    return found;
  }
  std::vector<Path> stores;
  for (Path at = artifact.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    stores.push_back(at / ".cargo-wasm" / "records");
  }
  stores.push_back(cache_home(env) / "records");
  for (const Path& store : stores) {
    const Path file = postlink::record_file(store, *found.digest);
    const auto text = env.fs.read_if_exists(file);
    if (!text || !*text || base::sha256(**text) != *found.digest) {
      continue;
    }
    found.content = InspectJson::parse(**text, nullptr, false);
    if (found.content.is_object()) {
      found.file = file;
      break;
    }
  }
  return found;
}

InspectJson binary_json(const InspectedBinary& binary)
{
  InspectJson json{{"kind", binary.is_component ? "component" : "module"}, {"bytes", binary.bytes}};
  json["sections"] = InspectJson::array();
  for (const InspectedSection& section : binary.sections) {
    json["sections"].push_back({{"name", section.name}, {"bytes", section.bytes}});
  }
  json["imports"] = binary.imports;
  json["exports"] = binary.exports;
  json["producers"] = InspectJson::array();
  for (const InspectedProducer& producer : binary.producers) {
    json["producers"].push_back({{"field", producer.field}, {"name", producer.name}, {"version", producer.version}});
  }
  json["target_features"] = binary.features;
  if (binary.is_component) {
    json["modules"] = InspectJson::array();
    for (const InspectedBinary& module : binary.modules) {
      json["modules"].push_back(binary_json(module));
    }
    return json;
  }
  json["functions"] = binary.functions;
  json["memories"] = InspectJson::array();
  for (const InspectedMemory& memory : binary.memories) {
    json["memories"].push_back({{"min_bytes", memory.min_bytes},
                                {"max_bytes", memory.max_bytes ? InspectJson(*memory.max_bytes) : InspectJson()},
                                {"shared", memory.is_shared},
                                {"imported", memory.is_imported}});
  }
  return json;
}

std::string memory_text(const InspectedMemory& memory)
{
  const std::string most = memory.max_bytes ? "at most " + base::human_bytes(*memory.max_bytes) : "no limit";
  return fmt::format(
      "{}, {}{}{}", base::human_bytes(memory.min_bytes), most, memory.is_shared ? ", shared" : "", memory.is_imported ? ", imported" : "");
}

class InspectText
{
public:
  void line(std::string_view label, std::string_view text) { m_text += fmt::format("{}{:<11} {}\n", m_indent, label, text); }
  /// The count, then one line each.
  void list(std::string_view label, const std::vector<std::string>& entries)
  {
    line(label, fmt::format("{}", entries.size()));
    for (const std::string& entry : entries) {
      m_text += fmt::format("{}  {}\n", m_indent, entry);
    }
  }
  void binary(const InspectedBinary& binary)
  {
    line("sections", fmt::format("{}", binary.sections.size()));
    for (const InspectedSection& section : binary.sections) {
      m_text += fmt::format("{}  {:>10}  {}\n", m_indent, base::human_bytes(section.bytes), section.name);
    }
    list("imports", binary.imports);
    list("exports", binary.exports);
    for (const InspectedProducer& producer : binary.producers) {
      line(producer.field, producer.version.empty() ? producer.name : producer.name + " " + producer.version);
    }
    if (!binary.features.empty()) {
      line("features", base::join(binary.features, " "));
    }
    if (!binary.is_component) {
      line("functions", fmt::format("{}", binary.functions));
    }
    for (const InspectedMemory& memory : binary.memories) {
      line("memory", memory_text(memory));
    }
    std::size_t number = 0;
    for (const InspectedBinary& module : binary.modules) {
      line("module", fmt::format("{} of {}, {}", ++number, binary.modules.size(), base::human_bytes(module.bytes)));
      m_indent += "  ";
      this->binary(module);
      m_indent.resize(m_indent.size() - 2);
    }
  }
  [[nodiscard]] std::string take() { return std::move(m_text); }

private:
  std::string m_text, m_indent;
};

std::string text_in(const InspectJson& json, std::initializer_list<const char*> path)
{
  const InspectJson* at = &json;
  for (const char* const key : path) {
    const auto found = at->find(key);
    if (!at->is_object() || found == at->end()) {
      return "?";
    }
    at = &*found;
  }
  return at->is_string() ? at->get<std::string>() : at->dump();
}

void add_record(const Env& env, const FoundRecord& record, InspectText& text)
{
  if (!record.digest) {
    text.line("record", "none: it was built without one");
    return;
  }
  text.line("record", base::to_hex(*record.digest));
  if (!record.file) {
    text.line("", "its file is neither in the artifact's target directory nor in the cache");
    return;
  }
  const InspectJson& content = record.content;
  text.line("", base::shown_path(env.cwd, *record.file).string());
  text.line("package", fmt::format("{} {}", text_in(content, {"package", "name"}), text_in(content, {"package", "version"})));
  text.line("target", text_in(content, {"triple"}));
  text.line("profile", text_in(content, {"profile", "name"}));
  text.line("rustc", text_in(content, {"rustc", "version"}));
  if (const auto tools = content.find("tools"); tools != content.end() && tools->is_object()) {
    for (const auto& [name, tool] : tools->items()) {
      text.line(name, text_in(tool, {"version"}));
    }
  }
  const auto dependencies = content.find("dependencies");
  text.line("crates", fmt::format("{} locked", dependencies == content.end() ? 0 : dependencies->size()));
}

} // namespace

Result<> inspect(const Env& env, const InspectRequest& request)
{
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.input));
  const wasm::Source source(file.path(), file.bytes());
  CW_TRY_ASSIGN(const InspectedBinary binary, inspect_binary(source));
  CW_TRY_ASSIGN(const FoundRecord record, find_record(env, request.input, source));
  if (request.json) {
    InspectJson json{{"version", 1}, {"file", request.input.native()}};
    json.update(binary_json(binary));
    json["record"] = {{"digest", record.digest ? InspectJson(base::to_hex(*record.digest)) : InspectJson()},
                      {"file", record.file ? InspectJson(record.file->native()) : InspectJson()},
                      {"content", record.file ? record.content : InspectJson()}};
    env.reporter.result(json.dump(1, ' ', false, InspectJson::error_handler_t::replace) + "\n");
    return {};
  }
  InspectText text;
  text.line("file", base::shown_path(env.cwd, request.input).string());
  text.line("kind", binary.is_component ? "component" : "module");
  text.line("size", fmt::format("{} ({} bytes)", base::human_bytes(binary.bytes), binary.bytes));
  text.binary(binary);
  add_record(env, record, text);
  env.reporter.result(text.take());
  return {};
}

} // namespace cargo_wasm::ops
