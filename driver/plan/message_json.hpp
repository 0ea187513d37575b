// What `--unit-graph` and `--message-format=json` say in the same words.
#pragma once
#include <nlohmann/json.hpp>

#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

/// Debug info as a number (0, 1, 2) or one of the two named levels.
[[nodiscard]] nlohmann::ordered_json debuginfo_json(DebugInfoLevel level);

} // namespace cargo_wasm::plan
