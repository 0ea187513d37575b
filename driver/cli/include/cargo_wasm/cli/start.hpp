#pragma once

namespace cargo_wasm::cli {

/// The whole program: no-op check, arguments, verb, exit code. Returns only to exit; `run` becomes another program instead.
int start(int argc, char** argv, char** environment);

} // namespace cargo_wasm::cli
