#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/dependency.hpp>

#include "fields.hpp"

namespace cargo_wasm::manifest {

namespace {

std::string including(InternedString feature, const FeatureValue& value)
{
  return fmt::format("feature `{}` includes `{}`", feature, to_string(value));
}

Error not_optional(std::string_view id, InternedString feature, const FeatureValue& value, InternedString dependency)
{
  return Error(std::string(id), fmt::format("{}, but dependency `{}` is not optional", including(feature, value), dependency))
      .help(fmt::format("add `optional = true` to the dependency `{}`, or remove the value", dependency));
}

} // namespace

FeatureValue parse_feature_value(InternedString text)
{
  FeatureValue value;
  const std::string_view view = text.view();
  if (const std::size_t slash = view.find('/'); slash != std::string_view::npos) {
    std::string_view dependency = view.substr(0, slash);
    value.kind = FeatureValue::Kind::dependency_feature;
    value.feature = view.substr(slash + 1);
    if (dependency.ends_with('?')) {
      dependency.remove_suffix(1);
      value.weak = true;
    }
    value.dependency = dependency;
  } else if (view.starts_with("dep:")) {
    value.kind = FeatureValue::Kind::dependency;
    value.dependency = view.substr(4);
  } else {
    value.feature = text;
  }
  return value;
}

std::string to_string(const FeatureValue& value)
{
  switch (value.kind) {
  case FeatureValue::Kind::dependency:
    return fmt::format("dep:{}", value.dependency);
  case FeatureValue::Kind::dependency_feature:
    return fmt::format("{}{}/{}", value.dependency, value.weak ? "?" : "", value.feature);
  case FeatureValue::Kind::feature:
    break;
  }
  return value.feature.str();
}

Result<FeatureMap> build_feature_map(const RawFeatureMap& raw, const std::vector<std::shared_ptr<const Dependency>>& dependencies)
{
  // Name in the manifest → whether any of that name is optional.
  std::unordered_map<InternedString, bool> by_name;
  by_name.reserve(dependencies.size());
  for (const auto& dependency : dependencies) {
    if (dependency->optional && dependency->kind == DependencyKind::development) {
      return fail(Error("CW0127", fmt::format("dev-dependency `{}` cannot be optional", dependency->name_in_toml))
                      .help("remove `optional`: dev-dependencies are only built for tests, examples and benchmarks"));
    }
    by_name[dependency->name_in_toml] |= dependency->optional;
  }
  const auto is_dependency = [&](InternedString name) { return by_name.find(name) != by_name.end(); };
  const auto is_optional = [&](InternedString name) {
    const auto found = by_name.find(name);
    return found != by_name.end() && found->second;
  };

  FeatureMap map;
  std::unordered_set<InternedString> named_with_dep;
  for (const auto& [feature, values] : raw) {
    std::vector<FeatureValue>& parsed = map.emplace_hint(map.end(), feature, std::vector<FeatureValue>{})->second;
    parsed.reserve(values.size());
    for (const InternedString value : values) {
      parsed.push_back(parse_feature_value(value));
      if (parsed.back().kind == FeatureValue::Kind::dependency) {
        named_with_dep.insert(parsed.back().dependency);
      }
    }
  }
  for (const auto& dependency : dependencies) {
    const InternedString name = dependency->name_in_toml;
    if (dependency->optional && !raw.contains(name) && !named_with_dep.contains(name)) {
      map.insert_or_assign(name, std::vector{FeatureValue{FeatureValue::Kind::dependency, {}, name, false}});
    }
  }

  std::unordered_set<InternedString> reachable;
  for (const auto& [feature, values] : map) {
    if (const std::optional<std::string> problem = feature_name_problem(feature)) {
      return fail(Error("CW0104", fmt::format("`{}` is not a valid feature name: {}", feature, *problem)));
    }
    for (const FeatureValue& value : values) {
      const InternedString dependency = value.dependency;
      switch (value.kind) {
      case FeatureValue::Kind::feature:
        if (raw.contains(value.feature)) {
          break;
        }
        if (!is_dependency(value.feature)) {
          Error error("CW0120", fmt::format("{}, which is neither a dependency nor another feature", including(feature, value)));
          std::vector<std::string> names;
          for (const auto& [name, list] : raw) {
            names.push_back(name.str());
          }
          if (const auto close = base::nearest(value.feature, names)) {
            error.helps.push_back(fmt::format("a feature with a similar name exists: `{}`", *close));
          }
          return fail(std::move(error));
        }
        if (!is_optional(value.feature)) {
          return fail(not_optional("CW0121", feature, value, value.feature));
        }
        if (!map.contains(value.feature)) {
          return fail(
              Error(
                  "CW0121",
                  fmt::format("{}, but the optional dependency `{}` has no feature of its name", including(feature, value), value.feature))
                  .note("a feature mentions it with `dep:`, which removes the implicit feature")
                  .help(fmt::format("write `dep:{}`", value.feature)));
        }
        break;
      case FeatureValue::Kind::dependency:
        if (!is_dependency(dependency)) {
          return fail(Error("CW0122", fmt::format("{}, but `{}` is not a dependency", including(feature, value), dependency)));
        }
        if (!is_optional(dependency)) {
          return fail(not_optional("CW0122", feature, value, dependency));
        }
        reachable.insert(dependency);
        break;
      case FeatureValue::Kind::dependency_feature:
        if (value.feature.view().find('/') != std::string_view::npos) {
          return fail(Error("CW0123", fmt::format("{}, which has more than one slash", including(feature, value)))
                          .help("only features of direct dependencies can be named"));
        }
        if (dependency.view().starts_with("dep:")) {
          const std::string_view stripped = dependency.view().substr(4);
          Error error("CW0123", fmt::format("{}, which has both `dep:` and a slash", including(feature, value)));
          error.helps.push_back(fmt::format("write `{}{}/{}`", stripped, value.weak ? "?" : "", value.feature));
          if (!value.weak && !named_with_dep.contains(stripped) && is_optional(stripped)) {
            error.helps.push_back(fmt::format(
                "to keep `{}` from becoming a feature, write two values: `dep:{}`, `{}/{}`", stripped, stripped, stripped, value.feature));
          }
          return fail(std::move(error));
        }
        if (!is_dependency(dependency)) {
          return fail(Error("CW0124", fmt::format("{}, but `{}` is not a dependency", including(feature, value), dependency)));
        }
        if (value.weak && !is_optional(dependency)) {
          return fail(Error("CW0125", fmt::format("{}, but dependency `{}` is not optional", including(feature, value), dependency))
                          .help(fmt::format("remove the `?`: `{}/{}`", dependency, value.feature)));
        }
        reachable.insert(dependency);
        break;
      }
    }
  }
  for (const auto& dependency : dependencies) {
    if (dependency->optional && !reachable.contains(dependency->name_in_toml)) {
      return fail(Error("CW0126", fmt::format("no feature enables the optional dependency `{}`", dependency->name_in_toml))
                      .help(fmt::format("put `dep:{}` into a feature, or rename the feature `{}` that hides it",
                                        dependency->name_in_toml,
                                        dependency->name_in_toml)));
    }
  }
  return map;
}

} // namespace cargo_wasm::manifest
