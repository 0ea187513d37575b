#pragma once
#include <cargo_wasm/rust/lexer.hpp>

#include <string_view>

/// The name of the enumerator.
[[nodiscard]] std::string_view name_of(cargo_wasm::rust::TokenKind kind);
