// The narrowed pass: what the selected members need of a complete resolution. Every dependency is
// locked to what the lock pass chose, so no choice is left and walking the edges with features
// gives what a second resolution would.
#include "explain.hpp"
#include "feature_closure.hpp"

#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>

namespace cargo_wasm::resolve {
namespace {

struct Node
{
  const ResolvedPackage* full = nullptr;
  FeatureNumbers numbers;
  std::unique_ptr<FeatureClosure> closure;
  bool dev_dependencies = false;
  bool is_queued = false;
  std::unordered_map<const Dependency*, PackageId> targets;
  std::map<PackageId, std::vector<DependencyPtr>> edges;
};

class Walk
{
public:
  explicit Walk(const Resolve& full) : m_full(full) {}

  Result<> add_root(const ResolveRoot& root)
  {
    Node* const node = node_of(root.summary->id);
    if (node == nullptr) {
      return fail(Error("CW0340", fmt::format("`{}` is not in the lock file", root.summary->id.display()), Blame::bug));
    }
    node->dev_dependencies = node->dev_dependencies || root.dev_dependencies;
    if (root.features.all_features) {
      node->closure->add_all();
    }
    for (const InternedString text : root.features.features) {
      const manifest::FeatureValue value = manifest::parse_feature_value(text);
      CW_TRY(check_dependency(*root.summary, value));
      node->closure->add_value(value);
    }
    if (root.features.uses_default_features) {
      node->closure->add_defaults();
    }
    if (node->closure->missing) {
      return fail(explain_member_feature(*root.summary, *node->closure->missing));
    }
    enqueue(*node);
    return {};
  }

  void run()
  {
    while (!m_queue.empty()) {
      Node& node = *m_queue.front();
      m_queue.pop_front();
      node.is_queued = false;
      for (const DependencyPtr& dependency : node.full->summary->dependencies) {
        follow(node, dependency);
      }
    }
  }

  Resolve result() const
  {
    Resolve out;
    out.lock_version = m_full.lock_version;
    out.metadata = m_full.metadata;
    for (const auto& [id, node] : m_nodes) {
      ResolvedPackage package{id, node.full->summary, {}, {}, node.full->checksum, node.full->replaced_by};
      std::size_t number = 0;
      for (const auto& [name, values] : node.full->summary->features) {
        if ((node.closure->features[number / 64] >> (number % 64) & 1U) != 0) {
          package.features.insert(package.features.end(), name);
        }
        ++number;
      }
      for (const auto& [target, dependencies] : node.edges) {
        package.edges.push_back({target, dependencies});
      }
      out.packages.emplace(id, std::move(package));
    }
    return out;
  }

private:
  static Result<> check_dependency(const Summary& summary, const manifest::FeatureValue& value)
  {
    const auto is_named = [&](const DependencyPtr& d) { return d->name_in_toml == value.dependency; };
    if (value.kind != manifest::FeatureValue::Kind::feature &&
        std::none_of(summary.dependencies.begin(), summary.dependencies.end(), is_named)) {
      return fail(explain_member_feature(summary, {MissingFeature::Kind::missing_dependency, value.dependency}));
    }
    return {};
  }

  Node* node_of(PackageId id)
  {
    const auto [place, is_new] = m_nodes.try_emplace(id);
    Node& node = place->second;
    if (is_new) {
      node.full = m_full.find(id);
      if (node.full == nullptr || node.full->summary == nullptr) {
        m_nodes.erase(place);
        return nullptr;
      }
      node.numbers = number_features(*node.full->summary);
      node.closure = std::make_unique<FeatureClosure>(*node.full->summary, node.numbers);
      for (const ResolveEdge& edge : node.full->edges) {
        for (const DependencyPtr& dependency : edge.dependencies) {
          node.targets.emplace(dependency.get(), edge.to);
        }
      }
      enqueue(node);
    }
    return &node;
  }

  void enqueue(Node& node)
  {
    if (!node.is_queued) {
      node.is_queued = true;
      m_queue.push_back(&node);
    }
  }

  void follow(Node& node, const DependencyPtr& dependency)
  {
    if (dependency->kind == manifest::DependencyKind::development && !node.dev_dependencies) {
      return;
    }
    const auto asked = node.closure->dependencies.find(dependency->name_in_toml);
    if (dependency->optional && asked == node.closure->dependencies.end()) {
      return;
    }
    const auto target = node.targets.find(dependency.get());
    if (target == node.targets.end()) {
      return;
    }
    std::vector<DependencyPtr>& edge = node.edges[target->second];
    if (std::find(edge.begin(), edge.end(), dependency) == edge.end()) {
      edge.push_back(dependency);
    }
    Node* next = node_of(target->second);
    if (next != nullptr && next->full->replaced_by) {
      next = node_of(*next->full->replaced_by);
    }
    if (next == nullptr) {
      return;
    }
    const FeatureBits before = next->closure->features;
    for (const InternedString feature : dependency->features) {
      next->closure->add_feature(feature);
    }
    if (asked != node.closure->dependencies.end()) {
      for (const InternedString feature : asked->second) {
        next->closure->add_feature(feature);
      }
    }
    if (dependency->default_features) {
      next->closure->add_defaults();
    }
    if (next->closure->features != before) {
      enqueue(*next);
    }
  }

  const Resolve& m_full;
  std::map<PackageId, Node> m_nodes;
  std::deque<Node*> m_queue;
};

} // namespace

Result<Resolve> narrow(const Resolve& full, const manifest::Workspace&, const std::vector<ResolveRoot>& roots)
{
  Walk walk(full);
  for (const ResolveRoot& root : roots) {
    CW_TRY(walk.add_root(root));
  }
  walk.run();
  return walk.result();
}

} // namespace cargo_wasm::resolve
