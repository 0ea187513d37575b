#include "gzip_reader.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace cargo_wasm::base {
namespace {

constexpr std::size_t k_first_buffer_bytes = 256 * 1024;
constexpr int k_gzip_only_window_bits = 15 + 16;

} // namespace

struct GzipReader::State
{
  z_stream stream{};
  std::string_view input;
  std::vector<char> buffer = std::vector<char>(k_first_buffer_bytes);
  std::size_t begin = 0, end = 0; ///< unpacked and not yet handed out
  std::uint64_t unpacked = 0;
  bool finished = false;
  bool usable = false;

  /// Unpacks until the buffer is full or the stream ends.
  Status fill(std::uint64_t limit)
  {
    while (!finished && end < buffer.size()) {
      if (stream.avail_in == 0) {
        constexpr std::size_t k_most = std::numeric_limits<uInt>::max();
        const std::size_t piece = std::min(input.size(), k_most);
        if (piece == 0) {
          return Status::truncated;
        }
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream.avail_in = static_cast<uInt>(piece);
        input.remove_prefix(piece);
      }
      const std::size_t space = std::min<std::size_t>(buffer.size() - end, 1U << 30U);
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data() + end);
      stream.avail_out = static_cast<uInt>(space);
      const int result = ::inflate(&stream, Z_NO_FLUSH);
      const std::size_t got = space - stream.avail_out;
      end += got;
      unpacked += got;
      if (unpacked > limit) {
        return Status::too_large;
      }
      if (result == Z_STREAM_END) {
        finished = true;
      } else if (result == Z_BUF_ERROR && stream.avail_in == 0) {
        continue;
      } else if (result != Z_OK) {
        return Status::corrupt;
      }
    }
    return Status::ok;
  }
};

GzipReader::GzipReader(std::string_view gzip, std::uint64_t limit_bytes) : m_state(std::make_unique<State>()), m_limit(limit_bytes)
{
  m_state->input = gzip;
  m_state->usable = ::inflateInit2(&m_state->stream, k_gzip_only_window_bits) == Z_OK;
}

GzipReader::~GzipReader()
{
  if (m_state->usable) {
    ::inflateEnd(&m_state->stream);
  }
}

GzipReader::Status GzipReader::take(std::uint64_t count, std::string_view& out)
{
  State& s = *m_state;
  out = {};
  if (!s.usable) {
    return Status::corrupt;
  }
  if (count > m_limit || m_position > m_limit - count) {
    return Status::too_large;
  }
  while (s.end - s.begin < count && !s.finished) {
    if (s.begin > 0) {
      std::memmove(s.buffer.data(), s.buffer.data() + s.begin, s.end - s.begin);
      s.end -= s.begin;
      s.begin = 0;
    } else if (s.end == s.buffer.size()) {
      s.buffer.resize(s.buffer.size() * 2);
    }
    if (const Status status = s.fill(m_limit); status != Status::ok) {
      return status;
    }
  }
  const auto given = static_cast<std::size_t>(std::min<std::uint64_t>(count, s.end - s.begin));
  out = {s.buffer.data() + s.begin, given};
  s.begin += given;
  m_position += given;
  return given == count ? Status::ok : Status::end;
}

std::string_view GzipReader::rest_of_input() const
{
  const State& s = *m_state;
  // What zlib was given and did not use stands just before what it was not given.
  return {s.input.data() - s.stream.avail_in, s.input.size() + s.stream.avail_in};
}

} // namespace cargo_wasm::base
