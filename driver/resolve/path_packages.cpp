#include "path_packages.hpp"

namespace cargo_wasm::resolve {

PathPackages::PathPackages(const manifest::Workspace& workspace, PackageIndex& index)
{
  for (const PackagePtr& member : workspace.members) {
    if (member->id().source().is_path()) {
      m_by_source.emplace(member->id().source(), member->manifest->summary);
      m_in_order.push_back(member->manifest->summary);
    }
  }
  for (const PackagePtr& member : workspace.members) {
    if (member->id().source().is_path()) {
      add_dependencies(*member->manifest->summary, index);
    }
  }
  for (const manifest::PatchEntry& entry : workspace.patches) {
    for (const DependencyPtr& dependency : entry.dependencies) {
      add(*dependency, index);
    }
  }
  if (workspace.root_manifest != nullptr) {
    for (const auto& [spec, dependency] : workspace.root_manifest->replacements) {
      add(*dependency, index);
    }
  }
}

void PathPackages::add_dependencies(const Summary& summary, PackageIndex& index)
{
  for (const DependencyPtr& dependency : summary.dependencies) {
    add(*dependency, index);
  }
}

void PathPackages::add(const Dependency& dependency, PackageIndex& index)
{
  if (!dependency.source.is_path() || m_by_source.count(dependency.source) != 0) {
    return;
  }
  Dependency any_version = dependency;
  any_version.req = {};
  const Result<std::vector<SummaryPtr>> found = index.query(any_version);
  if (!found || found->empty()) {
    return; // whoever needs it says so
  }
  const SummaryPtr summary = found->front();
  m_by_source.emplace(dependency.source, summary);
  m_in_order.push_back(summary);
  add_dependencies(*summary, index);
}

SummaryPtr PathPackages::find(spec::SourceId source) const
{
  const auto found = m_by_source.find(source);
  return found == m_by_source.end() ? nullptr : found->second;
}

std::vector<spec::PackageId> PathPackages::ids() const
{
  std::vector<spec::PackageId> out;
  for (const SummaryPtr& summary : m_in_order) {
    out.push_back(summary->id);
  }
  return out;
}

} // namespace cargo_wasm::resolve
