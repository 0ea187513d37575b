// `[patch]`: each entry stands for one package of another source (cargo: registry.rs,
// ops/resolve.rs).
#pragma once
#include "previous_lock.hpp"

#include <cargo_wasm/resolve/resolver.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <map>

namespace cargo_wasm::resolve {

struct RegisteredPatches
{
  std::vector<PatchSet> sets;
  std::map<std::string, std::vector<PackageId>> by_url; ///< canonical URL of the patched source → packages that stand for it
  std::unordered_set<PackageId> outdated;               ///< locked packages that no longer fit a patch that changed
  std::vector<Error> warnings;
};

/// Finds the package of each patch; with an old lock the one it pinned, if that still fits.
/// Errors: CW0310 none fits, CW0311 several fit, CW0312 it comes from the source it patches, CW0313
/// two patches provide one version.
[[nodiscard]] Result<RegisteredPatches> register_patches(
    const manifest::Workspace& workspace, const manifest::Config& config, PackageIndex& index, const Resolve* previous, const Keep& keep);

} // namespace cargo_wasm::resolve
