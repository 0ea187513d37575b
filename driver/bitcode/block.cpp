#include "block.hpp"

#include "codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace cargo_wasm::bitcode {
namespace {

using Kind = AbbreviationField::Kind;

} // namespace

Result<BlockHeader> read_block_header(const Stream& stream, BitCursor& cursor, std::uint64_t start)
{
  BlockHeader out;
  out.start = start;
  const std::uint64_t id = cursor.variable(8);
  const std::uint64_t width = cursor.variable(4);
  cursor.align32();
  const std::uint64_t words = cursor.fixed(32);
  if (cursor.failed()) {
    return fail(stream.read_error(cursor, "header of a block"));
  }
  const std::string what = fmt::format("header of block {}", id);
  if (id > std::numeric_limits<std::uint32_t>::max()) {
    return fail(stream.error("CW0654", "a block's id has more than 32 bits", start, what));
  }
  if (width < 2 || width > 32) {
    return fail(stream.error("CW0654", fmt::format("a block has abbreviation ids of {} bits, expected 2 to 32", width), start, what));
  }
  out.id = static_cast<std::uint32_t>(id);
  out.abbreviation_width = static_cast<unsigned>(width);
  out.body = cursor.position();
  if (words > cursor.left() / 32) {
    return fail(stream.error(
        "CW0654", fmt::format("a block has {} bytes, but {} are left of what holds it", words * 4, cursor.left() / 8), start, what));
  }
  cursor.skip(words * 32);
  out.end = cursor.position();
  return out;
}

BlockReader::BlockReader(const Stream& stream, const BlockHeader& header, const BlockInfo* info, RecordCodes kept)
    : m_stream(stream), m_header(header), m_cursor(stream.bytes(), header.body, header.end), m_kept(kept)
{
  if (info != nullptr) {
    if (const auto found = info->abbreviations.find(header.id); found != info->abbreviations.end()) {
      // What BLOCKINFO adds later is for blocks that begin later.
      m_inherited = &found->second;
      m_inherited_count = found->second.size();
    }
  }
}

std::string BlockReader::what() const
{
  return fmt::format("block {}", m_header.id);
}

void BlockReader::define_for(std::uint32_t id, BlockInfo& info)
{
  m_target_info = &info;
  m_target = id;
}

Result<BlockReader::Item> BlockReader::next()
{
  while (true) {
    m_record.position = m_cursor.position();
    const std::uint64_t id = m_cursor.fixed(m_header.abbreviation_width);
    if (m_cursor.failed()) {
      return fail(m_stream.error("CW0654", "a block has no end marker before the end its header gives", m_record.position, what()));
    }
    bool kept = false;
    switch (static_cast<AbbreviationId>(std::min(id, std::uint64_t{4}))) {
    case AbbreviationId::end_block:
      CW_TRY(check_end());
      return Item::end;
    case AbbreviationId::enter_block: {
      CW_TRY_ASSIGN(m_sub_block, read_block_header(m_stream, m_cursor, m_record.position));
      return Item::block;
    }
    case AbbreviationId::define:
      CW_TRY(define());
      break;
    case AbbreviationId::unabbreviated: {
      CW_TRY_ASSIGN(kept, read_unabbreviated());
      break;
    }
    case AbbreviationId::first_own: {
      CW_TRY_ASSIGN(kept, read_abbreviated(id));
      break;
    }
    }
    if (kept) {
      return Item::record;
    }
  }
}

Result<bool> BlockReader::next_record()
{
  while (true) {
    CW_TRY_ASSIGN(const Item item, next());
    if (item != Item::block) {
      return item == Item::record;
    }
  }
}

Result<> BlockReader::check_end()
{
  m_cursor.align32();
  if (m_cursor.failed() || m_cursor.position() != m_header.end) {
    return fail(m_stream.error("CW0654", "a block ends before the end its header gives", m_record.position, what()));
  }
  return {};
}

Result<> BlockReader::define()
{
  CW_TRY_ASSIGN(Abbreviation abbreviation, read_abbreviation(m_stream, m_cursor));
  if (m_target_info == nullptr && m_needs_target) {
    return fail(m_stream.error("CW0653", "an abbreviation is defined for no block", m_record.position, what()));
  }
  const std::size_t count = m_target_info != nullptr ? m_target_info->count : m_own.size();
  if (count >= k_most_abbreviations) {
    return fail(m_stream.error(
        "CW0656", fmt::format("more than {} abbreviations are defined in one block", k_most_abbreviations), m_record.position, what()));
  }
  if (m_target_info != nullptr) {
    ++m_target_info->count;
    m_target_info->abbreviations[m_target].push_back(std::move(abbreviation));
  } else {
    m_own.push_back(std::move(abbreviation));
  }
  return {};
}

