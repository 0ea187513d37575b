// What literals mean.
#pragma once
#include <cargo_wasm/rust/lexer.hpp>

#include <optional>
#include <string>

namespace cargo_wasm::rust {

/// The text that a string literal stands for, raw or with escapes; nullopt for other tokens and for literals that rustc refuses.
[[nodiscard]] std::optional<std::string> string_value(const Token& token, std::string_view text);

} // namespace cargo_wasm::rust
