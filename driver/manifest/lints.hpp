#pragma once
#include "inheritance.hpp"

namespace cargo_wasm::manifest {

/// `[lints]`, or what it inherits, as arguments of rustc in cargo's order: by priority, then names backwards, then the flag;
/// `check-cfg` values last. `cargo` lints are cargo's own and are not passed on.
[[nodiscard]] LintSettings read_lints(ReadState& state, const Fields& manifest, Inheritance& inheritance);

/// Checks `[workspace.lints]` where it stands, so that a mistake is shown even when no member inherits it.
void check_workspace_lints(ReadState& state, Located lints);

} // namespace cargo_wasm::manifest
