#include <cargo_wasm/registry_protocol/name_fold.hpp>

#include <algorithm>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::registry_protocol {

std::string fold_of(std::string_view name)
{
  std::string folded = base::to_lower(name);
  std::ranges::replace(folded, '_', '-');
  return folded;
}

} // namespace cargo_wasm::registry_protocol
