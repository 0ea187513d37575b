// From what was seen of a build to what is wrong with it. Pure: the same observation, the same verdict.
#pragma once
#include <optional>

#include <cargo_wasm/exam/battery.hpp>
#include <cargo_wasm/exam/certificate.hpp>

#include "module_facts.hpp"

namespace cargo_wasm::exam {

/// Fills `verdict` and `findings` from `observed` and, where something was built, from its facts. `ran`: whether there was a host.
void judge(const Program& program, const std::optional<ModuleFacts>& facts, bool ran, Cell& cell);

} // namespace cargo_wasm::exam
