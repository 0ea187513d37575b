#include "tar_archive.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

namespace cargo_wasm::package {

namespace {

constexpr std::size_t k_block = 512;
constexpr std::size_t k_name_length = 100;
/// 23 July 2006, the time that the crate `tar` gives to every file; zero is nothing that all tools take.
constexpr std::uint64_t k_time_s = 1153704088;
constexpr std::uint32_t k_file_mode = 0644, k_program_mode = 0755;

using Header = std::array<char, k_block>;

void put_octal(Header& header, std::size_t offset, std::size_t length, std::uint64_t number)
{
  const std::string digits = fmt::format("{:0{}o}", number, length - 1);
  std::ranges::copy(digits, header.begin() + static_cast<std::ptrdiff_t>(offset));
}

void put_text(Header& header, std::size_t offset, std::string_view text)
{
  std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(offset));
}

void seal(Header& header)
{
  constexpr std::size_t k_checksum_offset = 148, k_checksum_length = 8;
  std::fill_n(header.begin() + k_checksum_offset, k_checksum_length, ' ');
  std::uint64_t sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  header[k_checksum_offset + k_checksum_length - 1] = '\0';
  put_octal(header, k_checksum_offset, k_checksum_length, sum);
}

Header header_of(std::string_view name, std::uint64_t size, std::uint32_t mode, std::uint64_t time_s, char kind)
{
  Header header{};
  put_text(header, 0, name);
  put_octal(header, 100, 8, mode);
  put_octal(header, 124, 12, size);
  put_octal(header, 136, 12, time_s);
  header[156] = kind;
  put_text(header, 257, std::string_view("ustar  \0", 8));
  return header;
}

void put_owner(Header& header)
{
  put_octal(header, 108, 8, 0);
  put_octal(header, 116, 8, 0);
}

void put_device(Header& header)
{
  put_octal(header, 329, 8, 0);
  put_octal(header, 337, 8, 0);
}

/// What fits into a header, no character cut in half.
std::string_view start_of(std::string_view path)
{
  std::size_t end = std::min(path.size(), k_name_length);
  while (end < path.size() && end > 0 && (static_cast<unsigned char>(path[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return path.substr(0, end);
}

} // namespace

void TarArchive::add(std::string_view path, std::string_view content, TarFile kind)
{
  const auto append = [this](Header header, std::string_view data) {
    seal(header);
    m_bytes.append(header.data(), header.size());
    m_bytes += data;
    m_bytes.append((k_block - data.size() % k_block) % k_block, '\0');
  };
  if (path.size() > k_name_length) {
    const std::string whole = std::string(path) + '\0';
    Header before = header_of("././@LongLink", whole.size(), k_file_mode, 0, 'L');
    put_owner(before);
    append(before, whole);
  }
  Header header = header_of(start_of(path), content.size(), kind == TarFile::executable ? k_program_mode : k_file_mode, k_time_s, '0');
  if (kind != TarFile::generated) {
    put_owner(header);
    put_device(header);
  }
  append(header, content);
}

std::string TarArchive::finish() &&
{
  m_bytes.append(2 * k_block, '\0');
  return std::move(m_bytes);
}

Result<std::string> to_gzip(std::string_view bytes)
{
  constexpr int k_window = 15 + 16; // 32 KB, and a gzip header around it
  constexpr int k_memory = 9;
  constexpr std::size_t k_portion = 64 * 1024;
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, k_window, k_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Error("CW1037", "the archive cannot be compressed", Blame::environment).note("zlib gets no memory"));
  }
  std::string out;
  std::array<char, k_portion> portion{};
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
    }
    stream.next_out = reinterpret_cast<Bytef*>(portion.data());
    stream.avail_out = static_cast<uInt>(portion.size());
    status = ::deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    out.append(portion.data(), portion.size() - stream.avail_out);
  }
  ::deflateEnd(&stream);
  if (status != Z_STREAM_END) {
    return fail(Error("CW1037", "the archive cannot be compressed", Blame::bug));
  }
  return out;
}

} // namespace cargo_wasm::package
