// What a component imports and exports, with types, in the words of WIT.
//
// A component does not list the types of its exports: an instance is made from a component within, whose exports follow from what it was
// given. So the whole file is evaluated as far as types go: every component within is walked once for each time it is instantiated, with
// the types it was given. Code is not looked at.
#pragma once
#include <optional>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/wasm/failure.hpp>
#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

/// The world of a component; of a module the one that its `component-type` sections describe together. Its name is `root`, of the package
/// `root:component` or `root:root`, as wasm-tools calls them.
/// Errors: CW0612 to CW0616 damaged bytes, CW0956 a module without such a section, or no WebAssembly; CW0961 types that lead nowhere.
/// Cost: linear for what tools write; at most 10,000 instantiations and 1,000,000 types.
[[nodiscard]] Result<WorldOf> decode_world(const wasm::Source& source);

/// A package and the model that it is part of; other packages are there as far as it uses them.
struct PackageOf
{
  Model model;
  Index package = 0;
};

/// A package of WIT in the form of a component, as `wkg` and `wasm-tools component wit --wasm` write it; nullopt for a component that does
/// something. Errors: those of `decode_world`.
[[nodiscard]] Result<std::optional<PackageOf>> decode_package(const wasm::Source& source);

} // namespace cargo_wasm::wit
