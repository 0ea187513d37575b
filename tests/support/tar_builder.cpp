#include <support/tar_builder.hpp>

#include <fmt/format.h>
#include <zlib.h>

#include <stdexcept>

namespace cargo_wasm::test {
namespace {

void put(std::string& block, std::size_t offset, std::string_view text)
{
  block.replace(offset, text.size(), text);
}

} // namespace

TarBuilder& TarBuilder::add(const TarEntry& entry)
{
  std::string block(512, '\0');
  put(block, 0, entry.name.substr(0, 100));
  put(block, 100, entry.mode);
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, 124, entry.size.empty() ? fmt::format("{:011o}", entry.content.size()) : entry.size);
  put(block, 136, entry.mtime);
  block[156] = entry.type;
  put(block, 157, entry.link);
  put(block, 257, entry.magic);
  put(block, 345, entry.prefix);
  put(block, 148, "        ");
  unsigned sum = 0;
  for (const char c : block) {
    sum += static_cast<unsigned char>(c);
  }
  put(block, 148, fmt::format("{:06o}", sum + static_cast<unsigned>(entry.checksum_error)));
  block[154] = '\0';
  m_bytes += block + entry.content;
  m_bytes.resize((m_bytes.size() + 511) / 512 * 512);
  return *this;
}

TarBuilder& TarBuilder::file(std::string name, std::string content)
{
  TarEntry entry;
  entry.name = std::move(name);
  entry.content = std::move(content);
  return add(entry);
}

TarBuilder& TarBuilder::directory(std::string name)
{
  TarEntry entry;
  entry.name = std::move(name);
  entry.type = '5';
  return add(entry);
}

TarBuilder& TarBuilder::pax(std::string records, char type)
{
  TarEntry entry;
  entry.name = "PaxHeaders/x";
  entry.content = std::move(records);
  entry.type = type;
  return add(entry);
}

TarBuilder& TarBuilder::long_name(std::string name)
{
  TarEntry entry;
  entry.name = "././@LongLink";
  entry.content = std::move(name) + '\0';
  entry.type = 'L';
  entry.magic = std::string("ustar  \0", 8);
  return add(entry);
}

TarBuilder& TarBuilder::raw(std::string_view bytes)
{
  m_bytes += bytes;
  return *this;
}

std::string TarBuilder::tar(bool with_end) const
{
  return with_end ? m_bytes + std::string(1024, '\0') : m_bytes;
}

std::string TarBuilder::gzip(bool with_end) const
{
  return gzip_of(tar(with_end));
}

std::string gzip_of(std::string_view bytes)
{
  z_stream stream{};
  if (::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(::deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) {
    throw std::runtime_error("deflate");
  }
  return out;
}

std::string pax_record(std::string_view key, std::string_view value)
{
  const std::size_t body = key.size() + value.size() + 3;
  std::size_t length = body + 1;
  while (std::to_string(length).size() + body != length) {
    ++length;
  }
  return fmt::format("{} {}={}\n", length, key, value);
}

} // namespace cargo_wasm::test
