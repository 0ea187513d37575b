// Where a function is called, in words: places of the debug information as files of the project.
#pragma once
#include <string>
#include <string_view>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

namespace cargo_wasm::link {

/// "src/lib.rs:9:14, src/lib.rs:12:5": where the report has calls of the symbol; empty where it has none. Calls from the standard library
/// are left out. Of functions into which calls were inlined nothing is said: optimization decides which they are.
[[nodiscard]] std::string call_places(const exec::InspectedAction& failed, const shim::LinkReport& report, std::string_view symbol);

} // namespace cargo_wasm::link
