#pragma once
#include <unordered_map>
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>

namespace cargo_wasm::ops {

/// What planning and the verbs that show the graph both need: the lock, the narrowed resolution, the packages on disk.
struct LoadedGraph
{
  resolve::LockPassResult lock;
  std::vector<resolve::ResolveRoot> roots;
  resolve::Resolve narrowed;
  std::unordered_map<spec::PackageId, PackagePtr> packages;
};

/// `every_package`: no platform is left out (metadata without a filter, `tree --target all`).
[[nodiscard]] Result<LoadedGraph> load_graph(const Env& env,
                                             Project& project,
                                             const GlobalOptions& options,
                                             const plan::BuildRequest& request,
                                             const toolchain::TargetData& platforms,
                                             bool every_package);

} // namespace cargo_wasm::ops
