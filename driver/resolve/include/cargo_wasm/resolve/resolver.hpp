// Version resolution in cargo's order, so that the lock is cargo's byte for byte (resolver/mod.rs;
// rules in docs/reference/resolver.md). Backtracking with conflict sets; sound pruning never
// changes the outcome, only candidate order and frame order do.
#pragma once
#include <cargo_wasm/resolve/package_index.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cargo_wasm::resolve {

/// Which features of a root are asked for.
struct RequestedFeatures
{
  std::set<InternedString> features; ///< plain, `dep/feat`; ignored with all_features
  bool all_features = false;
  bool uses_default_features = true;
};

/// One member to activate.
struct ResolveRoot
{
  SummaryPtr summary;
  RequestedFeatures features;
  bool dev_dependencies = true;
};

/// `[patch]` of one source: the summaries that may stand for its packages.
struct PatchSet
{
  spec::SourceId source;
  std::vector<SummaryPtr> summaries;
};

struct VersionPreferences
{
  std::unordered_set<PackageId> prefer;                        ///< tried first: locked but not pinned
  std::optional<std::vector<spec::RustVersion>> rust_versions; ///< MSRV-aware when set
  bool minimal_versions = false;
};

/// Rewrites a dependency before it is queried: locked ones become exact (registry.rs lock()).
/// Identity when absent.
using LockDependency = std::function<DependencyPtr(PackageId parent, const DependencyPtr&)>;

struct ResolveRequest
{
  std::vector<ResolveRoot> roots;
  std::vector<PatchSet> patches;
  std::vector<std::pair<spec::PackageIdSpec, DependencyPtr>> replacements;
  VersionPreferences preferences;
  LockDependency lock_dependency;
  std::unordered_set<PackageId> yanked_whitelist; ///< locked packages may be yanked
  std::string_view offline_reason;                ///< "--offline", "net.offline" …; empty when the network may be used
};

/// Errors: CW0300 no matching package, CW0301 no matching version, CW0302 requirements collide
/// (with the paths and what would help), CW0303 `links` clash, CW0304 feature missing, CW0305
/// cyclic package dependency.
[[nodiscard]] Result<Resolve> resolve_versions(PackageIndex& index, const ResolveRequest& request);

/// Checks for cycles among normal and build dependencies. Errors: CW0305 with the cycle.
[[nodiscard]] Result<> check_cycles(const Resolve& resolve);

} // namespace cargo_wasm::resolve
