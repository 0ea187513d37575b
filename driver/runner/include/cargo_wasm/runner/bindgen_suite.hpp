// Suites of `#[wasm_bindgen_test]`: test modules without libtest, which JavaScript starts test by test.
#pragma once
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::runner {

/// Whether the crate wasm-bindgen-test made tests in this module: each is exported as `__wbgt_NAME`. Cost: a pass over the exports.
[[nodiscard]] bool is_bindgen_suite(const wasm::Module& module);

} // namespace cargo_wasm::runner
