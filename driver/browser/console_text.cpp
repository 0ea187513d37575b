#include "console_text.hpp"

#include <string_view>

namespace cargo_wasm::browser {

namespace {

using nlohmann::json;

/// A Runtime.RemoteObject as people read it.
std::string text_of(const json& object)
{
  if (const auto special = object.find("unserializableValue"); special != object.end()) {
    return special->get<std::string>(); // NaN, -0, 12n
  }
  if (const auto value = object.find("value"); value != object.end()) {
    return value->is_string() ? value->get<std::string>() : value->dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return object.value("description", object.value("type", std::string("undefined")));
}

/// Fills the directives of the first argument; `used` counts the arguments that went into it.
std::string filled(const std::string& format, const json& arguments, std::size_t& used)
{
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char directive = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    if (directive == '%') {
      text += '%';
      ++i;
    } else if (directive != '\0' && std::string_view("sdifoOc").find(directive) != std::string_view::npos && used < arguments.size()) {
      if (directive != 'c') {
        text += text_of(arguments[used]);
      }
      ++used;
      ++i;
    } else {
      text += format[i];
    }
  }
  return text;
}

} // namespace

std::string console_line(const json& event)
{
  const auto found = event.find("args");
  std::string line;
  if (found != event.end() && !found->empty()) {
    std::size_t used = 1;
    const std::string first = text_of(found->front());
    line = found->front().value("type", "") == "string" ? filled(first, *found, used) : first;
    for (; used < found->size(); ++used) {
      line += ' ';
      line += text_of((*found)[used]);
    }
  }
  return line + "\n";
}

bool is_for_stderr(const json& event)
{
  const std::string kind = event.value("type", "");
  return kind == "error" || kind == "warning" || kind == "assert" || kind == "trace";
}

} // namespace cargo_wasm::browser
