#include <cargo_wasm/report/dependency_graph.hpp>

#include <algorithm>

namespace cargo_wasm::report {

namespace {

using plan::FeaturesFor;

EdgeKind edge_kind(manifest::DependencyKind kind)
{
  switch (kind) {
  case manifest::DependencyKind::normal:
    return EdgeKind::normal;
  case manifest::DependencyKind::build:
    return EdgeKind::build;
  case manifest::DependencyKind::development:
    return EdgeKind::development;
  }
  return EdgeKind::normal;
}

class GraphBuilder
{
public:
  explicit GraphBuilder(const DependencyGraphInput& input) : m_input(input) {}

  DependencyGraph build()
  {
    auto roots = m_input.roots;
    std::sort(roots.begin(), roots.end(), [](const auto& a, const auto& b) { return a.summary->id < b.summary->id; });
    for (const auto& root : roots) {
      const auto id = root.summary->id;
      for (const auto& kind : m_input.platforms.requested_kinds) {
        const auto node = add_package(id, is_proc_macro(id) ? FeaturesFor::host : FeaturesFor::normal_or_dev, kind);
        if (shows_features()) {
          add_command_line_features(node, root);
        }
      }
    }
    if (shows_features()) {
      add_internal_features();
    }
    return std::move(m_graph);
  }

private:
  /// A dependency's node and whether it is optional, by its name in the manifest.
  using NameMap = std::map<InternedString, std::set<std::pair<NodeIndex, bool>>>;

  [[nodiscard]] bool shows_features() const { return m_input.kinds.count(EdgeKind::feature) != 0; }

  [[nodiscard]] bool is_proc_macro(spec::PackageId id) const
  {
    const auto found = m_input.packages.find(id);
    if (found == m_input.packages.end()) {
      return false;
    }
    const auto* library = found->second->manifest->library();
    return library != nullptr && library->proc_macro;
  }

  NodeIndex add_node(GraphNode node)
  {
    const auto [place, inserted] = m_index.emplace(node, static_cast<NodeIndex>(m_graph.nodes.size()));
    if (inserted) {
      m_graph.nodes.push_back(std::move(node));
      m_graph.edges.emplace_back();
    }
    return place->second;
  }

  void add_edge(NodeIndex from, GraphEdge edge)
  {
    auto& edges = m_graph.edges[from];
    if (std::find(edges.begin(), edges.end(), edge) == edges.end()) {
      edges.push_back(edge);
    }
  }

  [[nodiscard]] bool is_shown(const manifest::Dependency& dependency,
                              spec::PackageId from,
                              spec::PackageId to,
                              FeaturesFor side,
                              const CompileKind& node_kind) const
  {
    const bool on_host = node_kind.is_host() || dependency.kind == manifest::DependencyKind::build;
    if (!m_input.all_targets && dependency.platform &&
        !m_input.platforms.platform_matches(*dependency.platform, on_host ? CompileKind::host() : node_kind)) {
      return false;
    }
    if (m_input.kinds.count(edge_kind(dependency.kind)) == 0 || (m_input.no_proc_macro && is_proc_macro(to))) {
      return false;
    }
    return !dependency.optional || m_input.features.is_dependency_active(from, side, dependency.name_in_toml);
  }

  NodeIndex add_package(spec::PackageId id, FeaturesFor side, const CompileKind& requested)
  {
    PackageNode node{id, {}, side == FeaturesFor::host ? CompileKind::host() : requested};
    if (const auto* features = m_input.features.find(id, side)) {
      node.features.assign(features->begin(), features->end());
    }
    const auto node_kind = node.kind;
    if (const auto known = m_index.find(node); known != m_index.end()) {
      return known->second;
    }
    const auto from = add_node(std::move(node));
    NameMap names;
    const auto* resolved = m_input.resolve.find(id);
    if (resolved == nullptr) {
      return from;
    }
    for (const auto& edge : resolved->edges) {
      std::vector<const manifest::Dependency*> shown;
      for (const auto& dependency : edge.dependencies) {
        if (is_shown(*dependency, id, edge.to, side, node_kind)) {
          shown.push_back(dependency.get());
        }
      }
      std::stable_sort(shown.begin(), shown.end(), [](const auto* a, const auto* b) {
        return std::pair(a->kind, a->name_in_toml) < std::pair(b->kind, b->name_in_toml);
      });
      for (const auto* dependency : shown) {
        const bool to_host = side == FeaturesFor::host || dependency->kind == manifest::DependencyKind::build || is_proc_macro(edge.to);
        const auto to = add_package(edge.to, to_host ? FeaturesFor::host : side, requested);
        connect(from, *dependency, {edge_kind(dependency->kind), to}, names);
      }
    }
    m_names.emplace(from, std::move(names));
    return from;
  }

