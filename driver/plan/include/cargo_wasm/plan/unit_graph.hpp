// From a resolved workspace and a selection to the unit graph (cargo: ops/cargo_compile, compiler/unit_dependencies.rs).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/unit.hpp>
#include <cargo_wasm/resolve/resolver.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>

namespace cargo_wasm::toolchain {
struct Toolchain;
}

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
  std::vector<std::string> packages, exclude; ///< specs and glob patterns
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
  PackageSelection packages;
  TargetSelection targets;
  FeatureSelection features;
  std::string profile_name = "dev";
  std::vector<CompileKind> kinds;   ///< what was asked for; {host} without --target
  bool explicit_target = false;     ///< some --target (or default target rule) is in force
  bool strict_cargo = false;        ///< no difference of design.md §3 applies
  bool ignore_rust_version = false;
};

struct UnitGraphInput
{
  const manifest::Workspace& workspace;
  const resolve::Resolve& resolve;                                    ///< narrowed to the selection
  const std::unordered_map<spec::PackageId, PackagePtr>& packages;    ///< loaded
  const toolchain::Toolchain& toolchain;                              ///< rustc, cfgs and flags per kind
};

/// cargo's `--unit-graph` format, version 1 (compiler/unit_graph.rs); key order as cargo prints it.
[[nodiscard]] std::string unit_graph_json(const UnitGraph& graph, const manifest::Workspace& workspace);

} // namespace cargo_wasm::plan
