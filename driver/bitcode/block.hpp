// One block of the bitstream: its abbreviations, records and sub-blocks (BitCodeFormat.rst, "Blocks", "Data Records").
//
//   block     := ENTER_SUBBLOCK, id vbr8, width vbr4, <align32>, words u32, body, END_BLOCK, <align32>
//   body      := (abbreviation | record | block)*        each begins with an id of `width` bits
//
// Blocks say how long they are, so that nothing here is recursive: a sub-block is handed out as a header, and the reader that handed it out
// is already behind it. Whoever does not know it drops the header. A block that is read to its end must end where its header says.
#pragma once
#include "abbreviation.hpp"
#include "bit_cursor.hpp"
#include "stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace cargo_wasm::bitcode {

/// Where a block lies; positions are bits.
struct BlockHeader
{
  std::uint32_t id = 0;
  unsigned abbreviation_width = 0; ///< of the ids in it, 2 to 32
  std::uint64_t start = 0;         ///< of its ENTER_SUBBLOCK
  std::uint64_t body = 0;
  std::uint64_t end = 0;
};

/// Reads what follows ENTER_SUBBLOCK and moves the cursor behind the block, which must lie within the cursor's limit.
/// Errors: CW0651, CW0652, CW0654.
[[nodiscard]] Result<BlockHeader> read_block_header(const Stream& stream, BitCursor& cursor, std::uint64_t start);

struct Record
{
  std::uint32_t code = 0;
  std::uint64_t position = 0; ///< of its abbreviation id, in bits
  std::vector<std::uint64_t> values;
  std::span<const std::byte> blob; ///< of a field of that kind, which no record has twice
};

/// Which records of a block are kept: bit n for code n. Others are passed over without their values being stored.
using RecordCodes = std::uint64_t;
[[nodiscard]] constexpr RecordCodes record_codes(auto... codes)
{
  return ((RecordCodes{1} << codes) | ... | RecordCodes{0});
}

/// Reads one block from its header.
///
/// Cost: linear in the block's own bits, those of sub-blocks excluded. Memory: the abbreviations and one record.
class BlockReader
{
public:
  enum class Item : std::uint8_t { end, block, record };

  /// `info` (may be null) gives the abbreviations that the block inherits; it must outlive the reader.
  BlockReader(const Stream& stream, const BlockHeader& header, const BlockInfo* info, RecordCodes kept);

  /// The next sub-block or kept record, or `end`, after which nothing may be asked. Errors: CW0651 to CW0656.
  [[nodiscard]] Result<Item> next();
  /// The next kept record, sub-blocks passed over; false at the end. Errors: as next().
  [[nodiscard]] Result<bool> next_record();

  [[nodiscard]] const BlockHeader& sub_block() const { return m_sub_block; }
  [[nodiscard]] Record& record() { return m_record; }
  /// Greatest record code met so far, kept or not.
  [[nodiscard]] std::uint32_t greatest_code() const { return m_greatest_code; }

  /// Abbreviations defined from here on belong to block `id`, not to this one: for the BLOCKINFO block.
  void define_for(std::uint32_t id, BlockInfo& info);
  /// Abbreviations may not be defined before `define_for`.
  void require_target() { m_needs_target = true; }

private:
  Result<> define();
  Result<bool> read_unabbreviated();
  Result<bool> read_abbreviated(std::uint64_t id);
  Result<> read_array(const AbbreviationField& element, bool keep);
  Result<> read_blob(bool keep);
  Result<> check_count(std::uint64_t count, std::uint64_t element_bits, bool keep) const;
  Result<> check_end();
  [[nodiscard]] bool begin_record(std::uint64_t code);
  [[nodiscard]] std::uint64_t number(const AbbreviationField& field);
  [[nodiscard]] std::string what() const;

  const Stream& m_stream;
  BlockHeader m_header;
  BitCursor m_cursor;
  RecordCodes m_kept;
  const std::vector<Abbreviation>* m_inherited = nullptr;
  std::size_t m_inherited_count = 0;
  std::vector<Abbreviation> m_own;
  BlockInfo* m_target_info = nullptr;
  std::uint32_t m_target = 0;
  bool m_needs_target = false;
  BlockHeader m_sub_block;
  Record m_record;
  std::uint32_t m_greatest_code = 0;
};

/// Values that one kept record may have, and never more than four for each byte of the bitcode: 128 MiB once they are unpacked.
constexpr std::uint64_t k_most_record_values = std::uint64_t{1} << 24;

} // namespace cargo_wasm::bitcode
