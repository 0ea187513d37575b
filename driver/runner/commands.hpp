// The command line of each runtime.
#pragma once
#include <cargo_wasm/runner/host_runner.hpp>

namespace cargo_wasm::runner {

[[nodiscard]] base::Command wasmtime_command(const base::Path& program, const ProgramRequest& request);
[[nodiscard]] base::Command node_command(const base::Path& program, const ProgramRequest& request);
[[nodiscard]] base::Command wazero_command(const base::Path& program, const ProgramRequest& request);
[[nodiscard]] base::Command wasmi_command(const base::Path& program, const ProgramRequest& request);
[[nodiscard]] base::Command wasm3_command(const base::Path& program, const ProgramRequest& request);
/// This program opens the page, and finds the browser by itself.
[[nodiscard]] base::Command browser_command(const base::Path& program, const ProgramRequest& request);

constexpr std::uint64_t k_wasm_page_bytes = 65536;

} // namespace cargo_wasm::runner
