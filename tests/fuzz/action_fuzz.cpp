// Results and trees come from caches on other machines: any bytes must end in a value or in nothing, and what is read as a result is
// written in the one canonical form, which is read as the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cargo_wasm/action/decode.hpp>

namespace {

void demand(bool held)
{
  if (!held) {
    std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  namespace action = cargo_wasm::action;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = action::decode_action_result(bytes)) {
    const std::string canonical = action::encode(decoded->result);
    const auto again = action::decode_action_result(canonical);
    demand(again.has_value());
    demand(action::encode(again->result) == canonical);
    for (const action::OutputFile& file : decoded->result.output_files) {
      demand(!file.path.starts_with('/') && !file.path.starts_with("../"));
    }
  }
  if (const auto digest = action::decode_digest(bytes)) {
    demand(action::decode_digest(action::encode(*digest)) == digest);
  }
  (void)action::files_of_tree(bytes);
  return 0;
}
