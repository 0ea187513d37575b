#include "feature_closure.hpp"

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

using manifest::FeatureValue;

bool is_optional_dependency(const Summary& summary, InternedString name)
{
  return std::any_of(summary.dependencies.begin(), summary.dependencies.end(), [&](const DependencyPtr& d) {
    return d->name_in_toml == name && d->optional;
  });
}

MissingFeature::Kind kind_of_missing(const Summary& summary, InternedString feature)
{
  bool exists = false;
  for (const DependencyPtr& dependency : summary.dependencies) {
    if (dependency->name_in_toml == feature) {
      if (dependency->optional) {
        return MissingFeature::Kind::hidden_dependency;
      }
      exists = true;
    }
  }
  return exists ? MissingFeature::Kind::required_dependency : MissingFeature::Kind::unknown;
}

} // namespace

FeatureNumbers number_features(const Summary& summary)
{
  FeatureNumbers out;
  out.reserve(summary.features.size());
  std::uint32_t number = 0;
  for (const auto& [name, values] : summary.features) {
    out.emplace(name, number++);
  }
  return out;
}

FeatureClosure::FeatureClosure(const Summary& summary, const FeatureNumbers& numbers)
    : features((summary.features.size() + 63) / 64), m_summary(summary), m_numbers(numbers)
{
}

void FeatureClosure::add_feature(InternedString name)
{
  const auto found = m_numbers.find(name);
  if (found == m_numbers.end()) {
    if (!missing) {
      missing = MissingFeature{kind_of_missing(m_summary, name), name};
    }
    return;
  }
  std::uint64_t& word = features[found->second / 64];
  const std::uint64_t bit = 1ULL << (found->second % 64);
  if ((word & bit) != 0) {
    return;
  }
  word |= bit;
  for (const FeatureValue& next : m_summary.features.find(name)->second) {
    if (next.kind == FeatureValue::Kind::feature && next.feature == name && !missing) {
      missing = MissingFeature{MissingFeature::Kind::cycle, name};
    }
    add_value(next);
  }
}

void FeatureClosure::add_value(const FeatureValue& value)
{
  switch (value.kind) {
  case FeatureValue::Kind::feature:
    add_feature(value.feature);
    break;
  case FeatureValue::Kind::dependency:
    dependencies.try_emplace(value.dependency);
    break;
  case FeatureValue::Kind::dependency_feature:
    // A weak feature (`x?/f`) does not turn the feature `x` on, yet the package `x` enters the
    // lock.
    if (!value.weak && is_optional_dependency(m_summary, value.dependency) && m_numbers.count(value.dependency) != 0) {
      add_feature(value.dependency);
    }
    dependencies[value.dependency].push_back(value.feature);
    break;
  }
}

void FeatureClosure::add_defaults()
{
  static const InternedString name("default");
  if (m_numbers.count(name) != 0) {
    add_feature(name);
  }
}

void FeatureClosure::add_all()
{
  for (const auto& [name, values] : m_summary.features) {
    add_feature(name);
  }
}

} // namespace cargo_wasm::resolve
