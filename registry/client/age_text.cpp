#include <cargo_wasm/registry_client/age_text.hpp>

#include <fmt/format.h>

namespace cargo_wasm::registry_client {

std::string age_text(std::uint64_t seconds)
{
  constexpr std::uint64_t k_minute = 60, k_hour = 3600, k_day = 86400;
  return seconds >= 2 * k_day      ? fmt::format("{} days", seconds / k_day)
         : seconds >= 2 * k_hour   ? fmt::format("{} hours", seconds / k_hour)
         : seconds >= 2 * k_minute ? fmt::format("{} minutes", seconds / k_minute)
                                   : fmt::format("{} seconds", seconds);
}

} // namespace cargo_wasm::registry_client
