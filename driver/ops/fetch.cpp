#include <cargo_wasm/ops/verbs.hpp>

#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

Result<> fetch(const Env& env, const GlobalOptions& options, const std::vector<std::string>& triples)
{
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  CW_TRY(check_members(project.workspace));
  CW_TRY_ASSIGN(const auto lock, lock_project(env, project, options, {}));
  std::vector<spec::PackageId> ids;
  if (triples.empty()) {
    for (const auto& [id, package] : lock.resolve.packages) {
      ids.push_back(id);
    }
    return project.sources->download(lock.resolve, ids);
  }
  CW_TRY_ASSIGN(const auto choice, choose_toolchain(env, project, options));
  CW_TRY_ASSIGN(const auto platforms,
                toolchain::probe_target_data(env, *project.config, choice, triples, rustc_cache_places(env, project.workspace)));
  plan::BuildRequest request;
  request.intent = plan::UserIntent::test; // dev-dependencies are fetched, too
  request.packages.workspace = true;
  request.targets.default_targets = false;
  request.targets.all_targets = true;
  request.features.all_features = true;
  for (const auto& kind : platforms.requested_kinds) {
    request.kinds.push_back(kind);
  }
  CW_TRY_ASSIGN(const auto roots, plan::plan_resolve_roots(project.workspace, request));
  CW_TRY_ASSIGN(const auto narrowed, resolve::narrow(lock.resolve, project.workspace, roots));
  ids = plan::needed_packages(narrowed, roots, request, platforms);
  return project.sources->download(lock.resolve, ids);
}

} // namespace cargo_wasm::ops
