// Points in time as documents of registries have them: "2026-11-21T02:00:00Z", whole seconds, years 1970 to 9999.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::registry_trust {

/// Seconds since 1970. Exactly that form; nullopt for anything else and for days that there are not.
[[nodiscard]] std::optional<std::uint64_t> parse_utc_time(std::string_view text);
[[nodiscard]] std::string to_utc_text(std::uint64_t seconds);

} // namespace cargo_wasm::registry_trust
