// The result of resolution: which packages, with which edges and features (cargo:
// resolver/resolve.rs).
#pragma once
#include <cargo_wasm/manifest/lockfile.hpp>
#include <cargo_wasm/resolve/package_index.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

using spec::PackageId;

/// An edge with the dependencies (of every kind and platform) that asked for it. Lock pass: those
/// active; order as declared.
struct ResolveEdge
{
  PackageId to;
  std::vector<DependencyPtr> dependencies;
};

struct ResolvedPackage
{
  PackageId id;
  SummaryPtr summary;
  std::vector<ResolveEdge> edges;       ///< sorted by target id
  std::set<InternedString> features;    ///< active in this pass, sorted
  std::optional<std::string> checksum;  ///< for the lock file; nullopt for path and git
  std::optional<PackageId> replaced_by; ///< `[replace]`
};

struct Resolve
{
  std::map<PackageId, ResolvedPackage> packages; ///< in lock file order
  std::vector<PackageId> unused_patches;
  std::vector<std::pair<std::string, std::string>> metadata; ///< preserved from the old lock
  std::uint32_t lock_version = 4;

  [[nodiscard]] const ResolvedPackage* find(PackageId id) const;
  /// Ids that a `-p` spec names; errors CW0340 none (with near names), CW0341 several (with the
  /// specs that tell them apart).
  [[nodiscard]] Result<PackageId> query_spec(std::string_view text) const;
};

} // namespace cargo_wasm::resolve
