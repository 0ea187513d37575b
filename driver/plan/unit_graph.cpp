// plan_units: the steps in order, and the checks that need the finished graph.
#include <cargo_wasm/plan/unit_graph.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/toolchain/target_settings.hpp>

#include "built_in_profiles.hpp"
#include "std_units.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

using toolchain::CompileKind;

std::string_view to_string(CompileMode mode)
{
  switch (mode) {
  case CompileMode::build:
    return "build";
  case CompileMode::check:
  case CompileMode::check_test:
    return "check";
  case CompileMode::test:
    return "test";
  case CompileMode::doc:
    return "doc";
  case CompileMode::run_custom_build:
    return "run-custom-build";
  }
  return "build";
}

bool Unit::is_local() const
{
  return package->id().source().is_path() && !is_std;
}

bool Unit::requires_upstream_objects() const
{
  if (mode == CompileMode::test || mode == CompileMode::check_test ||
      !(target->is_lib() || target->kind == manifest::TargetKind::example)) {
    return true;
  }
  return std::ranges::any_of(crate_types,
                             [](manifest::CrateType t) { return t != manifest::CrateType::lib && t != manifest::CrateType::rlib; });
}

namespace {

/// The packages whose crate targets are built, by package id.
Result<std::vector<PackagePtr>> packages_to_build(const UnitContext& context, const SelectedPackages& selected)
{
  std::vector<PackagePtr> packages = selected.members;
  for (const std::string& text : selected.outside) {
    CW_TRY_ASSIGN(const spec::PackageId id, context.input.resolve.query_spec(text));
    const PackagePtr package = context.package(id);
    if (!package) {
      return fail(Error("CW0377", fmt::format("package `{}` is needed to plan the build and was not loaded", id.display()), Blame::bug));
    }
    packages.push_back(package);
  }
  std::ranges::sort(packages, [](const PackagePtr& a, const PackagePtr& b) { return a->id() < b->id(); });
  return packages;
}

Result<ScriptReplacements> script_replacements(const UnitGraphInput& input, const std::vector<CompileKind>& kinds)
{
  ScriptReplacements replacements;
  for (const CompileKind& kind : kinds) {
    CW_TRY_ASSIGN(auto lines, toolchain::links_overrides(input.config, input.platforms.triple(kind)));
    if (!lines.empty()) {
      replacements.emplace(kind, std::move(lines));
    }
  }
  return replacements;
}

/// What stands for the contents of a package that is never edited.
std::string checksum_of(const EdgeIndex& packages, spec::PackageId id)
{
  if (id.source().is_git()) {
    return id.source().precise();
  }
  if (id.source().is_path() || !packages.contains(id)) {
    return {};
  }
  const resolve::ResolvedPackage& package = packages.package(id);
  if (package.checksum) {
    return *package.checksum;
  }
  return package.summary ? package.summary->checksum.value_or("") : "";
}

struct StdChecksums
{
  explicit StdChecksums(const StdGraph& graph) : packages(graph.resolve), compiler(graph.compiler) {}
  [[nodiscard]] std::string of(spec::PackageId id) const { return id.source().is_path() ? compiler : checksum_of(packages, id); }

  EdgeIndex packages;
  std::string compiler;
};

/// Copies what is reachable into cargo's order.
UnitGraph to_graph(const UnitTable& units, const SharedGraph& shared, const EdgeIndex& packages, const std::optional<StdChecksums>& of_std)
{
  std::vector<UnitIndex> order;
  order.reserve(shared.edges.size());
  for (const auto& [unit, edges] : shared.edges) {
    order.push_back(unit);
  }
  std::ranges::sort(order, [&](UnitIndex a, UnitIndex b) { return compare_units(units[a], units[b]) < 0; });
  std::unordered_map<UnitIndex, UnitIndex> position;
  for (const UnitIndex unit : order) {
    position.emplace(unit, static_cast<UnitIndex>(position.size()));
  }
  UnitGraph graph;
  graph.units.reserve(order.size());
  for (const UnitIndex index : order) {
    Unit unit = units[index];
    unit.package_checksum = unit.is_std ? of_std->of(unit.package->id()) : checksum_of(packages, unit.package->id());
    for (const UnitEdge& edge : shared.edges.at(index)) {
      unit.dependencies.push_back({.unit = position.at(edge.unit),
                                   .extern_name = edge.extern_name,
                                   .dependency_name = edge.dependency_name,
                                   .is_public = edge.is_public,
                                   .no_prelude = edge.no_prelude,
                                   .no_unused = edge.no_unused});
    }
    graph.units.push_back(std::move(unit));
  }
  for (const UnitIndex root : shared.roots) {
    graph.roots.push_back(position.at(root));
  }
  return graph;
}

std::string_view describe(manifest::TargetKind kind)
{
  switch (kind) {
  case manifest::TargetKind::lib:
    return "library";
  case manifest::TargetKind::bin:
    return "binary";
  case manifest::TargetKind::test:
    return "integration test";
  case manifest::TargetKind::bench:
    return "benchmark";
  case manifest::TargetKind::example:
    return "example";
  case manifest::TargetKind::custom_build:
    return "build script";
  }
  return "target";
}

Result<> check_sources(const Env& env, const UnitGraph& graph)
{
  for (const UnitIndex root : graph.roots) {
    const Unit& unit = graph.units[root];
    const manifest::CrateTarget& target = *unit.target;
    CW_TRY_ASSIGN(const auto stat, env.fs.stat(target.source));
    if (!stat) {
      return fail(
          Error("CW0369",
                fmt::format("the source file of {} `{}` is missing: `{}`", describe(target.kind), target.name, target.source.string()))
              .note(fmt::format("declared in `{}`", unit.package->manifest->file.string())));
    }
    if (stat->type == base::FileType::directory) {
      Error error(
          "CW0370",
          fmt::format("the source file of {} `{}` is a directory: `{}`", describe(target.kind), target.name, target.source.string()));
      for (const char* name : {"main.rs", "lib.rs"}) {
        if (env.fs.is_file(target.source / name)) {
          error.helps.push_back(fmt::format("set its `path` to `{}`", (target.source / name).string()));
        }
      }
      return fail(std::move(error));
    }
  }
  return {};
}

Result<> check_rust_version(const UnitGraph& graph, const spec::Version& rustc)
{
  std::set<std::string> too_new;
  bool any_local = false;
  for (const Unit& unit : graph.units) {
    const auto& wanted = unit.package->manifest->summary->rust_version;
    if (wanted && !wanted->is_satisfied_by(rustc)) {
      too_new.insert(fmt::format("`{}` needs rustc {}", unit.package->id().display(), to_string(*wanted)));
      any_local = any_local || unit.is_local();
    }
  }
  if (too_new.empty()) {
    return {};
  }
  Error error("CW0368", fmt::format("rustc {} is too old for {} of the packages", to_string(rustc), too_new.size()), Blame::environment);
  error.notes.assign(too_new.begin(), too_new.end());
  if (any_local) {
    error.helps.emplace_back("use a newer toolchain, or `--ignore-rust-version` to try anyway");
  } else {
    error.helps.emplace_back("use a newer toolchain, or an older version of the package: `cargo-wasm update NAME --precise VERSION`");
  }
  return fail(std::move(error));
}

} // namespace