  void connect(NodeIndex from, const manifest::Dependency& dependency, GraphEdge edge, NameMap& names)
  {
    if (!shows_features()) {
      add_edge(from, edge);
      return;
    }
    names[dependency.name_in_toml].emplace(edge.to, dependency.optional);
    if (dependency.default_features) {
      add_feature("default", from, edge);
    }
    for (const auto feature : dependency.features) {
      add_feature(feature, from, edge);
    }
    if (!dependency.default_features && dependency.features.empty()) {
      add_edge(from, edge);
    }
  }

  /// Puts a feature node between `from` (if any) and a package. Says whether the node is new.
  std::pair<bool, NodeIndex> add_feature(InternedString name, std::optional<NodeIndex> from, GraphEdge to)
  {
    const FeatureNode node{to.to, name};
    const bool is_new = m_index.find(node) == m_index.end();
    const auto index = add_node(node);
    if (from) {
      add_edge(*from, {to.kind, index});
    }
    add_edge(index, {EdgeKind::feature, to.to});
    return {is_new, index};
  }

  void add_command_line_features(NodeIndex package, const resolve::ResolveRoot& root)
  {
    std::vector<manifest::FeatureValue> wanted;
    if (root.features.all_features) {
      for (const auto& [name, values] : root.summary->features) {
        wanted.push_back({manifest::FeatureValue::Kind::feature, name, {}, false});
      }
    }
    if (root.features.uses_default_features) {
      wanted.push_back({manifest::FeatureValue::Kind::feature, "default", {}, false});
    }
    for (const auto feature : root.features.features) {
      wanted.push_back(manifest::parse_feature_value(feature));
    }
    for (const auto& value : wanted) {
      if (value.kind == manifest::FeatureValue::Kind::feature) {
        m_graph.command_line_features.insert(add_feature(value.feature, std::nullopt, {EdgeKind::feature, package}).second);
        continue;
      }
      for (const auto& [to, optional] : m_names[package][value.dependency]) {
        if (optional) {
          m_graph.command_line_features.insert(add_feature(value.dependency, std::nullopt, {EdgeKind::feature, package}).second);
        }
        m_graph.command_line_features.insert(add_feature(value.feature, std::nullopt, {EdgeKind::feature, to}).second);
      }
    }
  }

  void add_internal_features()
  {
    const auto count = m_graph.nodes.size();
    for (NodeIndex i = 0; i < count; ++i) {
      if (const auto* feature = std::get_if<FeatureNode>(&m_graph.nodes[i])) {
        expand(feature->name, i, feature->package);
      }
    }
  }

  /// What a feature of a package switches on, as edges from its node.
  void expand(InternedString name, NodeIndex from, NodeIndex package)
  {
    const auto id = std::get<PackageNode>(m_graph.nodes[package]).id;
    const auto* resolved = m_input.resolve.find(id);
    const auto values = resolved->summary->features.find(name);
    if (values == resolved->summary->features.end()) {
      return;
    }
    for (const auto& value : values->second) {
      if (value.kind == manifest::FeatureValue::Kind::feature) {
        const auto [is_new, index] = add_feature(value.feature, from, {EdgeKind::feature, package});
        if (is_new) {
          expand(value.feature, index, package);
        }
      } else if (value.kind == manifest::FeatureValue::Kind::dependency_feature) {
        expand_dependency_feature(value, from, package);
      }
    }
  }

