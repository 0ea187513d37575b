// From a resolved workspace and a selection to the unit graph (cargo: ops/cargo_compile, compiler/unit_dependencies.rs).
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/host/profile.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/unit.hpp>
#include <cargo_wasm/resolve/resolver.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::plan {

/// Which crate targets are built: cargo's `--lib --bins --bin X --examples …` (ops/cargo_compile/compile_filter.rs).
struct TargetSelection
{
  bool default_targets = true; ///< none of the flags: lib + bins whose required features are on
  bool lib = false, all_bins = false, all_examples = false, all_tests = false, all_benches = false, all_targets = false;
  std::vector<std::string> bins, examples, tests, benches;
};

struct PackageSelection
{
  bool workspace = false;
  std::vector<std::string> packages = {}, exclude = {}; ///< specs and glob patterns
};

struct FeatureSelection
{
  std::vector<std::string> features; ///< "f", "pkg/f", comma or space separated already split
  bool all_features = false, no_default_features = false;
};

enum class UserIntent : std::uint8_t { build, check, test, bench, doc };

struct BuildRequest
{
  UserIntent intent = UserIntent::build;
  bool check_as_test = false; ///< `check --profile test`: units of `check` are compiled with `--test`
  PackageSelection packages;
  TargetSelection targets;
  FeatureSelection features;
  std::string profile_name = "dev";
  std::vector<toolchain::CompileKind> kinds; ///< what was asked for; {host} without --target
  /// Members whose own targets are built for these of `kinds` only.
  std::unordered_map<spec::PackageId, std::vector<toolchain::CompileKind>> member_kinds;
  bool strict_cargo = false; ///< no difference of design.md §3 applies
  bool provenance = true;    ///< `--no-provenance`: no artifact carries the digest of its build record
  bool reproducible = false; ///< no file that the compiler writes names a directory of this machine, libraries' metadata included
  bool ignore_rust_version = false;
  std::vector<std::string> ignored_defects; ///< `--ignore-defect`: ids of toolchain defects that are not considered
  /// Members whose artifacts are checked against a host.
  std::unordered_map<spec::PackageId, std::shared_ptr<const host::Profile>> hosts;
  std::optional<InternedString> host_backend; ///< code generator of unoptimized units that run while building; nullopt: LLVM
  bool immediate_abort = false;               ///< a panic in a unit for a wasm target is a trap (`immediate-abort` of the profile)
  bool no_debug_info = false;                 ///< units for wasm targets are compiled without (`debug-info` of the profile)
  std::vector<std::string> wasm_rustflags;    ///< of units for wasm targets, before the user's own
  bool show_dependency_warnings = false;      ///< -vv: for exec; the plan is the same

  [[nodiscard]] const std::vector<toolchain::CompileKind>& kinds_of(spec::PackageId member) const
  {
    const auto own = member_kinds.find(member);
    return own == member_kinds.end() ? kinds : own->second;
  }
  /// Whether dev-dependencies take part (compile_filter.rs need_dev_deps).
  [[nodiscard]] bool needs_dev_dependencies() const;
};

/// The members that `-p`, `--workspace` and `--exclude` name, in the workspace's order; `-p` of a package that is not a
/// member is allowed (`extra_specs`) and looked up after resolution.
struct SelectedPackages
{
  std::vector<PackagePtr> members;
  std::vector<std::string> outside; ///< specs that match no member
  std::vector<Error> warnings;      ///< `--exclude` of something that is not there
};

/// Errors: CW0350 nothing selected, CW0351 not in the workspace (with near names), CW0352 `--exclude` without `--workspace`.
[[nodiscard]] Result<SelectedPackages> select_packages(const manifest::Workspace& workspace, const PackageSelection& selection);

/// The roots of the narrowed resolution: the selected members with the features of the command line, by the rules of
/// the workspace's resolver version (workspace.rs members_with_features). Errors: CW0353 unknown feature (with near names),
/// CW0354 features for packages outside the workspace, CW0355 `dep:` or two slashes on the command line, and those of select_packages.
[[nodiscard]] Result<std::vector<resolve::ResolveRoot>> plan_resolve_roots(const manifest::Workspace& workspace,
                                                                           const BuildRequest& request);

/// The packages that must be on disk to plan this request: what is reachable from the roots for the asked platforms and the host
/// (package.rs download_accessible). Sorted. Needs no package loaded.
[[nodiscard]] std::vector<spec::PackageId> needed_packages(const resolve::Resolve& resolve,
                                                           const std::vector<resolve::ResolveRoot>& roots,
                                                           const BuildRequest& request,
                                                           const toolchain::TargetData& platforms);

struct StdGraph;

struct UnitGraphInput
{
  const manifest::Workspace& workspace;
  const manifest::Config& config;                                  ///< build.incremental, target.*.LINKS tables
  const resolve::Resolve& full_resolve;                            ///< of the lock pass: profile overrides are checked against it
  const resolve::Resolve& resolve;                                 ///< narrowed to `roots`
  const std::vector<resolve::ResolveRoot>& roots;                  ///< from plan_resolve_roots
  const std::unordered_map<spec::PackageId, PackagePtr>& packages; ///< loaded: at least needed_packages and the members
  const toolchain::TargetData& platforms;                          ///< rustc, cfgs and flags per kind
  const StdGraph* std_graph = nullptr;                             ///< the standard library, where it is built with the project
};

/// Profiles, features, units and their edges; LTO per unit. Warnings (targets without required features, unmatched profile
/// overrides, filters that match nothing) go to `env.reporter`. Reads `CARGO_INCREMENTAL` and `CI` from `env.vars`; the file system only to
/// say what is wrong with a missing source file. Errors: CW0350–CW0379. Cost: a few milliseconds for 500 units.
[[nodiscard]] Result<UnitGraph> plan_units(const Env& env, const UnitGraphInput& input, const BuildRequest& request);

/// cargo's `--unit-graph` format, version 1 (compiler/unit_graph.rs); key order as cargo prints it, one line with a newline.
[[nodiscard]] std::string unit_graph_json(const UnitGraph& graph);

} // namespace cargo_wasm::plan
