// A model as WIT text, in the order and with the blank lines of `wasm-tools component wit`.
#pragma once
#include <string>

#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

/// The package of `main` first, then each other package in braces.
[[nodiscard]] std::string print(const Model& model, Index main);

/// "list<borrow<pollable>>", as it stands in the interface or world of `owner`.
[[nodiscard]] std::string print_type(const Model& model, Type type);

/// "func(in: list<borrow<pollable>>) -> list<u32>"
[[nodiscard]] std::string print_function(const Model& model, const Function& function);

} // namespace cargo_wasm::wit
