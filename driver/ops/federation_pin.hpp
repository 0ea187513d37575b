#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/registry_mirror/sync.hpp>

namespace cargo_wasm::ops {

/// `--root sha256:HASH` and `--key KEY`. Errors: CW1255, CW1000.
[[nodiscard]] Result<registry_mirror::FederationPin> federation_pin(const std::optional<std::string>& root,
                                                                    const std::optional<std::string>& key);

} // namespace cargo_wasm::ops
