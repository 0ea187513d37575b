// The JSON of `toolchain list` and `toolchain probe` (docs/formats/toolchain.md).
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

[[nodiscard]] nlohmann::ordered_json choice_json(const toolchain::ToolchainChoice& choice);
/// What both verbs say of a toolchain.
[[nodiscard]] nlohmann::ordered_json toolchain_json(const toolchain::ToolchainFacts& facts, const std::vector<toolchain::Defect>& defects);
/// `toolchain_json` with everything about each target.
[[nodiscard]] nlohmann::ordered_json probe_json(const toolchain::ToolchainFacts& facts, const std::vector<toolchain::Defect>& defects);

} // namespace cargo_wasm::ops
