#include <cargo_wasm/runner/bindgen_suite.hpp>

namespace cargo_wasm::runner {

bool is_bindgen_suite(const wasm::Module& module)
{
  auto exports = module.exports();
  for (wasm::Export item; exports.next(item);) {
    if (item.name.starts_with("__wbgt_")) {
      return true;
    }
  }
  return false;
}

} // namespace cargo_wasm::runner
