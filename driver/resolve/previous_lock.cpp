#include "previous_lock.hpp"

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

using spec::GitReference;
using spec::SourceId;

/// Packages of the old lock, found fast.
class OldPackages
{
public:
  explicit OldPackages(const Resolve& previous) : m_previous(previous)
  {
    for (const auto& [id, package] : previous.packages) {
      m_by_name[id.name()].push_back(id);
    }
  }

  [[nodiscard]] bool satisfy(const Dependency& dependency) const
  {
    const auto named = m_by_name.find(dependency.package_name);
    return named != m_by_name.end() &&
           std::any_of(named->second.begin(), named->second.end(), [&](PackageId id) { return dependency.matches_ignoring_source(id); });
  }

  /// Adds a package and everything below it.
  void add_with_dependencies(PackageId root, std::unordered_set<PackageId>& out) const
  {
    std::vector<PackageId> stack{root};
    while (!stack.empty()) {
      const PackageId id = stack.back();
      stack.pop_back();
      const ResolvedPackage* package = m_previous.find(id);
      if (!out.insert(id).second || package == nullptr) {
        continue;
      }
      for (const ResolveEdge& edge : package->edges) {
        stack.push_back(edge.to);
      }
    }
  }

private:
  const Resolve& m_previous;
  std::unordered_map<InternedString, std::vector<PackageId>> m_by_name;
};

/// Up to lock version 2 the branch `master` and no branch were written alike: the entry stands for
/// both.
std::optional<PackageId> as_master_branch(PackageId id, const Resolve& previous)
{
  const SourceId source = id.source();
  if (previous.lock_version > 2 || !source.is_git() || source.git_reference().kind != GitReference::Kind::default_branch) {
    return std::nullopt;
  }
  return id.with_source(SourceId::for_git(source.url(), {GitReference::Kind::branch, "master"}).with_precise(source.precise()));
}

/// Names the version and accepts none: who does not accept it as declared cannot be sent to it.
spec::VersionReq nothing_but_refused(const spec::Version& version)
{
  std::vector<spec::Comparator> comparators = spec::VersionReq::exactly(version).comparators();
  comparators.push_back(comparators.front());
  comparators.back().op = spec::ComparatorOp::less;
  return spec::VersionReq(std::move(comparators));
}

} // namespace

DependencyPtr pinned(const Dependency& dependency, PackageId id)
{
  auto out = std::make_shared<Dependency>(dependency);
  out->req = spec::VersionReq::exactly(id.version());
  out->locked_version = id.version();
  if (dependency.source == id.source()) {
    out->source = dependency.source.with_precise(id.source().precise());
  }
  return out;
}

std::unordered_set<PackageId>
PreviousLock::freed(const Resolve& previous, const manifest::Workspace& workspace, const PathPackages& path_packages, const Keep& keep)
{
  const OldPackages old(previous);
  std::unordered_set<PackageId> out;
  for (const auto& [id, package] : previous.packages) {
    if (!keep(id)) {
      old.add_with_dependencies(id, out);
    }
  }
  std::vector<SummaryPtr> stack;
  std::unordered_set<SourceId> freed_sources;
  for (const PackagePtr& member : workspace.members) {
    stack.push_back(member->manifest->summary);
  }
  std::unordered_set<PackageId> visited;
  while (!stack.empty()) {
    const SummaryPtr package = stack.back();
    stack.pop_back();
    if (!visited.insert(package->id).second) {
      continue;
    }
    const bool is_member = workspace.is_member(package->id);
    for (const DependencyPtr& dependency : package->dependencies) {
      // Of packages outside the workspace these need not be in the lock.
      if (!is_member && (dependency->optional || dependency->kind == manifest::DependencyKind::development)) {
        continue;
      }
      if (const SummaryPtr below = path_packages.find(dependency->source)) {
        stack.push_back(below);
      } else if (!old.satisfy(*dependency)) {
        freed_sources.insert(dependency->source);
      }
    }
  }
  for (const auto& [id, package] : previous.packages) {
    if (freed_sources.count(id.source()) != 0) {
      old.add_with_dependencies(id, out);
    }
  }
  // Last: freeing a package above must still have walked through these.
  for (const auto& [id, package] : previous.packages) {
    const SummaryPtr now = path_packages.find(id.source());
    if (now != nullptr && now->id != id) {
      out.insert(id);
    }
  }
  return out;
}

PreviousLock::PreviousLock(const Resolve& previous,
                           const manifest::Workspace& workspace,
                           const PathPackages& path_packages,
                           const Keep& keep)
{
  const std::unordered_set<PackageId> free = freed(previous, workspace, path_packages, keep);
  const auto is_pinned = [&](PackageId id) { return keep(id) && free.count(id) == 0; };
  for (const auto& [id, package] : previous.packages) {
    if (!is_pinned(id)) {
      continue;
    }
    std::vector<PackageId> dependencies;
    for (const ResolveEdge& edge : package.edges) {
      if (is_pinned(edge.to)) {
        dependencies.push_back(edge.to);
      }
    }
    if (const std::optional<PackageId> twin = as_master_branch(id, previous)) {
      add(*twin, dependencies);
    }
    add(id, dependencies);
  }
}

const PreviousLock::Pinned* PreviousLock::find(PackageId id) const
{
  const auto named = m_by_name.find(id.name());
  if (named == m_by_name.end()) {
    return nullptr;
  }
  const auto found = std::find_if(named->second.begin(), named->second.end(), [&](const Pinned& entry) { return entry.id == id; });
  return found == named->second.end() ? nullptr : &*found;
}

DependencyPtr PreviousLock::lock(PackageId parent, const DependencyPtr& dependency) const
{
  if (const Pinned* entry = find(parent)) {
    const auto patched = m_patched.find(dependency->source.canonical());
    for (const PackageId id : entry->dependencies) {
      const bool is_patch =
          patched != m_patched.end() && std::find(patched->second.begin(), patched->second.end(), id) != patched->second.end();
      if (dependency->matches(id) || (is_patch && dependency->matches_ignoring_source(id))) {
        return pinned(*dependency, id);
      }
    }
  }
  if (const auto named = m_by_name.find(dependency->package_name); named != m_by_name.end()) {
    for (const Pinned& entry : named->second) {
      if (dependency->matches(entry.id)) {
        return pinned(*dependency, entry.id);
      }
    }
  }
  return m_precise.empty() ? dependency : made_precise(dependency);
}

DependencyPtr PreviousLock::made_precise(const DependencyPtr& dependency) const
{
  for (const PreciseUpdate& update : m_precise) {
    if (dependency->source != update.package.source()) {
      continue;
    }
    if (!update.version) {
      auto out = std::make_shared<Dependency>(*dependency);
      out->source = dependency->source.with_precise(update.commit);
      return out;
    }
    // Only what the old version satisfied follows to the new one: other requirements keep their own
    // version.
    if (dependency->package_name == update.package.name() && dependency->req.matches(update.package.version())) {
      auto out = std::make_shared<Dependency>(*dependency);
      out->req =
          dependency->req.matches(*update.version) ? spec::VersionReq::exactly(*update.version) : nothing_but_refused(*update.version);
      if (!update.version->build.empty()) {
        out->locked_version = *update.version;
      }
      return out;
    }
  }
  return dependency;
}

} // namespace cargo_wasm::resolve
