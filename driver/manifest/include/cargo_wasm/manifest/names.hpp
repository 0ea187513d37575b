// Which names packages may have.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::manifest {

/// Why a package cannot have this name, as cargo says it ("it starts with a digit"); nullopt when it can.
/// Source: crates/cargo-util-schemas, restricted_names.rs.
[[nodiscard]] std::optional<std::string> package_name_problem(std::string_view name);

} // namespace cargo_wasm::manifest
