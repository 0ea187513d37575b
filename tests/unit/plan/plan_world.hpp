// A workspace in memory: packages with targets and dependencies in a line each, resolved in the obvious way, on a
// compiler that never runs.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/plan/actions.hpp>
#include <cargo_wasm/plan/features.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>

#include <support/test_env.hpp>

namespace cargo_wasm::test {

using manifest::CrateTarget;
using manifest::CrateType;
using manifest::DependencyKind;
using manifest::TargetKind;

struct DependencySpec
{
  std::string name;
  DependencyKind kind = DependencyKind::normal;
  bool optional = false;
  bool default_features = true;
  std::vector<std::string> features = {};
  std::string platform = {}; ///< "cfg(…)" or a triple
  std::string rename = {};   ///< the key in the manifest
};

struct PackageSpec
{
  std::string name;
  std::string version = "1.0.0";
  bool is_member = false;
  std::vector<CrateTarget> targets = {}; ///< empty: a library
  std::vector<DependencySpec> dependencies = {};
  std::map<std::string, std::vector<std::string>> features = {};
  std::string links = {};
  std::vector<std::string> lints = {};
};

[[nodiscard]] CrateTarget lib(std::vector<CrateType> types = {CrateType::lib});
[[nodiscard]] CrateTarget proc_macro();
[[nodiscard]] CrateTarget bin(std::string name, std::vector<std::string> required_features = {});
[[nodiscard]] CrateTarget target(TargetKind kind, std::string name);
[[nodiscard]] CrateTarget build_script();

class PlanWorld
{
public:
  PlanWorld();

  /// Members lie in /project/NAME (the first one in /project), the rest in /cargo/registry/src/index/NAME-VERSION.
  PlanWorld& add(PackageSpec spec);

  [[nodiscard]] Result<plan::UnitGraph> units();
  [[nodiscard]] plan::ResolvedFeatures features();
  [[nodiscard]] Result<plan::ActionGraph> actions();

  plan::BuildRequest request;
  manifest::Workspace workspace;
  toolchain::TargetData platforms;
  toolchain::ToolchainChoice choice;

private:
  std::unique_ptr<TestEnv> m_env = std::make_unique<TestEnv>(); // on the heap, so that worlds can be returned

public:
  TestEnv& env = *m_env;

private:
  void resolve_all();

  std::vector<PackageSpec> m_specs;
  std::map<std::string, PackagePtr> m_by_name;
  std::unordered_map<spec::PackageId, PackagePtr> m_packages;
  resolve::Resolve m_resolve;
  std::vector<resolve::ResolveRoot> m_roots;
  std::unique_ptr<manifest::Config> m_config;
};

/// One line a unit: "app v1.0.0 lib build wasm32-wasip1 [f1,f2] -> dep(extern) …", sorted as in the graph.
[[nodiscard]] std::string describe(const plan::UnitGraph& graph);
/// The first unit of this package, target name and mode; fails the test when there is none.
[[nodiscard]] const plan::Unit&
unit_of(const plan::UnitGraph& graph, std::string_view package, std::string_view target, plan::CompileMode mode, bool host = false);

} // namespace cargo_wasm::test
