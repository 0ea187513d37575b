#pragma once
#include <string_view>

#include <cargo_wasm/wasm/cursor.hpp>

namespace cargo_wasm::wasm {

/// Up to a zero byte, which is passed: how DWARF holds texts. `what` is told where the text cannot be read.
inline std::string_view zero_ended(Cursor& cursor, const char* what)
{
  const std::string_view rest = cursor.rest();
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) {
    cursor.fail(Fault::ended, cursor.end_offset(), "a zero byte");
    return {};
  }
  cursor.bytes(end + 1, what);
  return rest.substr(0, end);
}

} // namespace cargo_wasm::wasm
