// The graph `tree` shows: packages (once per side and feature set) and, with `-e features`, features as nodes of their own
// (cargo: ops/cargo_tree/graph.rs).
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/features.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>
#include <cargo_wasm/resolve/resolve.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::report {

using NodeIndex = std::uint32_t;
using toolchain::CompileKind;

/// Order in which a node's edges are printed.
enum class EdgeKind : std::uint8_t { normal, build, development, feature };

struct PackageNode
{
  spec::PackageId id;
  std::vector<InternedString> features;
  CompileKind kind;
  auto operator<=>(const PackageNode&) const = default;
  bool operator==(const PackageNode&) const = default;
};

struct FeatureNode
{
  NodeIndex package = 0;
  InternedString name;
  auto operator<=>(const FeatureNode&) const = default;
  bool operator==(const FeatureNode&) const = default;
};

using GraphNode = std::variant<PackageNode, FeatureNode>;

struct GraphEdge
{
  EdgeKind kind = EdgeKind::normal;
  NodeIndex to = 0;
  bool operator==(const GraphEdge&) const = default;
};

struct DependencyGraph
{
  std::vector<GraphNode> nodes;
  std::vector<std::vector<GraphEdge>> edges; ///< by node, without repetition
  std::set<NodeIndex> command_line_features;

  /// Nodes of these packages, in the order of nodes.
  [[nodiscard]] std::vector<NodeIndex> nodes_of(const std::set<spec::PackageId>& ids) const;
  /// Edges of one kind, by target.
  [[nodiscard]] std::vector<NodeIndex> targets(NodeIndex from, EdgeKind kind) const;
  void invert();
  /// Only what can be reached from these nodes.
  void keep_reachable(const std::vector<NodeIndex>& from);
  /// Packages that are compiled more than once: several versions, sources or feature sets of one name.
  [[nodiscard]] std::vector<NodeIndex> duplicates() const;
};

struct DependencyGraphInput
{
  const resolve::Resolve& resolve;
  const plan::ResolvedFeatures& features;
  const std::vector<resolve::ResolveRoot>& roots;
  const std::unordered_map<spec::PackageId, PackagePtr>& packages;
  const toolchain::TargetData& platforms;
  std::set<EdgeKind> kinds;
  bool all_targets = false, no_proc_macro = false;
};

[[nodiscard]] DependencyGraph build_dependency_graph(const DependencyGraphInput& input);

struct TreeStyle
{
  enum class Prefix : std::uint8_t { indent, depth, none } prefix = Prefix::indent;
  bool ascii = false, no_dedupe = false;
  std::uint32_t max_depth = UINT32_MAX;
  bool workspace_only = false;
  std::set<spec::PackageId> pruned;
  std::string format = "{p}";
};

/// Errors: CW0772 a format with an unknown name in braces.
[[nodiscard]] Result<std::string> print_tree(const DependencyGraph& graph,
                                             const std::vector<NodeIndex>& roots,
                                             const TreeStyle& style,
                                             const manifest::Workspace& workspace,
                                             const std::unordered_map<spec::PackageId, PackagePtr>& packages);

} // namespace cargo_wasm::report
