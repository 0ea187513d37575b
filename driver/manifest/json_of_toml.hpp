#pragma once
#include <memory>

#include <nlohmann/json_fwd.hpp>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::manifest {

/// A TOML value as cargo prints it in `metadata`. Null for a null pointer. Dates become cargo's private wrapper table.
[[nodiscard]] std::shared_ptr<const nlohmann::json> json_of(const TomlValue* value);

} // namespace cargo_wasm::manifest
