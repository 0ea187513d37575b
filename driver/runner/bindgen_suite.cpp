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

bool has_libtest_tests(std::string_view module)
{
  return module.find("18assert_test_result") != std::string_view::npos; // mangled in either way
}

} // namespace cargo_wasm::runner
