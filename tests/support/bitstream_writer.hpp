// Writes LLVM bitstreams field by field, wrong ones as willingly as right ones.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::test {

/// A field of an abbreviation.
struct BitField
{
  enum class Kind : std::uint8_t { literal, fixed, variable, array, character, blob } kind = Kind::literal;
  std::uint64_t value = 0; ///< of a literal; the width of a fixed or variable field
};

class BitstreamWriter
{
public:
  using Values = std::vector<std::uint64_t>;

  /// Begins with "BC" 0xC0DE unless a test wants something else.
  explicit BitstreamWriter(std::string_view magic = "BC\xC0\xDE");

  BitstreamWriter& fixed(std::uint64_t value, unsigned width);
  BitstreamWriter& variable(std::uint64_t value, unsigned width);
  BitstreamWriter& align();
  BitstreamWriter& raw(std::string_view bytes);

  /// The id of an abbreviation, in the width of the open block: before fields written by hand.
  BitstreamWriter& id(std::uint64_t abbreviation);
  BitstreamWriter& enter(std::uint32_t block, unsigned id_width = 3);
  /// Writes the end marker and the block's length; `words_too_many` falsifies the latter.
  BitstreamWriter& leave(int words_too_many = 0);
  BitstreamWriter& record(std::uint32_t code, const Values& values = {});
  /// `before` and then the bytes of `text`, as values.
  BitstreamWriter& text(std::uint32_t code, std::string_view text, Values before = {});
  BitstreamWriter& define(std::initializer_list<BitField> fields);
  BitstreamWriter& blob(std::string_view bytes);

  [[nodiscard]] std::size_t size() const { return m_bytes.size(); }
  [[nodiscard]] std::string bytes() const { return m_bytes; }

private:
  struct Open
  {
    unsigned outer_width;
    std::size_t length_at;
  };
  std::string m_bytes;
  unsigned m_free_bits = 0; ///< of the last byte
  unsigned m_width = 2;
  std::vector<Open> m_open;
};

/// `text` as the values of a string in an attribute group: its bytes and a 0.
[[nodiscard]] BitstreamWriter::Values zero_terminated(std::string_view text);
[[nodiscard]] BitstreamWriter::Values joined(std::initializer_list<BitstreamWriter::Values> parts);

} // namespace cargo_wasm::test
