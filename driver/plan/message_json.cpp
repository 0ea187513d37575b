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

std::string_view panic_name(PanicStrategy panic)
{
  switch (panic) {
  case PanicStrategy::unwind:
    return "unwind";
  case PanicStrategy::abort:
    return "abort";
  case PanicStrategy::immediate_abort:
    return "immediate-abort";
  }
  return "unwind";
}

std::string lto_name(const Lto& lto)
{
  switch (lto.kind) {
  case Lto::Kind::off:
    return "off";
  case Lto::Kind::boolean:
    return lto.value ? "true" : "false";
  case Lto::Kind::named:
    return lto.name.str();
  }
  return {};
}

} // namespace cargo_wasm::plan
