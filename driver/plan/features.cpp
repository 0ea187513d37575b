// The feature resolver: a depth-first walk that activates features until nothing changes.
#include <cargo_wasm/plan/features.hpp>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "edge_index.hpp"

namespace cargo_wasm::plan {

using manifest::Dependency;
using manifest::DependencyKind;
using manifest::FeatureValue;
using spec::PackageId;

FeatureOptions feature_options(manifest::ResolverBehavior behavior, bool has_dev_units, bool all_targets)
{
  if (behavior == manifest::ResolverBehavior::v1) {
    return {};
  }
  return {.decouple_host_deps = true, .decouple_dev_deps = !has_dev_units, .ignore_inactive_targets = !all_targets};
}

const std::set<InternedString>* ResolvedFeatures::find(PackageId id, FeaturesFor side) const
{
  const auto found = m_features.find(key(id, side));
  return found == m_features.end() ? nullptr : &found->second;
}

bool ResolvedFeatures::is_dependency_active(PackageId id, FeaturesFor side, InternedString name_in_toml) const
{
  const auto found = m_dependencies.find(key(id, side));
  return found != m_dependencies.end() && found->second.contains(name_in_toml);
}

class FeatureResolver
{
public:
  FeatureResolver(const FeatureInput& input, const FeatureOptions& options) : m_input(input), m_edges(input.resolve)
  {
    m_result.m_options = options;
    m_track_host = options.decouple_host_deps || options.ignore_inactive_targets;
  }

  ResolvedFeatures run()
  {
    for (const resolve::ResolveRoot& root : m_input.roots) {
      const PackageId id = root.summary->id;
      const std::vector<FeatureValue> values = requested(root);
      if (m_track_host && has_proc_macro(id)) {
        // Its programs and tests need it on the normal side, too.
        activate_package(id, FeaturesFor::normal_or_dev, values);
        activate_package(id, FeaturesFor::host, values);
      } else {
        activate_package(id, FeaturesFor::normal_or_dev, values);
      }
    }
    return std::move(m_result);
  }

private:
  struct SidedDependency
  {
    PackageId to;
    const Dependency* dependency;
    FeaturesFor side;
  };
  using Side = ResolvedFeatures::Key;

  [[nodiscard]] const manifest::Summary& summary(PackageId id) const { return *m_edges.package(id).summary; }

  [[nodiscard]] bool has_proc_macro(PackageId id) const
  {
    const auto found = m_input.packages.find(id);
    return found != m_input.packages.end() &&
           std::ranges::any_of(found->second->manifest->targets, [](const manifest::CrateTarget& t) { return t.proc_macro; });
  }

  [[nodiscard]] bool is_proc_macro_lib(PackageId id) const
  {
    const auto found = m_input.packages.find(id);
    const manifest::CrateTarget* lib = found == m_input.packages.end() ? nullptr : found->second->manifest->library();
    return lib != nullptr && lib->proc_macro;
  }

  [[nodiscard]] static std::vector<FeatureValue> requested(const resolve::ResolveRoot& root)
  {
    std::vector<FeatureValue> values;
    for (const InternedString feature : root.features.features) {
      values.push_back(manifest::parse_feature_value(feature));
    }
    if (root.features.uses_default_features && root.summary->features.contains("default")) {
      values.push_back({FeatureValue::Kind::feature, "default", {}, false});
    }
    if (root.features.all_features) {
      for (const auto& [name, value] : root.summary->features) {
        values.push_back({FeatureValue::Kind::feature, name, {}, false});
      }
    }
    return values;
  }

  [[nodiscard]] std::vector<FeatureValue> requested(PackageId to, const Dependency& dependency) const
  {
    std::vector<FeatureValue> values;
    for (const InternedString feature : dependency.features) {
      values.push_back(manifest::parse_feature_value(feature));
    }
    if (dependency.default_features && summary(to).features.contains("default")) {
      values.push_back({FeatureValue::Kind::feature, "default", {}, false});
    }
    return values;
  }

  [[nodiscard]] bool is_platform_active(const Dependency& dependency, FeaturesFor side) const
  {
    if (dependency.kind == DependencyKind::build || side == FeaturesFor::host) {
      return m_input.platforms.platform_matches(*dependency.platform, CompileKind::host());
    }
    return std::ranges::any_of(m_input.kinds,
                               [&](const CompileKind& kind) { return m_input.platforms.platform_matches(*dependency.platform, kind); });
  }

