// Index lines, cache files and config.json come from servers: any bytes must end in a value or an error. What is read
// must survive being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cargo_wasm/registry_protocol/index_entry.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  namespace protocol = cargo_wasm::registry_protocol;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)protocol::parse_index_head(text);
  (void)protocol::parse_registry_config(text);
  if (const auto entry = protocol::parse_index_entry(text)) {
    const auto line = protocol::to_json_line(*entry);
    const auto again = protocol::parse_index_entry(line);
    if (!again || protocol::to_json_line(*again) != line) {
      std::abort();
    }
  }
  return 0;
}
