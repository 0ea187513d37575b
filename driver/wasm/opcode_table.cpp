#include "opcode_table.hpp"

#include <array>

namespace cargo_wasm::wasm {
namespace {

constexpr OpcodeInfo k_infos[] = {
#define CW_WASM_OPCODE(id, text, prefix, code, immediates, alignment, feature)                                                             \
  {#id, text, prefix, code, Immediates::immediates, alignment, Feature::feature},
#include <cargo_wasm/wasm/opcodes.def>
#undef CW_WASM_OPCODE
    {"unknown", "unknown", 0, 0, Immediates::none, 0, Feature::mvp},
};

/// Opcode by number for each prefix, the largest of which has 0x114 numbers.
constexpr std::size_t k_codes = 0x114;
using Codes = std::array<Opcode, k_codes>;

constexpr std::array<Codes, 5> make_codes()
{
  std::array<Codes, 5> all{};
  for (Codes& codes : all) {
    codes.fill(Opcode::unknown);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Opcode::unknown); ++i) {
    const OpcodeInfo& row = k_infos[i];
    const std::size_t table = row.prefix == 0 ? 0 : row.prefix - 0xfaU;
    all[table][row.code] = static_cast<Opcode>(i);
  }
  return all;
}

constexpr std::array<Codes, 5> k_opcodes = make_codes();

} // namespace

const OpcodeInfo& info(Opcode opcode)
{
  return k_infos[static_cast<std::size_t>(opcode)];
}

Opcode plain_opcode(std::uint8_t byte)
{
  return k_opcodes[0][byte];
}

Opcode prefixed_opcode(std::uint8_t prefix, std::uint32_t code)
{
  return code < k_codes ? k_opcodes[prefix - 0xfaU][code] : Opcode::unknown;
}

} // namespace cargo_wasm::wasm
