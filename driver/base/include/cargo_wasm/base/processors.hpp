// How many processors this process may use: what jobs and helper threads are counted by.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cargo_wasm::base {

/// Those that its affinity allows (`taskset`, cpusets), and no more than the time that its control groups give it (`docker --cpus`), as
/// cargo counts them. At least 1. Cost: a few small files of /proc and /sys.
[[nodiscard]] std::uint32_t usable_processors();

/// The whole processors that a group's `cpu.max` gives ("200000 100000" is 2); nullopt where it has no limit.
[[nodiscard]] std::optional<std::uint32_t> processors_of_quota(std::string_view cpu_max);

} // namespace cargo_wasm::base
