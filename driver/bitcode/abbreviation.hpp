// Abbreviations: how the fields of a record are written (BitCodeFormat.rst, "Abbreviations").
#pragma once
#include "bit_cursor.hpp"
#include "stream.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace cargo_wasm::bitcode {

struct AbbreviationField
{
  enum class Kind : std::uint8_t { literal, fixed, variable, array, character, blob } kind = Kind::literal;
  std::uint64_t value = 0; ///< of a literal; else the width in bits
};

/// Checked when it is defined: at least one field; the first one, the record's code, is a number; an array is followed by its element and
/// by nothing else, an element takes at least one bit; a blob comes last; no number is wider than 32 bits.
struct Abbreviation
{
  std::vector<AbbreviationField> fields;
};

/// Reads what follows DEFINE_ABBREV. Errors: CW0651, CW0652, CW0653.
[[nodiscard]] Result<Abbreviation> read_abbreviation(const Stream& stream, BitCursor& cursor);

/// Abbreviations that the BLOCKINFO block defines for other blocks, by block id.
struct BlockInfo
{
  std::map<std::uint32_t, std::vector<Abbreviation>> abbreviations;
  std::uint32_t count = 0; ///< of all blocks
};

/// The six-bit characters of a field of kind `character`.
[[nodiscard]] char decode_character(std::uint64_t code);

/// Abbreviations of one block, and all that one BLOCKINFO block defines. LLVM's own writer needs some 30.
constexpr std::uint32_t k_most_abbreviations = 4096;
/// Fields of one abbreviation; LLVM's longest has some 20. It bounds what a record of literals, which take no bits, can cost.
constexpr std::uint64_t k_most_abbreviation_fields = 64;

} // namespace cargo_wasm::bitcode
