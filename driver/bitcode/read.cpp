// The top level of a bitcode file (BitcodeReader.cpp, getBitcodeFileContents; BitCodeFormat.rst, "LLVM IR Magic Number", "Bitcode
// Wrapper").
//
//   file    := wrapper? "BC" 0xC0DE (IDENTIFICATION | MODULE | STRTAB | SYMTAB | other block)*
//   wrapper := 0x0B17C0DE, version, offset, size, cpu, each u32; `offset` and `size` tell where the rest lies
//
// Several modules may stand in a row; a string table serves all modules before it that have none yet.
#include "block.hpp"
#include "codes.hpp"
#include "module_reader.hpp"

#include <cargo_wasm/bitcode/module.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cargo_wasm::bitcode {
namespace {

constexpr std::array<std::uint8_t, 4> k_magic = {'B', 'C', 0xC0, 0xDE};
constexpr std::array<std::uint8_t, 4> k_wrapper_magic = {0xDE, 0xC0, 0x17, 0x0B};
constexpr std::size_t k_wrapper_bytes = 20;
/// Archivers pad members; what is shorter than this cannot hold another block (LLVM stops there as well).
constexpr std::uint64_t k_most_padding_bits = 8 * 8;

using Bytes = std::span<const std::byte>;

bool starts_with(Bytes bytes, const std::array<std::uint8_t, 4>& magic)
{
  if (bytes.size() < magic.size()) {
    return false;
  }
  for (std::size_t i = 0; i < magic.size(); ++i) {
    if (std::to_integer<std::uint8_t>(bytes[i]) != magic[i]) {
      return false;
    }
  }
  return true;
}

/// A module and what stands at the top level for it.
struct Part
{
  BlockHeader module;
  std::optional<BlockHeader> identification;
  std::optional<Bytes> strings;
};

struct Identification
{
  std::string producer;
  std::uint64_t epoch = 0;
};

Result<Bytes> unwrapped(Bytes bytes, const std::filesystem::path& file, std::uint64_t offset_bytes, std::uint64_t& skipped)
{
  const Stream stream(bytes, file, offset_bytes);
  const auto u32 = [&](std::size_t at) { return BitCursor(bytes, at * 8, stream.size_bits()).fixed(32); };
  if (!starts_with(bytes, k_wrapper_magic)) {
    return bytes;
  }
  if (bytes.size() < k_wrapper_bytes) {
    return fail(stream.error("CW0651", "the bitcode ends too early", 0, "bitcode wrapper"));
  }
  const std::uint64_t offset = u32(8);
  const std::uint64_t size = u32(12);
  if (offset > bytes.size() || size > bytes.size() - offset) {
    return fail(stream.error(
        "CW0650", fmt::format("the bitcode wrapper speaks of {} bytes at {} of {}", size, offset, bytes.size()), 0, "bitcode wrapper"));
  }
  skipped = offset;
  return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

Result<Bytes> read_strings(const Stream& stream, const BlockHeader& header)
{
  BlockReader reader(stream, header, nullptr, record_codes(strings_code::k_blob));
  std::optional<Bytes> out;
  while (true) {
    CW_TRY_ASSIGN(const BlockReader::Item item, reader.next());
    if (item == BlockReader::Item::end) {
      return out.value_or(Bytes{});
    }
    if (item == BlockReader::Item::record && !out) {
      out = reader.record().blob;
    }
  }
}

Result<Identification> read_identification(const Stream& stream, const BlockHeader& header)
{
  constexpr std::string_view k_identification_block = "identification block";
  BlockReader reader(stream, header, nullptr, record_codes(identification_code::k_producer, identification_code::k_epoch));
  Identification out;
  while (true) {
    CW_TRY_ASSIGN(const bool has_record, reader.next_record());
    if (!has_record) {
      return out;
    }
    const Record& record = reader.record();
    if (record.code == identification_code::k_epoch) {
      if (record.values.empty()) {
        return fail(stream.error("CW0655", "the epoch of the bitcode is missing", record.position, std::string(k_identification_block)));
      }
      out.epoch = record.values.front();
      continue;
    }
    auto text = text_of(record.values);
    if (!text) {
      return fail(
          stream.error("CW0655", "the producer's name has a character beyond 255", record.position, std::string(k_identification_block)));
    }
    out.producer = std::move(*text);
  }
}

/// All that stands at the top level, blocks unread but for string tables.
Result<std::vector<Part>> read_top_level(const Stream& stream)
{
  constexpr unsigned k_id_width = 2;
  BitCursor cursor(stream.bytes(), k_magic.size() * 8, stream.size_bits());
  std::vector<Part> parts;
  std::optional<BlockHeader> identification;
  while (cursor.left() > k_most_padding_bits || (parts.empty() && cursor.left() != 0)) {
    const std::uint64_t start = cursor.position();
    const std::uint64_t id = cursor.fixed(k_id_width);
    if (cursor.failed()) {
      return fail(stream.read_error(cursor, "top level"));
    }
    if (id != static_cast<std::uint64_t>(AbbreviationId::enter_block)) {
      return fail(stream.error("CW0654", "expected a block", start, "top level"));
    }
    CW_TRY_ASSIGN(const BlockHeader header, read_block_header(stream, cursor, start));
    if (header.id == block_id::k_identification) {
      identification = header;
    } else if (header.id == block_id::k_module) {
      parts.push_back({header, std::exchange(identification, std::nullopt), std::nullopt});
    } else if (header.id == block_id::k_strings) {
      CW_TRY_ASSIGN(const Bytes strings, read_strings(stream, header));
      for (auto part = parts.rbegin(); part != parts.rend() && !part->strings; ++part) {
        part->strings = strings;
      }
    }
  }
  if (parts.empty()) {
    return fail(stream.error("CW0659", "the bitcode holds no module", 0, "top level"));
  }
  return parts;
}

Result<Module> read_part(Stream& stream, const Part& part, TextStore& texts)
{
  Identification identification;
  stream.set_producer({});
  if (part.identification) {
    CW_TRY_ASSIGN(identification, read_identification(stream, *part.identification));
    stream.set_producer(identification.producer);
    if (identification.epoch > k_newest_epoch) {
      Error error =
          stream.error("CW0657",
                       fmt::format("the bitcode is of epoch {}, {} is the newest that can be read", identification.epoch, k_newest_epoch),
                       part.identification->start,
                       "identification block");
      error.blame = Blame::environment;
      return fail(std::move(error));
    }
  }
  ModuleReader reader(stream, part.strings, texts);
  CW_TRY_ASSIGN(Module module, reader.read(part.module));
  module.producer = texts.keep(identification.producer);
  module.epoch = identification.epoch;
  return module;
}

} // namespace

std::string_view TextStore::keep(std::string_view text)
{
  constexpr std::size_t k_chunk_bytes = 4096;
  if (text.empty()) {
    return {};
  }
  if (text.size() > m_free_bytes) {
    m_free_bytes = std::max(text.size(), k_chunk_bytes);
    m_chunks.push_back(std::make_unique<char[]>(m_free_bytes));
    m_free = m_chunks.back().get();
  }
  char* const kept = m_free;
  std::copy(text.begin(), text.end(), kept);
  m_free += text.size();
  m_free_bytes -= text.size();
  return {kept, text.size()};
}

bool is_bitcode(Bytes bytes) noexcept
{
  return starts_with(bytes, k_magic) || starts_with(bytes, k_wrapper_magic);
}

Result<File> read(Bytes bytes, const std::filesystem::path& file, std::uint64_t offset_bytes)
{
  std::uint64_t skipped = 0;
  CW_TRY_ASSIGN(const Bytes content, unwrapped(bytes, file, offset_bytes, skipped));
  Stream stream(content, file, offset_bytes + skipped);
  if (!starts_with(content, k_magic)) {
    return fail(stream.error("CW0650", "the file does not begin as LLVM bitcode does", 0, "magic number"));
  }
  CW_TRY_ASSIGN(const std::vector<Part> parts, read_top_level(stream));
  File out;
  for (const Part& part : parts) {
    CW_TRY_ASSIGN(Module module, read_part(stream, part, out.texts));
    out.modules.push_back(std::move(module));
  }
  return out;
}

} // namespace cargo_wasm::bitcode
