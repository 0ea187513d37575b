#include "loaded_graph.hpp"

#include "path_overrides.hpp"

namespace cargo_wasm::ops {

Result<LoadedGraph> load_graph(const Env& env,
                               Project& project,
                               const GlobalOptions& options,
                               const plan::BuildRequest& request,
                               const toolchain::TargetData& platforms,
                               bool every_package)
{
  const auto& workspace = project.workspace;
  LoadedGraph graph;
  CW_TRY_ASSIGN(graph.lock, lock_project(env, project, options, {}));
  CW_TRY_ASSIGN(const auto overrides, apply_path_overrides(env, project, graph.lock.resolve));
  CW_TRY_ASSIGN(graph.roots, plan::plan_resolve_roots(workspace, request));
  CW_TRY_ASSIGN(graph.narrowed, resolve::narrow(graph.lock.resolve, workspace, graph.roots));
  std::vector<spec::PackageId> ids;
  if (every_package) {
    for (const auto& [id, package] : graph.narrowed.packages) {
      ids.push_back(id);
    }
  } else {
    ids = plan::needed_packages(graph.narrowed, graph.roots, request, platforms);
  }
  for (const auto& package : overrides) {
    graph.packages.emplace(package->id(), package);
    std::erase(ids, package->id());
  }
  CW_TRY_ASSIGN(const auto loaded, project.sources->load_packages(graph.lock.resolve, ids));
  graph.packages.insert(loaded.begin(), loaded.end());
  for (const auto& member : workspace.members) {
    graph.packages.emplace(member->id(), member);
  }
  return graph;
}

} // namespace cargo_wasm::ops
