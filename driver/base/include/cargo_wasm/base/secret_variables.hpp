// Variables that hold a secret of this program or of cargo: signing keys, their pass phrases, tokens of registries. No compiler, wrapper or
// build script needs them, so none gets them; what a child has not, it cannot print, embed or leave behind.
#pragma once
#include <string_view>

#include <cargo_wasm/base/process.hpp>

namespace cargo_wasm::base {

/// `CARGO_WASM_CACHE_KEY`, `CARGO_WASM_PUBLISH_KEY`, `CARGO_WASM_KEY_PASSPHRASE`, `CARGO_REGISTRY_TOKEN`, `CARGO_REGISTRIES_NAME_TOKEN`,
/// `CARGO_REGISTRIES_NAME_SECRET_KEY`. Those that hold tokens of remote caches have names of the user's choice and are not among them.
[[nodiscard]] bool is_secret_variable(std::string_view name);

/// A copy without them, for a child.
[[nodiscard]] EnvMap without_secrets(EnvMap variables);

} // namespace cargo_wasm::base
