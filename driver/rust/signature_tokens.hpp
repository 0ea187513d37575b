// The parts of a function's declaration.
#pragma once
#include "items.hpp"

#include <string>
#include <vector>

namespace cargo_wasm::rust {

struct FunctionTokens
{
  std::vector<TokenRange> parameters; ///< their types
  TokenRange result;                  ///< empty where none is written
  bool is_variadic = false;
};

/// `item` is a function.
[[nodiscard]] FunctionTokens read_function(const TokenTree& tokens, const Item& item);

/// Of a static, constant or field: behind the colon up to `=`, `;` or the end.
[[nodiscard]] TokenRange type_behind_name(const TokenTree& tokens, std::uint32_t name, std::uint32_t end);

} // namespace cargo_wasm::rust
