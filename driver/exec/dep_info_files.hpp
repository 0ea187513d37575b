// The `.d` files beside final artifacts: what other build systems need to know when to start us again.
#pragma once
#include <vector>

#include <cargo_wasm/exec/execute.hpp>

#include "freshness.hpp"

namespace cargo_wasm::exec {

/// Sources of the local packages an artifact is made of, and their scripts' rerun-if-changed paths; registry packages are
/// covered by the lock file. Each action's set is computed once. A file that already says this is left alone.
Result<> write_dep_info_files(const Context& context, const BuildOutcome& outcome, const std::vector<KnownResult>& results);

} // namespace cargo_wasm::exec
