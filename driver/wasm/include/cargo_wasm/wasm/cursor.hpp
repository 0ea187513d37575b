// A position in a part of a file: every read is checked against the end of that part, nothing is copied.
//
// Failing is sticky. The first failure is kept, the position moves to the end, and from then on every read yields zero; so readers are
// written without a test after each number, and whoever asked for a whole item looks at `failed()` once. Loops over a count that was read
// from the file must look at it in every round. Offsets of failures are those of wasmparser 0.263, feature set "all": tests compare them.
#pragma once
#include <cargo_wasm/wasm/failure.hpp>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace cargo_wasm::wasm {

/// Engines agree on these limits (WebAssembly JS API specification, "implementation-defined limits").
constexpr std::uint32_t k_max_string_bytes = 100'000;

class Cursor
{
public:
  Cursor() = default;
  /// All of `bytes`, which is a part of `file`.
  Cursor(std::string_view bytes, std::string_view file) : m_pos(bytes.data()), m_end(bytes.data() + bytes.size()), m_file(file.data()) {}
  explicit Cursor(const Source& source) : Cursor(source.bytes, source.file) {}

  /// Bytes from the start of the file.
  [[nodiscard]] std::uint64_t offset() const noexcept { return static_cast<std::uint64_t>(m_pos - m_file); }
  [[nodiscard]] std::uint64_t end_offset() const noexcept { return static_cast<std::uint64_t>(m_end - m_file); }
  [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(m_end - m_pos); }
  [[nodiscard]] bool at_end() const noexcept { return m_pos == m_end; }
  [[nodiscard]] std::string_view rest() const noexcept { return {m_pos, remaining()}; }

  [[nodiscard]] bool failed() const noexcept { return m_failure.fault != Fault::none; }
  [[nodiscard]] const Failure& failure() const noexcept { return m_failure; }

  /// Notes a failure unless there is one already.
  void fail(Fault fault, std::uint64_t offset, const char* expected, std::uint64_t found = 0, const char* found_text = "");
  void fail(const Failure& failure)
  {
    if (failure) {
      fail(failure.fault, failure.offset, failure.expected, failure.found, failure.found_text);
    }
  }

  // In all of these `expected` names the thing, for the message: "expected a type index, found the end".

  std::uint8_t u8(const char* expected)
  {
    if (m_pos == m_end) {
      fail_ended(expected);
      return 0;
    }
    return static_cast<std::uint8_t>(*m_pos++);
  }
  /// The next byte, which stays unread.
  std::uint8_t peek(const char* expected)
  {
    if (m_pos == m_end) {
      fail_ended(expected);
      return 0;
    }
    return static_cast<std::uint8_t>(*m_pos);
  }
  /// Unsigned LEB128 of at most 32 bits: 1 to 5 bytes. Source: core specification §5.2.2.
  std::uint32_t u32(const char* expected)
  {
    const std::uint8_t first = u8(expected);
    return first < 0x80 ? first : u32_rest(first, expected);
  }
  std::uint64_t u64(const char* expected)
  {
    const std::uint8_t first = u8(expected);
    return first < 0x80 ? first : u64_rest(first, expected);
  }
  /// As u64; `is_wide` is set where `u32` would have refused it. What is wrong with it is wrong as a u64.
  std::uint64_t u64(const char* expected, bool& is_wide)
  {
    const char* begin = m_pos;
    const std::uint64_t value = u64(expected);
    is_wide |= m_pos - begin > 5 || value > UINT32_MAX;
    return value;
  }
  /// Signed LEB128 of at most 32, 33 and 64 bits.
  std::int32_t i32(const char* expected);
  std::int64_t i33(const char* expected);
  std::int64_t i64(const char* expected);
  /// Little-endian, as they stand.
  std::uint32_t fixed32(const char* expected);
  std::uint64_t fixed64(const char* expected);

  /// A u32 that is at most `limit`; `expected` is then what is counted: "at most 1000 parameters".
  std::uint32_t count(std::uint32_t limit, const char* expected);
  /// The next `size` bytes; nothing and a failure when there are fewer.
  std::string_view bytes(std::uint64_t size, const char* expected);
  /// A name: its length, at most 100,000, and as many bytes of UTF-8.
  std::string_view name(const char* expected);
  /// A name of any length, as custom sections may have them.
  std::string_view long_name(const char* expected);
  /// Past a name whose encoding nobody looks at.
  void skip_name(const char* expected);
  /// A byte that is 0 or 1.
  bool boolean(const char* expected);

  /// How deep the item that is being read lies within items of its own kind; cursors made from this one take it along. Readers that call
  /// themselves count with it and refuse beyond their limit.
  [[nodiscard]] std::uint32_t depth() const noexcept { return m_depth; }
  void set_depth(std::uint32_t depth) noexcept { m_depth = depth; }

  /// A cursor over a length and as many bytes, which this one is moved past.
  Cursor sized(const char* expected);
  /// A cursor over what lies between `begin`, an earlier position of this cursor, and the present one.
  [[nodiscard]] Cursor since(std::uint64_t begin) const;

private:
  void fail_ended(const char* expected) { fail(Fault::ended, offset(), expected); }
  std::uint32_t u32_rest(std::uint32_t value, const char* expected);
  std::uint64_t u64_rest(std::uint64_t value, const char* expected);
  std::string_view checked_utf8(std::string_view text, const char* expected);

  const char* m_pos = nullptr;
  const char* m_end = nullptr;
  const char* m_file = nullptr;
  std::uint32_t m_depth = 0;
  Failure m_failure;
};

/// Whether the bytes are UTF-8 as RFC 3629 has it: shortest forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

} // namespace cargo_wasm::wasm
