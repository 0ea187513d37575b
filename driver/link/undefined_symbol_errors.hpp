// The linker's "undefined symbol", told as an error of the crate that declares the symbol.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

/// One error a symbol. CW0820; CW0821 for crates that could not be looked at.
[[nodiscard]] std::vector<Error> explain_undefined_symbols(const exec::InspectedAction& failed);

} // namespace cargo_wasm::link
