#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::base {

/// HMAC-SHA-256 (RFC 2104), in lower-case hex: two texts can be compared by it, and it says nothing of them to who has no `key`.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

} // namespace cargo_wasm::base
