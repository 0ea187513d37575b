// TOML as cargo writes it into packages (crate `toml`, `to_string_pretty`): values of a table first, then its tables in the order of their
// keys; arrays of two and more elements over several lines; the plainest quotes that hold a string.
#pragma once
#include <string>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::manifest {

/// Cost: linear.
[[nodiscard]] std::string to_toml_text(const TomlTable& root);

} // namespace cargo_wasm::manifest
