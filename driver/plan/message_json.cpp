// Shared JSON objects, keys in cargo's order.
#include "message_json.hpp"

namespace cargo_wasm::plan {

using nlohmann::ordered_json;

ordered_json debuginfo_json(DebugInfoLevel level)
{
  switch (level) {
  case DebugInfoLevel::none:
    return 0;
  case DebugInfoLevel::limited:
    return 1;
  case DebugInfoLevel::full:
    return 2;
  case DebugInfoLevel::line_directives_only:
  case DebugInfoLevel::line_tables_only:
    return to_string(level);
  }
  return 0;
}

} // namespace cargo_wasm::plan
