// Bodies that consist of parts, each behind its length in four bytes, little-endian, as cargo's publication does.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cargo_wasm::registry_server {

/// The part behind a length, taken off `rest`; nullopt when it is longer than what is there.
[[nodiscard]] inline std::optional<std::string_view> take_part(std::string_view& rest)
{
  constexpr std::size_t k_length_bytes = 4;
  if (rest.size() < k_length_bytes) {
    return std::nullopt;
  }
  std::uint32_t length = 0;
  for (std::size_t i = k_length_bytes; i-- > 0;) {
    length = length << 8U | static_cast<std::uint8_t>(rest[i]);
  }
  if (rest.size() - k_length_bytes < length) {
    return std::nullopt;
  }
  const std::string_view part = rest.substr(k_length_bytes, length);
  rest.remove_prefix(k_length_bytes + part.size());
  return part;
}

} // namespace cargo_wasm::registry_server
