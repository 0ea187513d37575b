// What the steps that make units share: who is active, with which features, profile and flags.
#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/plan/features.hpp>
#include <cargo_wasm/plan/profiles.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>

#include "edge_index.hpp"
#include "unit_table.hpp"

namespace cargo_wasm::plan {

/// Per kind: what the configuration says instead of a build script's run.
using ScriptReplacements = std::map<toolchain::CompileKind, std::map<std::string, std::vector<std::string>>>;

struct UnitContext
{
  const UnitGraphInput& input;
  const BuildRequest& request;
  const EdgeIndex& edges;
  const ResolvedFeatures& features;
  const BuildProfiles& profiles;
  const ScriptReplacements& replacements;
  UnitTable& units;
  bool has_dev_units = false;
  bool is_std = false;                  ///< `input` is std's own workspace: nothing of it is a member or local
  toolchain::CompileKind explicit_host; ///< the host's triple as a target: what units are made for until the graph is shared

  /// nullptr when the package was not loaded.
  [[nodiscard]] PackagePtr package(spec::PackageId id) const;
  [[nodiscard]] BuildProfile profile(const PackagePtr& package, const UnitPurpose& purpose, const toolchain::CompileKind& kind) const;
  [[nodiscard]] bool is_wasm(const toolchain::CompileKind& kind) const;
  [[nodiscard]] std::vector<InternedString> active_features(spec::PackageId id, FeaturesFor side) const;
  UnitIndex make_unit(const PackagePtr& package,
                      const manifest::CrateTarget& target,
                      BuildProfile profile,
                      const toolchain::CompileKind& kind,
                      CompileMode mode,
                      FeaturesFor side) const;

  /// The package's features and, as `dependency/feature`, those of its dependencies: what `required-features` is tested against.
  [[nodiscard]] std::set<std::string>
  available_features(spec::PackageId id, bool with_dev, const std::vector<toolchain::CompileKind>& kinds) const;
};

/// Proc macros and build scripts run on the build machine, whatever was asked for.
[[nodiscard]] inline toolchain::CompileKind kind_for_target(const toolchain::CompileKind& kind, const manifest::CrateTarget& target)
{
  return target.for_host ? toolchain::CompileKind::host() : kind;
}

[[nodiscard]] inline bool is_any_test(CompileMode mode)
{
  return mode == CompileMode::test || mode == CompileMode::check_test;
}
[[nodiscard]] inline bool is_check(CompileMode mode)
{
  return mode == CompileMode::check || mode == CompileMode::check_test;
}

/// A program or `cdylib` that is built to be used; tests run as they were linked.
[[nodiscard]] inline bool is_finished(const Unit& unit)
{
  const bool is_cdylib = std::ranges::find(unit.crate_types, manifest::CrateType::cdylib) != unit.crate_types.end();
  return unit.mode == CompileMode::build && (unit.target->is_executable() || is_cdylib) && !unit.target->is_custom_build();
}

/// The crate targets the request selects, as units, sorted. Errors: CW0363–CW0367.
[[nodiscard]] Result<std::vector<UnitIndex>>
make_root_units(const Env& env, const UnitContext& context, const std::vector<PackagePtr>& packages);

struct DependencyEdges
{
  EdgeMap edges;
  std::set<std::pair<UnitIndex, UnitIndex>> dev_edges; ///< those there is only a dev-dependency for
};

/// Everything below the roots. Errors: CW0371 two names for one crate, CW0372 two packages with one `links`,
/// CW0377 a package that is not loaded.
[[nodiscard]] Result<DependencyEdges> make_dependencies(const UnitContext& context, const std::vector<UnitIndex>& roots);
/// What only the whole graph shows: runs of build scripts that see the output of others. Then every unit's edges are sorted as cargo prints
/// them: by unit, then by name.
void connect_build_script_runs(const UnitTable& units, DependencyEdges& dependencies);

struct SharedGraph
{
  std::vector<UnitIndex> roots;
  EdgeMap edges;
};

/// Decides what was deferred and merges units of host and target where they are the same (cargo: rebuild_unit_graph_shared).
[[nodiscard]] SharedGraph share_units(const UnitContext& context, const EdgeMap& edges, const std::vector<UnitIndex>& roots);

/// Sets `lto` of every unit (cargo: compiler/lto.rs).
void plan_lto(UnitGraph& graph);

/// differences-from-cargo (b): a `cdylib` built for wasm drops the rlib beside it when no unit of the graph links to it.
void drop_unused_rlibs(UnitGraph& graph);

} // namespace cargo_wasm::plan
