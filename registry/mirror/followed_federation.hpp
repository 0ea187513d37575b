// The federation's document of a mirror: pinned at the first run, then followed version by version.
#pragma once
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_mirror {

/// The versions of a federation that a registry has.
struct FederationChain
{
  registry_trust::Federation newest;
  std::vector<std::string> documents;           ///< as they came, in order
  std::vector<registry_tlog::VerifierKey> keys; ///< of the log, the root and the revokers, of all these versions
};

/// Follows the versions behind `current` (nullopt: from the first one on). `pinned`: whether `current` is what `pin` says, or nothing has
/// to be. Errors: those of following, CW1101 there is none, CW1250.
[[nodiscard]] Result<FederationChain> follow_chain(std::optional<registry_trust::Federation> current,
                                                   bool pinned,
                                                   registry_client::StaticFiles& primary,
                                                   const FederationPin& pin);

/// The newest version that `primary` has; all versions are in `public_directory` then. Errors: those of following, CW1250.
[[nodiscard]] Result<registry_trust::Federation>
follow(base::Filesystem& fs, const base::Path& public_directory, registry_client::StaticFiles& primary, const FederationPin& pin);

} // namespace cargo_wasm::registry_mirror
