#include <cargo_wasm/base/compressed_size.hpp>

#include <array>
#include <limits>
#include <memory>

#include <brotli/encode.h>
#include <zlib.h>

namespace cargo_wasm::base {

namespace {

constexpr std::size_t k_compressed_chunk = 64 * 1024;
constexpr int k_gzip_window = 15 + 16; ///< 32 KB, and a gzip header around it
constexpr int k_gzip_memory = 9;
constexpr std::uint32_t k_brotli_quality = 9;
constexpr std::uint32_t k_brotli_window = 22; ///< 4 MB: what browsers take without a flag is 16 MB

using Chunk = std::array<std::uint8_t, k_compressed_chunk>;

struct BrotliEnd
{
  void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
};

} // namespace

std::uint64_t gzip_size(std::string_view bytes)
{
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, k_gzip_window, k_gzip_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return 0; // no memory: the process has other troubles
  }
  const auto out = std::make_unique<Chunk>();
  std::uint64_t size = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
    }
    stream.next_out = out->data();
    stream.avail_out = static_cast<uInt>(out->size());
    status = ::deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    size += out->size() - stream.avail_out;
  }
  ::deflateEnd(&stream);
  return size;
}

std::uint64_t brotli_size(std::string_view bytes)
{
  const std::unique_ptr<BrotliEncoderState, BrotliEnd> state(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) {
    return 0;
  }
  BrotliEncoderSetParameter(state.get(), BROTLI_PARAM_QUALITY, k_brotli_quality);
  BrotliEncoderSetParameter(state.get(), BROTLI_PARAM_LGWIN, k_brotli_window);
  const auto out = std::make_unique<Chunk>();
  std::uint64_t size = 0;
  std::size_t left = bytes.size();
  const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
  while (BrotliEncoderIsFinished(state.get()) == BROTLI_FALSE) {
    std::uint8_t* to = out->data();
    std::size_t room = out->size();
    if (BrotliEncoderCompressStream(state.get(), BROTLI_OPERATION_FINISH, &left, &next, &room, &to, nullptr) == BROTLI_FALSE) {
      return 0;
    }
    size += out->size() - room;
  }
  return size;
}

} // namespace cargo_wasm::base
