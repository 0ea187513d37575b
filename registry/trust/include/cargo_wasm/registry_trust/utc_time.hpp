// Points in time as documents of registries have them: "2026-11-21T02:00:00Z", whole seconds, years 1970 to 9999.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::registry_trust {

/// Seconds since 1970. Exactly that form; nullopt for anything else and for days that there are not.
[[nodiscard]] std::optional<std::uint64_t> parse_utc_time(std::string_view text);
[[nodiscard]] std::string to_utc_text(std::uint64_t seconds);

/// Whole seconds since 1970 of a clock's time.
[[nodiscard]] inline std::uint64_t utc_seconds(std::chrono::system_clock::time_point time)
{
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

} // namespace cargo_wasm::registry_trust
