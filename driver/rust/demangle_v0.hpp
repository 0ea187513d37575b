#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::rust {

/// A v0 symbol (`_R…`) for people; nullopt when it is none. Source: RFC 2603, and the rustc book's "v0 Symbol Format".
[[nodiscard]] std::optional<std::string> demangle_v0(std::string_view symbol);

} // namespace cargo_wasm::rust
