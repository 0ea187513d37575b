// cfg() expressions and platforms: what is accepted prints to a form that is accepted again and
// means the same.
#include <cargo_wasm/spec/cfg.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace cargo_wasm::spec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<Cfg> facts{{"target_os", "wasi"}, {"unix", std::nullopt}};
  if (const auto expr = parse_cfg_expr(text)) {
    const auto again = parse_cfg_expr(to_string(*expr));
    if (!again || !(*again == *expr) || again->matches(facts) != expr->matches(facts)) {
      std::abort();
    }
  }
  if (const auto platform = parse_platform(text)) {
    const auto again = parse_platform(to_string(*platform));
    if (!again || !(*again == *platform)) {
      std::abort();
    }
  }
  return 0;
}
