// `--dry-run`: what a build would run, without running it.
#pragma once
#include <span>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/seal.hpp>

namespace cargo_wasm::exec {

/// Writes the command of every action that would run to stdout, dependencies first: lines for a shell, or with a JSON message format one
/// object with the reason `cargo-wasm-would-run` each. Flags that a build script has yet to print are named in a comment (`waits-for`).
void print_commands(const Env& env,
                    const plan::ActionGraph& graph,
                    const ExecuteOptions& options,
                    const BuildOutcome& outcome,
                    std::span<const KnownResult> results);

} // namespace cargo_wasm::exec
