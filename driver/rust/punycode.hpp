#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::rust {

/// Punycode (RFC 3492) as v0 symbols use it, with `_` for the last `-`; as UTF-8, nullopt when it is none.
[[nodiscard]] std::optional<std::string> decode_punycode(std::string_view text);

} // namespace cargo_wasm::rust
