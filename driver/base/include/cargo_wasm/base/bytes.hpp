// Writing and bounded reading for our own files: numbers as unsigned LEB128 or eight bytes little-endian, texts with their length before
// them.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cargo_wasm::base {

class ByteWriter
{
public:
  void number(std::uint64_t value)
  {
    while (value >= 0x80) {
      out += static_cast<char>((value & 0x7fU) | 0x80U);
      value >>= 7U;
    }
    out += static_cast<char>(value);
  }
  void fixed64(std::uint64_t value)
  {
    for (unsigned i = 0; i < 8; ++i) {
      out += static_cast<char>((value >> (8 * i)) & 0xffU);
    }
  }
  void text(std::string_view value)
  {
    number(value.size());
    out += value;
  }
  void raw(std::string_view bytes) { out += bytes; }
  void raw(const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }

  std::string out;
};

/// Reads what ByteWriter wrote. After the first read beyond the end everything is zero or empty and `ok()` is false.
class ByteReader
{
public:
  explicit ByteReader(std::string_view bytes) : m_rest(bytes) {}

  std::uint64_t number()
  {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (m_rest.empty()) {
        break;
      }
      const auto byte = static_cast<std::uint8_t>(m_rest[0]);
      m_rest.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    damaged();
    return 0;
  }
  std::uint64_t fixed64()
  {
    const std::string_view bytes = take(8);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    return value;
  }
  /// A count of things of at least one byte each: never more than there are bytes left.
  std::uint64_t count()
  {
    const std::uint64_t value = number();
    if (value > m_rest.size()) {
      damaged();
      return 0;
    }
    return value;
  }
  std::string_view text() { return take(number()); }
  std::string_view take(std::uint64_t size)
  {
    if (size > m_rest.size()) {
      damaged();
      return {};
    }
    const std::string_view bytes = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return bytes;
  }
  /// For what only the caller can see: a number that names nothing.
  void damaged()
  {
    m_ok = false;
    m_rest = {};
  }
  [[nodiscard]] bool ok() const { return m_ok; }
  [[nodiscard]] bool at_end() const { return m_rest.empty(); }

private:
  std::string_view m_rest;
  bool m_ok = true;
};

/// A 64-bit check value against torn and damaged bytes, not against malice. About 8 bytes per multiplication.
inline std::uint64_t check_value(std::string_view bytes)
{
  std::uint64_t value = 0x9e3779b97f4a7c15U ^ bytes.size();
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    value = (value ^ word) * 0xff51afd7ed558ccdU;
    value ^= value >> 32U;
  }
  std::uint64_t last = 0;
  std::memcpy(&last, bytes.data() + at, bytes.size() - at);
  value = (value ^ last) * 0xc4ceb9fe1a85ec53U;
  return value ^ (value >> 29U);
}

} // namespace cargo_wasm::base
