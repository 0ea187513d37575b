// What a link does that is no fault, but that its author should know: wasm features that came in with one object, and names that nobody
// defines where nothing reaches them.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

/// A wasm feature that live code of the link was compiled with.
struct LinkedFeature
{
  std::string name;        ///< as target_features sections have it: "simd128"
  std::string object;      ///< the first that has it, of rustc or the toolchain if one does
  bool is_foreign = false; ///< none of theirs has it
  bool operator==(const LinkedFeature&) const = default;
};

/// Sorted by name. Source: tool-conventions Linking.md, "Target Features Section". Cost: linear in the objects.
[[nodiscard]] std::vector<LinkedFeature> features_of(const LinkModel& model);

/// A name that nobody defines, used only by what the program cannot come to.
struct DeadSymbol
{
  std::string name;
  std::string object; ///< the first that wants it
  std::string user;   ///< the function or variable in it that does; empty: it has no name
  bool operator==(const DeadSymbol&) const = default;
};

/// Sorted by name, without declared imports and weak names. `allowed`: names from --allow-undefined-file and stub libraries.
/// Cost: linear in the symbols, and in the references of the objects that want one.
[[nodiscard]] std::vector<DeadSymbol> find_dead_symbols(const LinkModel& model, const std::vector<std::string>& allowed);

} // namespace cargo_wasm::shim
