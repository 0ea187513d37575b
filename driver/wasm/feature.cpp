#include <cargo_wasm/wasm/feature.hpp>

#include <array>

namespace cargo_wasm::wasm {
namespace {

constexpr std::array<std::string_view, k_features> k_feature_names = {
    "mvp",
#define CW_WASM_FEATURE(id, name) name,
#include <cargo_wasm/wasm/features.def>
#undef CW_WASM_FEATURE
};

} // namespace

std::string_view name_of(Feature feature)
{
  return k_feature_names[static_cast<std::size_t>(feature)];
}

std::optional<Feature> feature_named(std::string_view name)
{
  for (std::size_t i = 1; i < k_features; ++i) {
    if (k_feature_names[i] == name) {
      return static_cast<Feature>(i);
    }
  }
  return std::nullopt;
}

FeatureSet with_parts(FeatureSet set)
{
  if (set.contains(Feature::bulk_memory)) {
    set.insert(Feature::bulk_memory_opt);
  }
  if (set.contains(Feature::reference_types)) {
    set.insert(Feature::call_indirect_overlong);
  }
  return set;
}

} // namespace cargo_wasm::wasm
