// What a request for features turns on inside one package, by cargo's rules for the lock: weak
// features count.
#pragma once
#include <cargo_wasm/resolve/package_index.hpp>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

/// A set of features of one package, by position in its feature map.
using FeatureBits = std::vector<std::uint64_t>;
using FeatureNumbers = std::unordered_map<InternedString, std::uint32_t>;
[[nodiscard]] FeatureNumbers number_features(const Summary& summary);

/// Why a request cannot be met by a package.
struct MissingFeature
{
  enum class Kind : std::uint8_t {
    unknown,
    required_dependency, ///< a dependency has the name, but it is not optional
    hidden_dependency,   ///< an optional one has it, but features refer to it by `dep:`
    missing_dependency,  ///< the `x` of `x/f` is none
    cycle,
  } kind = Kind::unknown;
  InternedString feature;
};

class FeatureClosure
{
public:
  /// Both must outlive the closure.
  FeatureClosure(const Summary& summary, const FeatureNumbers& numbers);

  void add_feature(InternedString name);
  void add_value(const manifest::FeatureValue& value);
  void add_defaults(); ///< `default`, if the package has it
  void add_all();

  FeatureBits features;
  std::unordered_map<InternedString, std::vector<InternedString>> dependencies; ///< by name in the manifest: features asked of each
  std::optional<MissingFeature> missing;                                        ///< the first one

private:
  const Summary& m_summary;
  const FeatureNumbers& m_numbers;
};

} // namespace cargo_wasm::resolve
