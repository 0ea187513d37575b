// JSON within a page.
#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::report {

/// JSON that may stand inside a script element: nothing in it can end the element.
[[nodiscard]] inline std::string json_for_script(std::string_view json)
{
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

} // namespace cargo_wasm::report
