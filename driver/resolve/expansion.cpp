#include "expansion.hpp"

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

const InternedString& default_name()
{
  static const InternedString name("default");
  return name;
}

} // namespace

FeatureSetNumber Expansions::intern(std::vector<InternedString> features)
{
  std::sort(features.begin(), features.end());
  features.erase(std::unique(features.begin(), features.end()), features.end());
  std::size_t hash = features.size();
  for (const InternedString feature : features) {
    hash = hash * 1000003U ^ std::hash<InternedString>{}(feature);
  }
  const auto [first, last] = m_set_numbers.equal_range(hash);
  for (auto place = first; place != last; ++place) {
    if (m_sets[place->second] == features) {
      return place->second;
    }
  }
  const auto number = static_cast<FeatureSetNumber>(m_sets.size());
  m_sets.push_back(std::move(features));
  m_set_numbers.emplace(hash, number);
  return number;
}

bool Expansions::is_active(PackageNumber number, const FeatureBits& active, FeatureSetNumber features, bool default_features) const
{
  const KnownPackage& package = m_candidates[number];
  const auto is_on = [&](InternedString feature, bool absent) {
    const auto found = package.feature_numbers.find(feature);
    if (found == package.feature_numbers.end()) {
      return absent;
    }
    return found->second / 64 < active.size() && (active[found->second / 64] >> (found->second % 64) & 1U) != 0;
  };
  const std::vector<InternedString>& set = m_sets[features];
  return std::all_of(set.begin(), set.end(), [&](InternedString feature) { return is_on(feature, false); }) &&
         (!default_features || is_on(default_name(), true));
}

Result<const Expansion*> Expansions::of(PackageNumber package, FeatureSetNumber features, bool default_features)
{
  const std::uint64_t request = (static_cast<std::uint64_t>(package) << 32U) | (static_cast<std::uint64_t>(features) << 1U) |
                                static_cast<std::uint64_t>(default_features);
  const auto [place, is_new] = m_by_request.try_emplace(request, nullptr);
  if (!is_new && place->second != nullptr) {
    return place->second;
  }
  FeatureClosure wanted(*m_candidates[package].summary, m_candidates[package].feature_numbers);
  for (const InternedString feature : m_sets[features]) {
    wanted.add_feature(feature);
  }
  if (default_features) {
    wanted.add_defaults();
  }
  CW_TRY_ASSIGN(const Expansion* expansion, finish(package, wanted, false, false));
  m_by_request[request] = expansion;
  return expansion;
}

Result<const Expansion*> Expansions::of_root(PackageNumber package, const RequestedFeatures& requested, bool dev_dependencies)
{
  FeatureClosure wanted(*m_candidates[package].summary, m_candidates[package].feature_numbers);
  if (requested.all_features) {
    wanted.add_all();
  } else {
    for (const InternedString text : requested.features) {
      wanted.add_value(manifest::parse_feature_value(text));
    }
  }
  if (requested.uses_default_features || requested.all_features) {
    wanted.add_defaults();
  }
  return finish(package, wanted, dev_dependencies, true);
}

Result<const Expansion*> Expansions::finish(PackageNumber package, FeatureClosure& wanted, bool dev_dependencies, bool is_root)
{
  Expansion out;
  out.features = std::move(wanted.features);
  out.missing = wanted.missing;
  if (out.missing) {
    return &m_expansions.emplace_back(std::move(out));
  }
  const spec::PackageId id = m_candidates[package].id;
  for (const DependencyPtr& dependency : m_candidates[package].summary->dependencies) {
    if (dependency->kind == manifest::DependencyKind::development && !dev_dependencies) {
      continue;
    }
    const auto asked = wanted.dependencies.find(dependency->name_in_toml);
    if (dependency->optional && asked == wanted.dependencies.end()) {
      continue;
    }
    NeededDependency needed;
    needed.declared = dependency;
    const LockDependency& lock = m_candidates.request().lock_dependency;
    needed.queried = lock ? lock(id, dependency) : dependency;
    needed.key = m_keys.of(needed.queried);
    std::vector<InternedString> features(dependency->features.begin(), dependency->features.end());
    if (asked != wanted.dependencies.end()) {
      features.insert(features.end(), asked->second.begin(), asked->second.end());
    }
    needed.features = intern(std::move(features));
    CW_TRY_ASSIGN(needed.candidates, m_candidates.query(needed.queried));
    out.dependencies.push_back(std::move(needed));
  }
  if (is_root) {
    // `--features name/feature` may name a dependency that does not exist; in a manifest that is
    // refused earlier.
    for (const auto& [name, features] : wanted.dependencies) {
      const InternedString wanted_name = name;
      if (std::none_of(out.dependencies.begin(), out.dependencies.end(), [&](const NeededDependency& d) {
            return d.declared->name_in_toml == wanted_name;
          })) {
        out.missing = MissingFeature{MissingFeature::Kind::missing_dependency, name};
      }
    }
  }
  std::stable_sort(out.dependencies.begin(), out.dependencies.end(), [](const NeededDependency& a, const NeededDependency& b) {
    return a.candidates->size() < b.candidates->size();
  });
  return &m_expansions.emplace_back(std::move(out));
}

} // namespace cargo_wasm::resolve
