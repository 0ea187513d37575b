// Where a function is called, in words: places of the debug information as files of the project.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

namespace cargo_wasm::link {

/// "called at src/lib.rs:9:14, in `run`", for each call of the report; calls from the standard library are not told.
[[nodiscard]] std::vector<std::string>
call_site_notes(const exec::InspectedAction& failed, const shim::LinkReport& report, std::string_view symbol);

} // namespace cargo_wasm::link
