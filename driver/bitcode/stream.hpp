// The bytes of one bitcode file, and errors that name a place in them.
#pragma once
#include "bit_cursor.hpp"

#include <cargo_wasm/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace cargo_wasm::bitcode {

/// Bit positions count from the start of `bytes`, which is the magic number: fields are aligned relative to it, wherever in a larger file
/// it lies.
class Stream
{
public:
  Stream(std::span<const std::byte> bytes, std::filesystem::path file, std::uint64_t offset_bytes)
      : m_bytes(bytes), m_file(std::move(file)), m_offset_bytes(offset_bytes)
  {
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }
  [[nodiscard]] std::uint64_t size_bits() const { return std::uint64_t{m_bytes.size()} * 8; }
  /// Offset in the file of the byte that holds `bit`.
  [[nodiscard]] std::uint64_t file_offset(std::uint64_t bit) const { return m_offset_bytes + bit / 8; }

  /// Errors name the producer from here on.
  void set_producer(std::string_view producer);

  /// An error at `bit`; `what` says which part of the format lies there.
  [[nodiscard]] Error error(std::string_view id, std::string message, std::uint64_t bit, std::string what) const;
  /// What stopped `cursor`, which has failed, in the part of the format that `what` names. CW0651, CW0652.
  [[nodiscard]] Error read_error(const BitCursor& cursor, std::string what) const;

private:
  std::span<const std::byte> m_bytes;
  std::filesystem::path m_file;
  std::uint64_t m_offset_bytes;
  std::string m_producer;
};

} // namespace cargo_wasm::bitcode
