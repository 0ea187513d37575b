#include "path_overrides.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

/// The edges of the package that is replaced, for the dependencies of the one that replaces it.
std::vector<resolve::ResolveEdge> edges_for(const Env& env, const resolve::ResolvedPackage& replaced, const manifest::Package& by)
{
  std::vector<resolve::ResolveEdge> edges;
  for (const auto& edge : replaced.edges) {
    edges.push_back({edge.to, {}});
  }
  for (const auto& dependency : by.manifest->summary->dependencies) {
    const auto edge =
        std::find_if(edges.begin(), edges.end(), [&](const auto& candidate) { return dependency->matches_ignoring_source(candidate.to); });
    if (edge != edges.end()) {
      edge->dependencies.push_back(dependency);
    } else if (dependency->kind != manifest::DependencyKind::development && !dependency->optional) {
      env.reporter.warning(Error("CW0703",
                                 fmt::format("the override of `{}` needs `{} {}`, which the locked package does not have",
                                             by.id().name(),
                                             dependency->package_name,
                                             dependency->req_text))
                               .note(fmt::format("the override is `{}`", by.root().string()))
                               .help("use `[patch]`, which may change dependencies, instead of `paths`"));
    }
  }
  std::erase_if(edges, [](const auto& edge) { return edge.dependencies.empty(); });
  return edges;
}

void replace_package(const Env& env, resolve::Resolve& resolve, spec::PackageId from, const manifest::Package& by)
{
  auto node = resolve.packages.extract(from);
  auto& package = node.mapped();
  package.edges = edges_for(env, package, by);
  package.id = by.id();
  package.summary = by.manifest->summary;
  package.checksum.reset();
  node.key() = by.id();
  resolve.packages.insert(std::move(node));
  for (auto& [id, other] : resolve.packages) {
    for (auto& edge : other.edges) {
      if (edge.to == from) {
        edge.to = by.id();
      }
    }
    std::sort(other.edges.begin(), other.edges.end(), [](const auto& a, const auto& b) { return a.to < b.to; });
  }
}

} // namespace

Result<std::vector<PackagePtr>> apply_path_overrides(const Env& env, Project& project, resolve::Resolve& resolve)
{
  std::vector<PackagePtr> used;
  CW_TRY_ASSIGN(const auto paths, project.config->path_overrides());
  for (const auto& path : paths) {
    CW_TRY_ASSIGN(const auto packages, project.sources->packages_of(spec::SourceId::for_path(path.lexically_normal())));
    for (const auto& package : packages) {
      const auto stands_for = [&](spec::PackageId id) {
        return id.name() == package->id().name() && id.version() == package->id().version() && id != package->id() &&
               !project.workspace.is_member(id);
      };
      const auto found =
          std::find_if(resolve.packages.begin(), resolve.packages.end(), [&](const auto& entry) { return stands_for(entry.first); });
      if (found != resolve.packages.end()) {
        replace_package(env, resolve, found->first, *package);
        used.push_back(package);
      }
    }
  }
  return used;
}

} // namespace cargo_wasm::ops
