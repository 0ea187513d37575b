// Why a function's type at a call differs from its definition, guessed from the types alone, and what would mend it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::link {

/// A function's type as linkers write it, taken apart: `(i32, i64) -> void`, `(i32) -> {i32, i32}`.
struct FunctionType
{
  std::vector<std::string> parameters;
  std::vector<std::string> results;
  bool operator==(const FunctionType&) const = default;
};
[[nodiscard]] FunctionType parse_function_type(std::string_view text);

/// What to do about a call of type `called` to a C function of type `defined`, or the other way round.
[[nodiscard]] std::string advice_for_c(std::string_view called, std::string_view defined);

} // namespace cargo_wasm::link
