// From bytes to opcodes.
#pragma once
#include <cargo_wasm/wasm/operators.hpp>

namespace cargo_wasm::wasm {

constexpr bool is_prefix(std::uint8_t byte)
{
  return byte >= 0xfb && byte <= 0xfe;
}

/// Opcode::unknown where there is none.
[[nodiscard]] Opcode plain_opcode(std::uint8_t byte);
/// `prefix` is one of 0xfb to 0xfe.
[[nodiscard]] Opcode prefixed_opcode(std::uint8_t prefix, std::uint32_t code);

} // namespace cargo_wasm::wasm
