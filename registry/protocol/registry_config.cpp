#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include "json_cursor.hpp"

namespace cargo_wasm::registry_protocol {

Result<RegistryConfig> parse_registry_config(std::string_view json)
{
  JsonCursor cursor(json);
  RegistryConfig config;
  if (cursor.enter_object()) {
    bool first = true;
    for (std::string_view key; cursor.next_member(first, key);) {
      if (key == "dl") {
        cursor.read_string(config.dl);
      } else if (key == "api") {
        if (!cursor.take_null()) {
          cursor.read_string(config.api.emplace());
        }
      } else if (key == "auth-required") {
        cursor.read_bool(config.auth_required);
      } else {
        cursor.skip_value();
      }
    }
  }
  if (cursor.at_end() && config.dl.empty()) {
    cursor.fail("no `dl`");
  }
  if (cursor.failed()) {
    return base::fail(Error{"CW0411",
                            fmt::format("the registry's `config.json` cannot be read: {} at byte {}", cursor.fault(), cursor.offset()),
                            Blame::network});
  }
  return config;
}

} // namespace cargo_wasm::registry_protocol
