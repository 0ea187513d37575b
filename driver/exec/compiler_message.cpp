#include <cargo_wasm/exec/compiler_message.hpp>

#include <nlohmann/json.hpp>

namespace cargo_wasm::exec {
namespace {

using nlohmann::json;

std::string string_at(const json& object, const char* key)
{
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool has_machine_applicable_suggestion(const json& diagnostic)
{
  const auto children = diagnostic.find("children");
  if (children == diagnostic.end() || !children->is_array()) {
    return false;
  }
  for (const json& child : *children) {
    const auto spans = child.find("spans");
    if (spans == child.end() || !spans->is_array()) {
      continue;
    }
    for (const json& span : *spans) {
      if (string_at(span, "suggestion_applicability") == "MachineApplicable") {
        return true;
      }
    }
  }
  return false;
}

} // namespace

CompilerMessage parse_compiler_line(std::string_view line)
{
  CompilerMessage message;
  if (!line.starts_with('{')) {
    return message;
  }
  const json object = json::parse(line, nullptr, false);
  if (object.is_discarded() || !object.is_object()) {
    return message;
  }
  if (object.contains("artifact")) {
    message.kind = CompilerMessage::Kind::artifact;
    message.artifact = string_at(object, "artifact");
    return message;
  }
  if (object.contains("future_incompat_report")) {
    message.kind = CompilerMessage::Kind::future_incompat;
    for (const json& item : object["future_incompat_report"]) {
      if (const auto diagnostic = item.find("diagnostic"); diagnostic != item.end() && diagnostic->is_object()) {
        message.rendered += string_at(*diagnostic, "rendered");
      }
    }
    return message;
  }
  if (!object.contains("rendered") || !object.contains("level")) {
    message.kind = CompilerMessage::Kind::other;
    return message;
  }
  const std::string text = string_at(object, "message");
  message.level = string_at(object, "level");
  if (text.starts_with("aborting due to") || text.ends_with("warning emitted") || text.ends_with("warnings emitted")) {
    message.kind = CompilerMessage::Kind::summary;
    return message;
  }
  message.kind = CompilerMessage::Kind::diagnostic;
  message.rendered = string_at(object, "rendered");
  if (message.rendered.ends_with('\n')) {
    message.rendered.pop_back();
  }
  const auto code = object.find("code");
  message.has_code = code != object.end() && !code->is_null();
  message.machine_applicable = has_machine_applicable_suggestion(object);
  return message;
}

std::string strip_escapes(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    if (text[i] == '[') {
      // CSI: parameters, then one byte of 0x40..0x7e.
      while (i + 1 < text.size() && (text[i + 1] < '@' || text[i + 1] > '~')) {
        ++i;
      }
      ++i;
    } else if (text[i] == ']') {
      // OSC: up to BEL or ESC \.
      while (i + 1 < text.size() && text[i + 1] != '\a' && text[i + 1] != '\x1b') {
        ++i;
      }
      i += i + 1 < text.size() && text[i + 1] == '\x1b' ? std::size_t{2} : std::size_t{1};
    }
  }
  return out;
}

std::string without_rendered_escapes(std::string_view line)
{
  auto object = nlohmann::ordered_json::parse(line, nullptr, false);
  if (object.is_discarded() || !object.is_object() || !object.contains("rendered") || !object["rendered"].is_string()) {
    return std::string(line);
  }
  object["rendered"] = strip_escapes(object["rendered"].get<std::string>());
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace cargo_wasm::exec
