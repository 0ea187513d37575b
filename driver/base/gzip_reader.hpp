// Unpacks one gzip member bit by bit: what was read so far is all that is in memory, and the limit holds for it.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

namespace cargo_wasm::base {

class GzipReader
{
public:
  enum class Status : std::uint8_t {
    ok,        ///< all bytes asked for
    end,       ///< the stream is over; fewer bytes than asked for, perhaps none
    corrupt,   ///< not gzip, or its checksum or length does not hold
    truncated, ///< the input stops before the stream does
    too_large, ///< more than the limit
  };

  /// `gzip` must outlive the reader.
  GzipReader(std::string_view gzip, std::uint64_t limit_bytes);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// The next `count` bytes, valid until the next call. Memory grows with what arrives, not with what is asked for.
  Status take(std::uint64_t count, std::string_view& out);
  /// Bytes handed out so far.
  [[nodiscard]] std::uint64_t position() const { return m_position; }
  /// After `end`: what follows the member in the input.
  [[nodiscard]] std::string_view rest_of_input() const;

private:
  struct State;
  std::unique_ptr<State> m_state;
  std::uint64_t m_limit;
  std::uint64_t m_position = 0;
};

} // namespace cargo_wasm::base
