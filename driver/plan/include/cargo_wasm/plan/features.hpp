// Which features and optional dependencies each package gets (cargo: resolver/features.rs).
//
// Version resolution has one feature set per package. This pass may keep two: one for what runs on the build machine (build
// dependencies, proc macros and everything below them) and one for the rest. It also leaves out dependencies for platforms nobody asked
// for, and dev-dependencies nobody builds. Resolver version 1 does none of that.
//
// A weak feature (`x?/f`) waits until something else activates `x` for the same package and side.
#pragma once
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/resolve/resolver.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::plan {

using toolchain::CompileKind;

/// The side a package is built for.
enum class FeaturesFor : std::uint8_t { normal_or_dev, host };

struct FeatureOptions
{
  bool decouple_host_deps = false;
  bool decouple_dev_deps = false;
  bool ignore_inactive_targets = false;
};

/// Versions 2 and 3 decouple. `has_dev_units`: tests, examples or benches are built, then dev-dependencies count. `all_targets`:
/// no platform is left out (`cargo tree --target all`).
[[nodiscard]] FeatureOptions feature_options(manifest::ResolverBehavior behavior, bool has_dev_units, bool all_targets);

class ResolvedFeatures
{
public:
  struct Key
  {
    spec::PackageId package;
    FeaturesFor side;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash
  {
    std::size_t operator()(const Key& key) const noexcept
    {
      return std::hash<spec::PackageId>{}(key.package) * 2 + static_cast<std::size_t>(key.side);
    }
  };

  /// nullptr: the package is not active on that side.
  [[nodiscard]] const std::set<InternedString>* find(spec::PackageId id, FeaturesFor side) const;
  /// Whether the optional dependency with this name in the manifest is switched on.
  [[nodiscard]] bool is_dependency_active(spec::PackageId id, FeaturesFor side, InternedString name_in_toml) const;
  [[nodiscard]] const FeatureOptions& options() const { return m_options; }

private:
  friend class FeatureResolver;
  [[nodiscard]] Key key(spec::PackageId id, FeaturesFor side) const
  {
    return {id, m_options.decouple_host_deps ? side : FeaturesFor::normal_or_dev};
  }
  using Map = std::unordered_map<Key, std::set<InternedString>, KeyHash>;
  Map m_features;
  Map m_dependencies; ///< optional ones that are on, by their name in the manifest
  FeatureOptions m_options;
};

struct FeatureInput
{
  const resolve::Resolve& resolve;
  const std::vector<resolve::ResolveRoot>& roots;
  const std::unordered_map<spec::PackageId, PackagePtr>& packages; ///< says who is a proc macro; a missing one is none
  const toolchain::TargetData& platforms;
  const std::vector<CompileKind>& kinds; ///< asked for
};

/// Cost: linear in the edges of the resolve graph times two sides.
[[nodiscard]] ResolvedFeatures resolve_features(const FeatureInput& input, const FeatureOptions& options);

} // namespace cargo_wasm::plan
