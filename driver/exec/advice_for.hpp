// Adds failure advice to the error of an action, if somebody knows the case.
#pragma once
#include <string_view>

#include <cargo_wasm/exec/failure_advice.hpp>

namespace cargo_wasm::exec {

void add_advice(const plan::ActionGraph& graph, plan::ActionIndex action, std::string_view text, Error& error);

} // namespace cargo_wasm::exec
