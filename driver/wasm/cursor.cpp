#include <cargo_wasm/wasm/cursor.hpp>

namespace cargo_wasm::wasm {

void Cursor::fail(Fault fault, std::uint64_t offset, const char* expected, std::uint64_t found, const char* found_text)
{
  if (!failed()) {
    m_failure = {fault, offset, found, expected, found_text};
  }
  m_pos = m_end;
}

std::uint32_t Cursor::u32_rest(std::uint32_t value, const char* expected)
{
  value &= 0x7fU;
  for (unsigned shift = 7;; shift += 7) {
    const std::uint32_t byte = u8(expected);
    value |= (byte & 0x7fU) << shift;
    if (shift >= 25 && (byte >> (32 - shift)) != 0) {
      fail((byte & 0x80U) != 0 ? Fault::leb_long : Fault::leb_large, offset() - 1, expected, 32);
      return 0;
    }
    if (byte < 0x80) {
      return failed() ? 0 : value;
    }
  }
}

std::uint64_t Cursor::u64_rest(std::uint64_t value, const char* expected)
{
  value &= 0x7fU;
  for (unsigned shift = 7;; shift += 7) {
    const std::uint64_t byte = u8(expected);
    value |= (byte & 0x7fU) << shift;
    if (shift >= 57 && (byte >> (64 - shift)) != 0) {
      fail((byte & 0x80U) != 0 ? Fault::leb_long : Fault::leb_large, offset() - 1, expected, 64);
      return 0;
    }
    if (byte < 0x80) {
      return failed() ? 0 : value;
    }
  }
}

namespace {

/// The bits of the last byte that a number of so many bits does not have must repeat its sign.
bool repeats_sign(std::uint8_t byte, unsigned unused_bits)
{
  const auto bits = static_cast<std::int8_t>(static_cast<std::uint8_t>(byte << 1U));
  const int rest = bits >> (7 - unused_bits);
  return rest == 0 || rest == -1;
}

std::int64_t sign_extended(std::uint64_t value, unsigned bits)
{
  return bits >= 64 ? static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

} // namespace

std::int32_t Cursor::i32(const char* expected)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8(expected);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (shift == 28 && ((byte & 0x80U) != 0 || !repeats_sign(byte, 3))) {
      fail((byte & 0x80U) != 0 ? Fault::leb_long : Fault::leb_large, offset() - 1, expected, 32);
      return 0;
    }
    if (byte < 0x80) {
      return failed() ? 0 : static_cast<std::int32_t>(sign_extended(value, shift + 7));
    }
  }
}

std::int64_t Cursor::i33(const char* expected)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8(expected);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (shift == 28 && ((byte & 0x80U) != 0 || !repeats_sign(byte, 2))) {
      fail((byte & 0x80U) != 0 ? Fault::leb_long : Fault::leb_large, offset() - 1, expected, 33);
      return 0;
    }
    if (byte < 0x80) {
      return failed() ? 0 : sign_extended(value, shift + 7);
    }
  }
}

std::int64_t Cursor::i64(const char* expected)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8(expected);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (shift == 63 && ((byte & 0x80U) != 0 || !repeats_sign(byte, 6))) {
      fail((byte & 0x80U) != 0 ? Fault::leb_long : Fault::leb_large, offset() - 1, expected, 64);
      return 0;
    }
    if (byte < 0x80) {
      return failed() ? 0 : sign_extended(value, shift + 7);
    }
  }
}

std::uint32_t Cursor::fixed32(const char* expected)
{
  std::uint32_t value = 0;
  const std::string_view raw = bytes(4, expected);
  for (unsigned i = 0; i < raw.size(); ++i) {
    value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(raw[i])) << (8 * i);
  }
  return value;
}

std::uint64_t Cursor::fixed64(const char* expected)
{
  std::uint64_t value = 0;
  const std::string_view raw = bytes(8, expected);
  for (unsigned i = 0; i < raw.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(raw[i])) << (8 * i);
  }
  return value;
}

std::uint32_t Cursor::count(std::uint32_t limit, const char* expected)
{
  const std::uint64_t begin = offset();
  const std::uint32_t value = u32(expected);
  if (value > limit) {
    fail(Fault::limit, begin, expected, value);
    return 0;
  }
  return value;
}

std::string_view Cursor::bytes(std::uint64_t size, const char* expected)
{
  if (size > remaining()) {
    fail_ended(expected);
    return {};
  }
  const std::string_view out(m_pos, static_cast<std::size_t>(size));
  m_pos += size;
  return out;
}

std::string_view Cursor::checked_utf8(std::string_view text, const char* expected)
{
  if (!is_utf8(text)) {
    fail(Fault::text, offset() - 1, expected);
    return {};
  }
  return text;
}

std::string_view Cursor::name(const char* expected)
{
  const std::uint32_t size = u32(expected);
  if (size > k_max_string_bytes) {
    fail(Fault::limit, offset() - 1, "a name of at most 100000 bytes", size);
    return {};
  }
  return checked_utf8(bytes(size, expected), expected);
}

std::string_view Cursor::long_name(const char* expected)
{
  return checked_utf8(bytes(u32(expected), expected), expected);
}

void Cursor::skip_name(const char* expected)
{
  const std::uint32_t size = u32(expected);
  if (size > k_max_string_bytes) {
    fail(Fault::limit, offset() - 1, "a name of at most 100000 bytes", size);
    return;
  }
  bytes(size, expected);
}

bool Cursor::boolean(const char* expected)
{
  const std::uint8_t value = u8(expected);
  if (value > 1) {
    fail(Fault::byte, offset() - 1, expected, value);
  }
  return value == 1;
}

Cursor Cursor::sized(const char* expected)
{
  const std::uint32_t size = u32(expected);
  const std::uint64_t begin = offset();
  bytes(size, expected);
  return since(begin);
}

Cursor Cursor::since(std::uint64_t begin) const
{
  Cursor part;
  part.m_pos = failed() ? m_end : m_file + begin;
  part.m_end = m_pos;
  part.m_file = m_file;
  part.m_depth = m_depth;
  return part;
}

namespace {

constexpr std::uint64_t k_high_bits = 0x8080808080808080U;

bool is_continuation(unsigned char c)
{
  return (c & 0xc0U) == 0x80;
}

/// Bytes of the UTF-8 sequence that `text` begins with, 0 if it is none. The lead byte decides what the second may be.
std::size_t sequence_bytes(std::string_view text)
{
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead >= 0xc2 && lead <= 0xdf) {
    return text.size() >= 2 && is_continuation(at(1)) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : 0xbf;
    return text.size() >= 3 && at(1) >= low && at(1) <= high && is_continuation(at(2)) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned char low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xf4 ? 0x8f : 0xbf;
    return text.size() >= 4 && at(1) >= low && at(1) <= high && is_continuation(at(2)) && is_continuation(at(3)) ? 4 : 0;
  }
  return 0;
}

} // namespace

bool is_utf8(std::string_view text) noexcept
{
  while (!text.empty()) {
    if (text.size() >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data(), 8);
      if ((word & k_high_bits) == 0) {
        text.remove_prefix(8);
        continue;
      }
    }
    const std::size_t size = static_cast<unsigned char>(text.front()) < 0x80 ? 1 : sequence_bytes(text);
    if (size == 0) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

} // namespace cargo_wasm::wasm
