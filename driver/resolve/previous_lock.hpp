// What an existing lock file means for a new resolution: which dependencies are pinned to the
// locked version.
//
// A package is kept unless an update names it or its path package changed. When a manifest has a
// dependency that nothing in the lock satisfies, every package of that dependency's source is
// freed: the manifest changed, and no old pin may stand in the way. Freed packages are still
// preferred (VersionPreferences::prefer), so that only what must move moves.
#pragma once
#include "path_packages.hpp"

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cargo_wasm::resolve {

using Keep = std::function<bool(PackageId)>;

/// `update --precise`: this package goes to that version, or that commit.
struct PreciseUpdate
{
  PackageId package;
  std::optional<spec::Version> version;
  std::string commit; ///< of git packages
};

class PreviousLock
{
public:
  PreviousLock() = default;
  PreviousLock(const Resolve& previous, const manifest::Workspace& workspace, const PathPackages& path_packages, const Keep& keep);

  /// `patched`: packages that patches provide, by the canonical URL of the source they stand for.
  void set_patches(std::map<std::string, std::vector<PackageId>> patched) { m_patched = std::move(patched); }
  void set_precise(std::vector<PreciseUpdate> updates) { m_precise = std::move(updates); }

  /// The dependency as `parent` must have it; the same pointer when nothing pins it.
  [[nodiscard]] DependencyPtr lock(PackageId parent, const DependencyPtr& dependency) const;

private:
  struct Pinned
  {
    PackageId id;
    std::vector<PackageId> dependencies;
  };
  [[nodiscard]] static std::unordered_set<PackageId>
  freed(const Resolve& previous, const manifest::Workspace& workspace, const PathPackages& path_packages, const Keep& keep);
  void add(PackageId id, const std::vector<PackageId>& dependencies) { m_by_name[id.name()].push_back({id, dependencies}); }
  [[nodiscard]] const Pinned* find(PackageId id) const;
  [[nodiscard]] DependencyPtr made_precise(const DependencyPtr& dependency) const;

  std::unordered_map<InternedString, std::vector<Pinned>> m_by_name;
  std::map<std::string, std::vector<PackageId>> m_patched;
  std::vector<PreciseUpdate> m_precise;
};

/// `dependency` pinned to exactly this package; its source takes the precise part over unless it is
/// another source.
[[nodiscard]] DependencyPtr pinned(const Dependency& dependency, PackageId id);

} // namespace cargo_wasm::resolve
