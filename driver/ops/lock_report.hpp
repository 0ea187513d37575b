#pragma once
#include <cargo_wasm/base/reporter.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

namespace cargo_wasm::ops {

/// Says what changed between the previous lock and the new one, as cargo does: a headline, then one line for every
/// package added, updated, downgraded or removed (only the headline when there was no lock).
void report_lock_changes(base::Reporter& reporter, const resolve::LockPassResult& result, bool is_update);

} // namespace cargo_wasm::ops
