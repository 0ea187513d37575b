// What `--unit-graph`, `--message-format=json` and build records say in the same words.
#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

/// Debug info as a number (0, 1, 2) or one of the two named levels.
[[nodiscard]] nlohmann::ordered_json debuginfo_json(DebugInfoLevel level);
/// "unwind", "abort", "immediate-abort".
[[nodiscard]] std::string_view panic_name(PanicStrategy panic);
/// "off", "thin", "fat"; "true" and "false" as texts, as cargo prints them.
[[nodiscard]] std::string lto_name(const Lto& lto);

} // namespace cargo_wasm::plan
