// Pieces of cargo's JSON that several outputs share: `--unit-graph`, `--message-format=json`.
#pragma once
#include <nlohmann/json.hpp>

#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

/// The "target" object. `crate_types` as rustc is told; "kind" is the manifest's.
[[nodiscard]] nlohmann::ordered_json target_json(const manifest::CrateTarget& target, const std::vector<manifest::CrateType>& crate_types);

/// Debug info as a number (0, 1, 2) or one of the two named levels.
[[nodiscard]] nlohmann::ordered_json debuginfo_json(DebugInfoLevel level);

} // namespace cargo_wasm::plan