  void expand_dependency_feature(const manifest::FeatureValue& value, NodeIndex from, NodeIndex package)
  {
    const auto names = m_names[package]; // a copy: adding features may add entries
    const auto connections = names.find(value.dependency);
    if (connections == names.end()) {
      return;
    }
    for (const auto& [to, optional] : connections->second) {
      if (optional && !value.weak) {
        add_feature(value.dependency, from, {EdgeKind::feature, package});
      }
      const auto [is_new, index] = add_feature(value.feature, from, {EdgeKind::feature, to});
      if (is_new) {
        expand(value.feature, index, to);
      }
    }
  }

  const DependencyGraphInput& m_input;
  DependencyGraph m_graph;
  std::map<GraphNode, NodeIndex> m_index;
  std::map<NodeIndex, NameMap> m_names;
};

} // namespace

DependencyGraph build_dependency_graph(const DependencyGraphInput& input)
{
  return GraphBuilder(input).build();
}

std::vector<NodeIndex> DependencyGraph::nodes_of(const std::set<spec::PackageId>& ids) const
{
  std::vector<NodeIndex> found;
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const auto* package = std::get_if<PackageNode>(&nodes[i]);
    if (package != nullptr && ids.count(package->id) != 0) {
      found.push_back(i);
    }
  }
  std::sort(found.begin(), found.end(), [&](NodeIndex a, NodeIndex b) { return nodes[a] < nodes[b]; });
  return found;
}

std::vector<NodeIndex> DependencyGraph::targets(NodeIndex from, EdgeKind kind) const
{
  std::vector<NodeIndex> found;
  for (const auto& edge : edges[from]) {
    if (edge.kind == kind) {
      found.push_back(edge.to);
    }
  }
  std::sort(found.begin(), found.end(), [&](NodeIndex a, NodeIndex b) { return nodes[a] < nodes[b]; });
  return found;
}

void DependencyGraph::invert()
{
  std::vector<std::vector<GraphEdge>> inverted(edges.size());
  for (NodeIndex from = 0; from < edges.size(); ++from) {
    for (const auto& edge : edges[from]) {
      inverted[edge.to].push_back({edge.kind, from});
    }
  }
  edges = std::move(inverted);
}

void DependencyGraph::keep_reachable(const std::vector<NodeIndex>& from)
{
  std::vector<bool> reached(nodes.size(), false);
  std::vector<NodeIndex> open = from;
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    if (reached[node]) {
      continue;
    }
    reached[node] = true;
    for (const auto& edge : edges[node]) {
      open.push_back(edge.to);
    }
  }
  DependencyGraph kept;
  std::map<NodeIndex, NodeIndex> renamed;
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    if (reached[i]) {
      renamed.emplace(i, static_cast<NodeIndex>(kept.nodes.size()));
      kept.nodes.push_back(nodes[i]);
    }
  }
  for (const auto& [old_index, new_index] : renamed) {
    auto& targets = kept.edges.emplace_back(edges[old_index]);
    for (auto& edge : targets) {
      edge.to = renamed.at(edge.to);
    }
  }
  *this = std::move(kept);
}

std::vector<NodeIndex> DependencyGraph::duplicates() const
{
  // A package that occurs on both sides with the same features is no duplicate; with other features it is compiled twice, so it is one.
  std::map<InternedString, std::set<std::pair<spec::PackageId, std::vector<InternedString>>>> variants;
  for (const auto& node : nodes) {
    if (const auto* package = std::get_if<PackageNode>(&node)) {
      variants[package->id.name()].emplace(package->id, package->features);
    }
  }
  std::set<spec::PackageId> repeated;
  for (const auto& [name, several] : variants) {
    if (several.size() > 1) {
      for (const auto& [id, features] : several) {
        repeated.insert(id);
      }
    }
  }
  return nodes_of(repeated);
}

} // namespace cargo_wasm::report
