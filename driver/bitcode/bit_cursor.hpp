// Bit fields of a byte range, least significant bit first, as LLVM's bitstream has them (llvm/docs/BitCodeFormat.rst, "Primitives").
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace cargo_wasm::bitcode {

/// A position in a byte range, with a limit that no read passes.
///
/// The first read that cannot be done is remembered and every later one gives 0, so that a loop over fields needs one check at its end.
/// Loops must therefore be bounded by something else than what they read.
/// Cost: O(1) a field, no allocation.
class BitCursor
{
public:
  enum class Failure : std::uint8_t {
    none,
    ended,    ///< the field reaches beyond the limit
    too_long, ///< a variable-width number has more than 64 bits
  };

  /// Positions and limits are bits from the start of `bytes`; `limit_bits` is at most eight times its size.
  BitCursor(std::span<const std::byte> bytes, std::uint64_t position_bits, std::uint64_t limit_bits)
      : m_bytes(bytes), m_position(position_bits), m_limit(limit_bits)
  {
  }

  [[nodiscard]] std::uint64_t position() const { return m_position; }
  [[nodiscard]] std::uint64_t limit() const { return m_limit; }
  [[nodiscard]] std::uint64_t left() const { return m_limit - m_position; }
  [[nodiscard]] Failure failure() const { return m_failure; }
  [[nodiscard]] bool failed() const { return m_failure != Failure::none; }
  /// Where the field began that could not be read.
  [[nodiscard]] std::uint64_t failure_position() const { return m_failed_at; }

  /// A field of `width` bits, 1 to 64.
  std::uint64_t fixed(unsigned width)
  {
    if (width > left() || failed()) {
      return fail(Failure::ended);
    }
    const std::size_t first = static_cast<std::size_t>(m_position / 8);
    const unsigned shift = static_cast<unsigned>(m_position % 8);
    std::uint64_t value = load(first) >> shift;
    if (shift + width > 64) {
      value |= std::to_integer<std::uint64_t>(m_bytes[first + 8]) << (64 - shift);
    }
    m_position += width;
    return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
  }

  /// A number in chunks of `width` bits, 2 to 32; the highest bit of each says whether another one follows.
  std::uint64_t variable(unsigned width)
  {
    const std::uint64_t more = std::uint64_t{1} << (width - 1);
    std::uint64_t chunk = fixed(width);
    if ((chunk & more) == 0) {
      return chunk;
    }
    const std::uint64_t start = m_position - width;
    std::uint64_t value = 0;
    unsigned shift = 0;
    while (true) {
      const std::uint64_t bits = chunk & (more - 1);
      if (shift >= 64 || (shift != 0 && (bits >> (64 - shift)) != 0)) {
        m_position = start;
        return fail(Failure::too_long);
      }
      value |= bits << shift;
      if ((chunk & more) == 0 || failed()) {
        return failed() ? 0 : value;
      }
      shift += width - 1;
      chunk = fixed(width);
    }
  }

  void skip(std::uint64_t bits)
  {
    if (bits > left() || failed()) {
      fail(Failure::ended);
      return;
    }
    m_position += bits;
  }

  /// Forward to the next multiple of 32 bits.
  void align32() { skip((32 - m_position % 32) % 32); }

private:
  std::uint64_t fail(Failure failure)
  {
    if (m_failure == Failure::none) {
      m_failure = failure;
      m_failed_at = m_position;
    }
    return 0;
  }

  /// The eight bytes from `first`, zeros beyond the end.
  [[nodiscard]] std::uint64_t load(std::size_t first) const
  {
    std::uint64_t word = 0;
    if (std::endian::native == std::endian::little && m_bytes.size() - first >= 8) {
      std::memcpy(&word, m_bytes.data() + first, 8);
      return word;
    }
    const std::size_t count = std::min<std::size_t>(m_bytes.size() - first, 8);
    for (unsigned i = 0; i < count; ++i) {
      word |= std::to_integer<std::uint64_t>(m_bytes[first + i]) << (8 * i);
    }
    return word;
  }

  std::span<const std::byte> m_bytes;
  std::uint64_t m_position;
  std::uint64_t m_limit;
  std::uint64_t m_failed_at = 0;
  Failure m_failure = Failure::none;
};

} // namespace cargo_wasm::bitcode
