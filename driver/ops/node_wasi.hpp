#pragma once
#include <string_view>

namespace cargo_wasm::ops {

/// Runs a WASI preview 1 program in Node (18 and later): argv = wasm file, preopened directories (guest and host paths in
/// turn, a newline after each), the program's own arguments. Its exit status becomes Node's; a trap is printed and gives 134,
/// as a runtime's abort does.
extern const std::string_view k_node_wasi_script;

} // namespace cargo_wasm::ops
