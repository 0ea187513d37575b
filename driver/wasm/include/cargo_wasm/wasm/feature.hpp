// The features that a module may need of its host, and sets of them. The table is features.def.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace cargo_wasm::wasm {

enum class Feature : std::uint8_t {
  mvp, ///< the first release, which every host has; never in a FeatureSet
#define CW_WASM_FEATURE(id, name) id,
#include <cargo_wasm/wasm/features.def>
#undef CW_WASM_FEATURE
};

/// Enumerators of Feature, `mvp` among them.
constexpr std::size_t k_features = 1
#define CW_WASM_FEATURE(id, name) +1
#include <cargo_wasm/wasm/features.def>
#undef CW_WASM_FEATURE
    ;

/// "bulk-memory", as in a `target_features` section.
[[nodiscard]] std::string_view name_of(Feature feature);
[[nodiscard]] std::optional<Feature> feature_named(std::string_view name);

class FeatureSet
{
public:
  constexpr FeatureSet() = default;
  constexpr FeatureSet(std::initializer_list<Feature> features)
  {
    for (const Feature feature : features) {
      insert(feature);
    }
  }
  [[nodiscard]] static constexpr FeatureSet all()
  {
    FeatureSet set;
    set.m_bits = (std::uint64_t{1} << k_features) - 2;
    return set;
  }

  [[nodiscard]] constexpr bool empty() const noexcept { return m_bits == 0; }
  [[nodiscard]] constexpr bool contains(Feature feature) const noexcept { return (m_bits & bit(feature)) != 0; }
  constexpr void insert(Feature feature) noexcept { m_bits |= bit(feature); }
  constexpr void remove(Feature feature) noexcept { m_bits &= ~bit(feature); }
  [[nodiscard]] constexpr FeatureSet without(FeatureSet other) const noexcept
  {
    FeatureSet set;
    set.m_bits = m_bits & ~other.m_bits;
    return set;
  }
  constexpr bool operator==(const FeatureSet&) const noexcept = default;

private:
  static constexpr std::uint64_t bit(Feature feature) { return (std::uint64_t{1} << static_cast<unsigned>(feature)) & ~std::uint64_t{1}; }
  std::uint64_t m_bits = 0;
};
static_assert(k_features < 64);

/// The same with the parts of what is in the set: whoever has bulk-memory has bulk-memory-opt, whoever has reference-types has
/// call-indirect-overlong. Source: tool-conventions `Lime.md`.
[[nodiscard]] FeatureSet with_parts(FeatureSet set);

} // namespace cargo_wasm::wasm