bool BlockReader::begin_record(std::uint64_t code)
{
  m_record.code = static_cast<std::uint32_t>(std::min(code, std::uint64_t{std::numeric_limits<std::uint32_t>::max()}));
  m_greatest_code = std::max(m_greatest_code, m_record.code);
  m_record.values.clear();
  m_record.blob = {};
  return m_record.code < 64 && ((m_kept >> m_record.code) & 1) != 0;
}

Result<> BlockReader::check_count(std::uint64_t count, std::uint64_t element_bits, bool keep) const
{
  const std::uint64_t most = std::min(k_most_record_values, 4 * std::uint64_t{m_stream.bytes().size()});
  if (count > m_cursor.left() || count * element_bits > m_cursor.left()) {
    return fail(m_stream.error("CW0655",
                               fmt::format("a record has {} values, more than its block has room for", count),
                               m_record.position,
                               fmt::format("{}, record {}", what(), m_record.code)));
  }
  if (keep && count > most) {
    return fail(m_stream.error("CW0656",
                               fmt::format("a record has {} values, {} at most are read", count, most),
                               m_record.position,
                               fmt::format("{}, record {}", what(), m_record.code)));
  }
  return {};
}

Result<bool> BlockReader::read_unabbreviated()
{
  constexpr unsigned k_width = 6;
  const bool keep = begin_record(m_cursor.variable(k_width));
  const std::uint64_t count = m_cursor.variable(k_width);
  if (!m_cursor.failed()) {
    CW_TRY(check_count(count, k_width, keep));
    if (keep) {
      m_record.values.reserve(static_cast<std::size_t>(count));
      for (std::uint64_t i = 0; i < count; ++i) {
        m_record.values.push_back(m_cursor.variable(k_width));
      }
    } else {
      for (std::uint64_t i = 0; i < count; ++i) {
        m_cursor.variable(k_width);
      }
    }
  }
  if (m_cursor.failed()) {
    return fail(m_stream.read_error(m_cursor, fmt::format("{}, record {}", what(), m_record.code)));
  }
  return keep;
}

std::uint64_t BlockReader::number(const AbbreviationField& field)
{
  switch (field.kind) {
  case Kind::literal:
    return field.value;
  case Kind::fixed:
    return m_cursor.fixed(static_cast<unsigned>(field.value));
  case Kind::variable:
    return m_cursor.variable(static_cast<unsigned>(field.value));
  case Kind::character:
    return static_cast<std::uint64_t>(decode_character(m_cursor.fixed(6)));
  case Kind::array:
  case Kind::blob:
    break;
  }
  return 0;
}

Result<bool> BlockReader::read_abbreviated(std::uint64_t id)
{
  const std::uint64_t index = id - static_cast<std::uint64_t>(AbbreviationId::first_own);
  const std::uint64_t known = m_inherited_count + m_own.size();
  if (index >= known) {
    return fail(m_stream.error(
        "CW0653",
        fmt::format("abbreviation {} is used, but the block has {}", index + 1, known == 0 ? "none" : fmt::format("only {}", known)),
        m_record.position,
        what()));
  }
  const auto& fields = (index < m_inherited_count ? (*m_inherited)[static_cast<std::size_t>(index)]
                                                  : m_own[static_cast<std::size_t>(index - m_inherited_count)])
                           .fields;
  const bool keep = begin_record(number(fields.front()));
  for (std::size_t i = 1; i < fields.size() && !m_cursor.failed(); ++i) {
    if (fields[i].kind == Kind::array) {
      CW_TRY(read_array(fields[i + 1], keep));
      break;
    }
    if (fields[i].kind == Kind::blob) {
      CW_TRY(read_blob(keep));
      break;
    }
    const std::uint64_t value = number(fields[i]);
    if (keep) {
      m_record.values.push_back(value);
    }
  }
  if (m_cursor.failed()) {
    return fail(m_stream.read_error(m_cursor, fmt::format("{}, record {}", what(), m_record.code)));
  }
  return keep;
}

Result<> BlockReader::read_array(const AbbreviationField& element, bool keep)
{
  const std::uint64_t count = m_cursor.variable(6);
  if (m_cursor.failed()) {
    return {};
  }
  CW_TRY(check_count(count, element.value, keep));
  if (!keep && element.kind != Kind::variable) {
    m_cursor.skip(count * element.value);
    return {};
  }
  if (keep) {
    m_record.values.reserve(m_record.values.size() + static_cast<std::size_t>(count));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t value = number(element);
    if (keep) {
      m_record.values.push_back(value);
    }
  }
  return {};
}

Result<> BlockReader::read_blob(bool keep)
{
  const std::uint64_t count = m_cursor.variable(6);
  m_cursor.align32();
  if (m_cursor.failed()) {
    return {};
  }
  CW_TRY(check_count(count, 8, false));
  if (keep) {
    m_record.blob = m_stream.bytes().subspan(static_cast<std::size_t>(m_cursor.position() / 8), static_cast<std::size_t>(count));
  }
  m_cursor.skip(count * 8);
  m_cursor.align32();
  return {};
}

} // namespace cargo_wasm::bitcode
