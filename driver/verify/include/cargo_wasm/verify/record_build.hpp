// The actions of a build that has just ended, as they stand in its record.
#pragma once
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/state_log.hpp>
#include <cargo_wasm/verify/build_record.hpp>

namespace cargo_wasm::verify {

/// What `execute` keeps of its successes: `StateLog` of this graph, read only.
[[nodiscard]] Result<std::unique_ptr<exec::StateLog>> open_state(const Env& env, const plan::ActionGraph& graph);

/// Fills `actions`, `tools` and `artifacts`. What only this machine reads is left out: reports of the linker, files of dependencies.
/// Errors: CW1177 an action whose result was not kept, because its inputs moved; CW1183 one where time decided what came out; those of
/// reading. Cost: one pass over every output.
[[nodiscard]] Result<> record_actions(
    const Env& env, const plan::ActionGraph& graph, const exec::BuildOutcome& outcome, const exec::StateLog& log, BuildRecord& record);

} // namespace cargo_wasm::verify
