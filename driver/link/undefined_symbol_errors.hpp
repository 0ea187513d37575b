// The linker's "undefined symbol", told as an error of the crate that declares the symbol.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/link/undefined_symbols.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "declarations.hpp"

namespace cargo_wasm::link {

/// What a report says is undefined. Declarations are looked for up to `most` symbols.
[[nodiscard]] UndefinedSymbols
undefined_symbols_of(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder, std::size_t most);

/// One error a symbol. CW0820; CW0821 for crates that could not be looked at.
[[nodiscard]] std::vector<Error>
explain_undefined_symbols(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder);

} // namespace cargo_wasm::link
