// The report that a link left behind.
#pragma once
#include <optional>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

namespace cargo_wasm::link {

/// nullopt: the action links no wasm module, or rustc did not come as far as the link. Errors: CW0802 the report is damaged.
[[nodiscard]] Result<std::optional<shim::LinkReport>> report_of(const exec::InspectedAction& link);

} // namespace cargo_wasm::link
