// Suites of `#[wasm_bindgen_test]`: test modules without libtest, which JavaScript starts test by test.
#pragma once
#include <string_view>

#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::runner {

/// Whether the crate wasm-bindgen-test made tests in this module: each is exported as `__wbgt_NAME`. Cost: a pass over the exports.
[[nodiscard]] bool is_bindgen_suite(const wasm::Module& module);

/// Whether there are functions marked `#[test]` in a module: what libtest makes of each calls `test::assert_test_result`, which is named in
/// the name section. False where names were stripped. Cost: a search through the bytes.
[[nodiscard]] bool has_libtest_tests(std::string_view module);

} // namespace cargo_wasm::runner
