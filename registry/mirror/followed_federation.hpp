// The federation's document of a mirror: pinned at the first run, then followed version by version.
#pragma once
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_mirror {

/// The newest version that `primary` has; all versions are in `public_directory` then. Errors: those of following, CW1250.
[[nodiscard]] Result<registry_trust::Federation>
follow(base::Filesystem& fs, const base::Path& public_directory, registry_client::StaticFiles& primary, const FederationPin& pin);

} // namespace cargo_wasm::registry_mirror
