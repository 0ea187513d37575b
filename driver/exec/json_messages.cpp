#include "json_messages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::exec {
namespace {

using json = nlohmann::ordered_json;

std::string json_string(std::string_view text)
{
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

json span_json(const base::TextSpan& span)
{
  return {{"file_name", span.file.string()},
          {"line_start", span.line},
          {"column_start", span.column},
          {"column_end", span.column + span.length},
          {"text", span.line_text},
          {"label", span.label}};
}

} // namespace

std::string compiler_message_json(const plan::ActionTemplate& tmpl, std::string_view raw_message)
{
  return fmt::format(R"({{"reason":"compiler-message","package_id":{},"manifest_path":{},"target":{},"message":{}}})",
                     json_string(tmpl.label.package_id),
                     json_string(tmpl.manifest_path),
                     tmpl.message_target ? tmpl.message_target->dump() : "null",
                     raw_message);
}

std::string compiler_artifact_json(const plan::ActionTemplate& tmpl,
                                   const std::vector<std::string>& filenames,
                                   const std::string* executable,
                                   bool fresh)
{
  json message = {{"reason", "compiler-artifact"}};
  static const nlohmann::json k_nothing = nlohmann::json::object();
  const nlohmann::json& known = tmpl.artifact_message ? *tmpl.artifact_message : k_nothing;
  for (const char* key : {"package_id", "manifest_path", "target", "profile", "features"}) {
    if (const auto found = known.find(key); found != known.end()) {
      message[key] = json::parse(found->dump());
    }
  }
  message["filenames"] = filenames;
  message["executable"] = executable != nullptr ? json(*executable) : json(nullptr);
  message["fresh"] = fresh;
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string build_script_json(const plan::ActionTemplate& tmpl, const ScriptOutput& output)
{
  json paths = json::array();
  for (const LibraryPath& path : output.library_paths) {
    paths.push_back(path.value);
  }
  json env = json::array();
  for (const auto& [name, value] : output.env) {
    env.push_back(json::array({name, value}));
  }
  const json message = {{"reason", "build-script-executed"},
                        {"package_id", tmpl.label.package_id},
                        {"linked_libs", output.library_links},
                        {"linked_paths", std::move(paths)},
                        {"cfgs", output.cfgs},
                        {"env", std::move(env)},
                        {"out_dir", tmpl.out_dir ? tmpl.out_dir->string() : std::string()}};
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string finding_json(const plan::ActionTemplate& tmpl, const Error& finding, base::Severity severity)
{
  json spans = json::array();
  if (const auto* span = std::get_if<base::TextSpan>(&finding.where)) {
    spans.push_back(span_json(*span));
  }
  for (const base::TextSpan& span : finding.related) {
    spans.push_back(span_json(span));
  }
  const json message{{"reason", "cargo-wasm-finding"},
                     {"package_id", tmpl.label.package_id},
                     {"target", tmpl.message_target ? json::parse(tmpl.message_target->dump()) : json()},
                     {"code", finding.id},
                     {"level", base::name_of(severity)},
                     {"message", finding.message},
                     {"spans", std::move(spans)},
                     {"notes", finding.notes},
                     {"helps", finding.helps},
                     {"rendered", base::render(finding, severity, false)}};
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string build_finished_json(bool success)
{
  return fmt::format(R"({{"reason":"build-finished","success":{}}})", success);
}

} // namespace cargo_wasm::exec
