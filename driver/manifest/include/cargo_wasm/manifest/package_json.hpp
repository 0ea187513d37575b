// A package as `cargo metadata` and `cargo read-manifest` print it: the same fields in the same order
// (cargo: SerializedPackage, SerializedTarget, SerializedDependency).
#pragma once
#include <nlohmann/json_fwd.hpp>

#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

/// `manifest` must not be virtual.
[[nodiscard]] nlohmann::ordered_json package_to_json(const Manifest& manifest);
/// One target: also what compiler messages and `--unit-graph` carry as `target`. `crate_types` are those rustc is
/// told, which may be fewer than the manifest's; "kind" is always the manifest's.
[[nodiscard]] nlohmann::ordered_json target_to_json(const CrateTarget& target, const std::vector<CrateType>& crate_types);
[[nodiscard]] nlohmann::ordered_json dependency_to_json(const Dependency& dependency);

} // namespace cargo_wasm::manifest
