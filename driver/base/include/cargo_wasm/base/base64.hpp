// Base 64 with the standard alphabet and padding (RFC 4648 §4).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::base {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Strict: exactly what to_base64 writes, so that bytes have one text. nullopt for anything else (spaces, no padding, stray bits).
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

} // namespace cargo_wasm::base
