// How old something is, for people.
#pragma once
#include <cstdint>
#include <string>

namespace cargo_wasm::registry_client {

/// "45 seconds", "12 minutes", "3 hours", "5 days": two of a unit at least, but for seconds.
[[nodiscard]] std::string age_text(std::uint64_t seconds);

} // namespace cargo_wasm::registry_client
