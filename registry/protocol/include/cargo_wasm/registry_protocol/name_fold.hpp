// Names of crates that people take for one another.
#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::registry_protocol {

/// In lower case, with `-` for `_`. Two names with one fold cannot both be in a registry of ours.
[[nodiscard]] std::string fold_of(std::string_view name);

} // namespace cargo_wasm::registry_protocol
