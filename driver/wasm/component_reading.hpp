// Shared by the files that read components.
#pragma once
#include <cargo_wasm/wasm/component_types.hpp>

namespace cargo_wasm::wasm {

/// The one result of a function, or none.
[[nodiscard]] std::optional<ComponentValType> read_result(Cursor& cursor);

} // namespace cargo_wasm::wasm