  /// Edges of a package on one side that take part, each with the side it leads to. Remembered: a package is asked once per feature.
  const std::vector<SidedDependency>& dependencies(PackageId id, FeaturesFor side)
  {
    const auto [entry, is_new] = m_dependencies.try_emplace(Side{id, side});
    if (!is_new) {
      return entry->second;
    }
    for (const EdgeIndex::Edge& edge : m_edges.edges(id)) {
      for (const resolve::DependencyPtr& dependency : *edge.dependencies) {
        const FeatureOptions& options = m_result.m_options;
        if (dependency->platform && options.ignore_inactive_targets && !is_platform_active(*dependency, side)) {
          continue;
        }
        if (options.decouple_dev_deps && dependency->kind == DependencyKind::development) {
          continue;
        }
        const bool turns_host = m_track_host && (dependency->kind == DependencyKind::build || is_proc_macro_lib(edge.to));
        entry->second.push_back({edge.to, dependency.get(), turns_host ? FeaturesFor::host : side});
      }
    }
    return entry->second;
  }

  void activate_package(PackageId id, FeaturesFor side, const std::vector<FeatureValue>& values)
  {
    m_result.m_features.try_emplace(m_result.key(id, side));
    for (const FeatureValue& value : values) {
      activate(id, side, value);
    }
    if (!m_processed.insert(Side{id, side}).second) {
      return;
    }
    for (const SidedDependency& d : dependencies(id, side)) {
      if (!d.dependency->optional) {
        activate_package(d.to, d.side, requested(d.to, *d.dependency));
      }
    }
  }

  void activate(PackageId id, FeaturesFor side, const FeatureValue& value)
  {
    switch (value.kind) {
    case FeatureValue::Kind::feature:
      return activate_feature(id, side, value.feature);
    case FeatureValue::Kind::dependency:
      return activate_dependency(id, side, value.dependency);
    case FeatureValue::Kind::dependency_feature:
      return activate_dependency_feature(id, side, value);
    }
  }

  void activate_feature(PackageId id, FeaturesFor side, InternedString feature)
  {
    if (!m_result.m_features[m_result.key(id, side)].insert(feature).second) {
      return;
    }
    const manifest::FeatureMap& features = summary(id).features;
    if (const auto found = features.find(feature); found != features.end()) {
      for (const FeatureValue& value : found->second) {
        activate(id, side, value);
      }
    }
  }

  void activate_dependency(PackageId id, FeaturesFor side, InternedString name)
  {
    m_result.m_dependencies[m_result.key(id, side)].insert(name);
    std::set<InternedString> waiting;
    if (const auto found = m_waiting.find({{id, side}, name}); found != m_waiting.end()) {
      waiting = std::move(found->second);
      m_waiting.erase(found);
    }
    for (const SidedDependency& d : dependencies(id, side)) {
      if (d.dependency->name_in_toml != name) {
        continue;
      }
      for (const InternedString feature : waiting) {
        activate(d.to, d.side, manifest::parse_feature_value(feature));
      }
      activate_package(d.to, d.side, requested(d.to, *d.dependency));
    }
  }

  void activate_dependency_feature(PackageId id, FeaturesFor side, const FeatureValue& value)
  {
    for (const SidedDependency& d : dependencies(id, side)) {
      if (d.dependency->name_in_toml != value.dependency) {
        continue;
      }
      if (d.dependency->optional) {
        if (value.weak && !m_result.is_dependency_active(id, side, value.dependency)) {
          m_waiting[{{id, side}, value.dependency}].insert(value.feature);
          continue;
        }
        activate_dependency(id, side, value.dependency);
        // Before `dep:` existed, `x/f` switched on the feature `x` as well; it still does where that feature exists.
        if (!value.weak && summary(id).features.contains(value.dependency)) {
          activate_feature(id, side, value.dependency);
        }
      }
      activate(d.to, d.side, manifest::parse_feature_value(value.feature));
    }
  }

  const FeatureInput& m_input;
  ResolvedFeatures m_result;
  bool m_track_host = false;
  struct Waiting
  {
    Side package;
    InternedString dependency;
    bool operator==(const Waiting&) const = default;
  };
  struct WaitingHash
  {
    std::size_t operator()(const Waiting& w) const noexcept
    {
      return ResolvedFeatures::KeyHash{}(w.package) * 31 + std::hash<InternedString>{}(w.dependency);
    }
  };
  // Node based on purpose: references stay valid while the map grows during recursion.
  std::unordered_map<Side, std::vector<SidedDependency>, ResolvedFeatures::KeyHash> m_dependencies;
  std::unordered_set<Side, ResolvedFeatures::KeyHash> m_processed;
  std::unordered_map<Waiting, std::set<InternedString>, WaitingHash> m_waiting;
  EdgeIndex m_edges;
};

ResolvedFeatures resolve_features(const FeatureInput& input, const FeatureOptions& options)
{
  return FeatureResolver(input, options).run();
}

} // namespace cargo_wasm::plan
