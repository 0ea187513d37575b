#include "stream.hpp"

#include <fmt/format.h>

namespace cargo_wasm::bitcode {

void Stream::set_producer(std::string_view producer)
{
  constexpr std::size_t k_most_shown = 120;
  m_producer.clear();
  for (const char c : producer.substr(0, k_most_shown)) {
    m_producer += c >= ' ' && c <= '~' ? c : '?';
  }
}

Error Stream::error(std::string_view id, std::string message, std::uint64_t bit, std::string what) const
{
  if (bit % 8 != 0) {
    what += fmt::format(", bit {} of that byte", bit % 8);
  }
  Error out =
      Error(std::string(id), std::move(message), Blame::integrity).at(base::BinarySpan{m_file, file_offset(bit), 1, std::move(what)});
  if (!m_producer.empty()) {
    out.notes.push_back(fmt::format("the bitcode was written by `{}`", m_producer));
  }
  return out;
}

Error Stream::read_error(const BitCursor& cursor, std::string what) const
{
  if (cursor.failure() == BitCursor::Failure::too_long) {
    return error("CW0652", "a number has more than 64 bits", cursor.failure_position(), std::move(what));
  }
  const bool at_end = cursor.limit() == size_bits();
  return error("CW0651", fmt::format("the {} ends too early", at_end ? "bitcode" : "block"), cursor.failure_position(), std::move(what));
}

} // namespace cargo_wasm::bitcode
