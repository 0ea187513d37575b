// Why a link failed, in the user's own terms: which crate declares the symbol, where, and what would mend it.
//
// The linker names objects. The shim's report (docs/formats/link-report.md) has its messages as values; the graph says which crate an
// object is; the crate's expanded source says what it declares, and its files where. All of it happens after a failure only: a link that
// succeeds pays for nothing here.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

/// One error for each symbol that nobody defines, in the linker's order; empty for anything but a failed wasm link.
/// Cost: one rustc call without code generation for each crate that may declare a symbol.
[[nodiscard]] std::vector<Error> explain_failed_link(const exec::InspectedAction& failed);

} // namespace cargo_wasm::link
