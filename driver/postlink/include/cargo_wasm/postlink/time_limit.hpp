// How long one run of a tool may take: nobody waits for ever for one that hangs.
#pragma once
#include <chrono>

namespace cargo_wasm::postlink {

inline constexpr std::chrono::minutes k_tool_time_limit{10};

} // namespace cargo_wasm::postlink
