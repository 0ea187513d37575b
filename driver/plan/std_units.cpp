#include "std_units.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace cargo_wasm::plan {

using manifest::CrateTarget;
using toolchain::CompileKind;

namespace {

using StdRoots = std::map<CompileKind, std::vector<UnitIndex>>;

Error no_such_std_package(const StdGraph& std_graph, std::string_view name)
{
  return Error("CW0864", fmt::format("the standard library has no package `{}`", name), Blame::usage)
      .note(fmt::format("looked for in `{}`", std_graph.workspace.root.string()))
      .help("`-Zbuild-std=std,panic_abort` builds all of it; `-Zbuild-std=core,alloc` what needs no system");
}

Result<StdRoots> make_std_roots(const UnitContext& std_context, const StdGraph& std_graph, bool has_tests)
{
  StdRoots roots;
  for (const CompileKind& requested : std_context.request.kinds) {
    const std::string_view triple = std_context.input.platforms.triple(requested);
    if (!std_graph.triples.empty() && std::ranges::find(std_graph.triples, triple) == std_graph.triples.end()) {
      continue;
    }
    const CompileKind kind = requested.is_host() ? std_context.explicit_host : requested;
    const bool has_std = may_have_std(std_context.input.platforms.info(requested));
    for (const std::string& name : std_packages(std_graph.crates, has_std, has_tests)) {
      const auto found = std::ranges::find_if(std_graph.packages, [&](const auto& entry) { return entry.first.name().view() == name; });
      const CrateTarget* const library = found == std_graph.packages.end() ? nullptr : found->second->manifest->library();
      if (library == nullptr) {
        return fail(no_such_std_package(std_graph, name));
      }
      BuildProfile profile = std_context.profile(found->second, UnitPurpose{}, kind);
      roots[kind].push_back(
          std_context.make_unit(found->second, *library, std::move(profile), kind, CompileMode::build, FeaturesFor::normal_or_dev));
    }
  }
  return roots;
}

/// Whether libtest is wanted.
bool has_harness_tests(const UnitContext& context, const std::vector<UnitIndex>& roots)
{
  return std::ranges::any_of(roots, [&](UnitIndex root) {
    const Unit& unit = context.units[root];
    return is_any_test(unit.mode) && unit.target->harness;
  });
}

} // namespace

base::Path std_source_directory(const base::Path& sysroot)
{
  return sysroot / "lib/rustlib/src/rust/library";
}

std::vector<std::string> std_packages(const std::vector<std::string>& crates, bool has_std, bool has_tests)
{
  std::set<std::string> names(crates.begin(), crates.end());
  if (names.empty()) {
    names.insert(has_std ? "std" : "core");
  }
  if (names.contains("std")) {
    names.insert({"core", "alloc", "proc_macro", "panic_unwind", "compiler_builtins"});
    if (has_tests) {
      names.insert("test");
    }
  } else if (names.contains("core")) {
    names.insert("compiler_builtins");
  }
  return {names.begin(), names.end()};
}

bool may_have_std(const toolchain::TargetInfo& target)
{
  // Cargo asks the target's specification, which only nightly compilers print; `none` is what all without a std have in common.
  const std::vector<std::string> systems = target.cfg_values("target_os");
  return std::ranges::find(systems, "none") == systems.end();
}

BuildRequest std_build_request(const BuildRequest& request, const StdRequest& std_request, const toolchain::TargetData& platforms)
{
  const bool any_std = std::ranges::any_of(request.kinds, [&](const CompileKind& kind) { return may_have_std(platforms.info(kind)); });
  BuildRequest result;
  result.profile_name = request.profile_name;
  result.kinds = request.kinds;
  result.packages.packages = std_packages(std_request.crates, any_std, false);
  if (std::ranges::find(result.packages.packages, "sysroot") == result.packages.packages.end()) {
    result.packages.packages.emplace_back("sysroot"); // brings libtest into the resolution
  }
  result.features.features = std_request.features.value_or(std::vector<std::string>{"panic-unwind", "backtrace", "default"});
  result.features.no_default_features = true;
  return result;
}

Result<> attach_std(const UnitContext& context, const StdGraph& std_graph, const std::vector<UnitIndex>& roots, EdgeMap& edges)
{
  const UnitGraphInput input{.workspace = std_graph.workspace,
                             .config = context.input.config,
                             .full_resolve = std_graph.full_resolve,
                             .resolve = std_graph.resolve,
                             .roots = std_graph.roots,
                             .packages = std_graph.packages,
                             .platforms = context.input.platforms};
  const EdgeIndex index(std_graph.resolve);
  const ResolvedFeatures features = resolve_features({.resolve = std_graph.resolve,
                                                      .roots = std_graph.roots,
                                                      .packages = std_graph.packages,
                                                      .platforms = context.input.platforms,
                                                      .kinds = context.request.kinds},
                                                     feature_options(std_graph.workspace.resolver, false, false));
  const UnitContext std_context{.input = input,
                                .request = context.request,
                                .edges = index,
                                .features = features,
                                .profiles = context.profiles,
                                .replacements = context.replacements,
                                .units = context.units,
                                .has_dev_units = false,
                                .is_std = true,
                                .explicit_host = context.explicit_host};
  CW_TRY_ASSIGN(const StdRoots std_roots, make_std_roots(std_context, std_graph, has_harness_tests(context, roots)));
  std::vector<UnitIndex> all_roots;
  for (const auto& [kind, units] : std_roots) {
    all_roots.insert(all_roots.end(), units.begin(), units.end());
  }
  CW_TRY_ASSIGN(const DependencyEdges of_std, make_dependencies(std_context, all_roots));

  bool is_needed = false;
  for (auto& [unit, below] : edges) {
    const Unit& above = context.units[unit];
    const auto of_kind = std_roots.find(above.kind);
    if (above.kind.is_host() || above.mode == CompileMode::run_custom_build || of_kind == std_roots.end()) {
      continue;
    }
    is_needed = true;
    for (const UnitIndex root : of_kind->second) {
      below.push_back({.unit = root,
                       .purpose = {},
                       .extern_name = context.units[root].package->id().name(),
                       .dependency_name = std::nullopt,
                       .is_public = true,
                       .no_prelude = true,
                       .no_unused = true});
    }
  }
  if (is_needed) {
    edges.insert(of_std.edges.begin(), of_std.edges.end());
  }
  return {};
}

} // namespace cargo_wasm::plan