Result<UnitGraph> plan_units(const Env& env, const UnitGraphInput& input, const BuildRequest& request)
{
  CW_TRY_ASSIGN(const std::optional<bool> incremental, incremental_override(env.vars, input.config));
  std::map<std::string, manifest::BuildProfileToml> tables = input.workspace.profiles;
  if (!request.strict_cargo) {
    const bool for_wasm =
        std::ranges::all_of(request.kinds, [&](const CompileKind& kind) { return input.platforms.triple(kind).starts_with("wasm"); });
    CW_TRY_ASSIGN(tables, with_built_in_profiles(std::move(tables), for_wasm));
  }
  CW_TRY_ASSIGN(const BuildProfiles profiles, BuildProfiles::make(tables, request.profile_name, incremental));
  static const std::map<std::string, manifest::BuildProfileToml> k_none;
  const auto& own_profiles = input.workspace.root_manifest ? input.workspace.root_manifest->profiles : k_none;
  CW_TRY_ASSIGN(const std::vector<Error> profile_warnings, profiles.check_package_overrides(input.full_resolve, own_profiles));
  for (const Error& warning : profile_warnings) {
    env.reporter.warning(warning);
  }

  const bool has_dev_units = request.needs_dev_dependencies();
  const ResolvedFeatures features = resolve_features(
      {.resolve = input.resolve, .roots = input.roots, .packages = input.packages, .platforms = input.platforms, .kinds = request.kinds},
      feature_options(input.workspace.resolver, has_dev_units, false));

  const CompileKind explicit_host = CompileKind::target(input.platforms.rustc.host);
  std::vector<CompileKind> kinds{CompileKind::host(), explicit_host};
  kinds.insert(kinds.end(), request.kinds.begin(), request.kinds.end());
  CW_TRY_ASSIGN(const ScriptReplacements replacements, script_replacements(input, kinds));

  const EdgeIndex edge_index(input.resolve);
  UnitTable units;
  const UnitContext context{.input = input,
                            .request = request,
                            .edges = edge_index,
                            .features = features,
                            .profiles = profiles,
                            .replacements = replacements,
                            .units = units,
                            .has_dev_units = has_dev_units,
                            .explicit_host = explicit_host};

  CW_TRY_ASSIGN(const SelectedPackages selected, select_packages(input.workspace, request.packages));
  for (const Error& warning : selected.warnings) {
    env.reporter.warning(warning);
  }
  CW_TRY_ASSIGN(const std::vector<PackagePtr> packages, packages_to_build(context, selected));
  CW_TRY_ASSIGN(const std::vector<UnitIndex> roots, make_root_units(env, context, packages));
  CW_TRY_ASSIGN(DependencyEdges dependencies, make_dependencies(context, roots));
  std::optional<StdChecksums> std_checksums;
  if (input.std_graph != nullptr) {
    CW_TRY(attach_std(context, *input.std_graph, roots, dependencies.edges));
    std_checksums.emplace(*input.std_graph);
  }
  connect_build_script_runs(units, dependencies);
  UnitGraph graph = to_graph(units, share_units(context, dependencies.edges, roots), edge_index, std_checksums);
  graph.base_profile = profiles.base_profile();
  graph.profile_name = profiles.requested();
  graph.profile_directory = profiles.directory_name();

  CW_TRY(check_sources(env, graph));
  if (!request.ignore_rust_version) {
    CW_TRY(check_rust_version(graph, input.platforms.rustc.version));
  }
  if (!request.strict_cargo) {
    drop_unused_rlibs(graph);
  }
  plan_lto(graph);
  return graph;
}

} // namespace cargo_wasm::plan
