// `update`: which locked packages are given up, and where `--precise` sends one (cargo:
// ops/cargo_update.rs).
#pragma once
#include "previous_lock.hpp"

#include <cargo_wasm/resolve/workspace_resolve.hpp>

namespace cargo_wasm::resolve {

struct UpdatePlan
{
  std::unordered_set<PackageId> given_up;
  std::unordered_set<spec::SourceId> moved_sources; ///< git repositories move as a whole
  std::vector<PreciseUpdate> precise;
  [[nodiscard]] bool keeps(PackageId id) const { return given_up.count(id) == 0 && moved_sources.count(id.source()) == 0; }
};

/// Errors: CW0340, CW0341 for the specs; CW0342 --recursive with --precise; CW0343 --precise is not
/// a version.
[[nodiscard]] Result<UpdatePlan> plan_update(const Resolve& previous, const manifest::Workspace& workspace, const UpdateRequest& request);

} // namespace cargo_wasm::resolve
