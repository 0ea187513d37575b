// The crate reader against arbitrary archives. A checksum guards every tar header and the gzip stream, and random bytes would
// never get past them; so the input is a tar, the header checksums are put right, and it is compressed here.
// The first byte decides: 0 = as described, 1 = without mended checksums, 2 = the rest is the gzip file itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <zlib.h>

#include <cargo_wasm/base/archive.hpp>

namespace {

constexpr std::uint64_t k_limit = 256 * 1024;
constexpr std::string_view k_prefix = "a-1.0.0";

void mend_checksums(std::string& tar)
{
  for (std::size_t block = 0; block + 512 <= tar.size(); block += 512) {
    if (tar.find_first_not_of('\0', block) >= block + 512) {
      continue;
    }
    tar.replace(block + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) {
      sum += static_cast<unsigned char>(tar[block + i]);
    }
    tar.replace(block + 148, 6, fmt::format("{:06o}", sum));
    tar[block + 154] = '\0';
  }
}

std::string compressed(std::string_view bytes)
{
  z_stream stream{};
  if (::deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  std::string out(::deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

void require(bool holds)
{
  if (!holds) {
    std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) {
    return 0;
  }
  const unsigned mode = data[0] % 3U;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (mode == 0) {
    mend_checksums(bytes);
  }
  const std::string gzip = mode == 2 ? bytes : compressed(bytes);
  std::set<std::string> seen;
  std::uint64_t total = 0;
  const auto result =
      cargo_wasm::base::read_crate_archive("fuzz.crate", gzip, k_prefix, k_limit, [&](const cargo_wasm::base::ArchiveEntry& entry) {
        require(seen.insert(entry.path).second);
        require(entry.path == k_prefix || entry.path.starts_with(std::string(k_prefix) + "/"));
        require(("/" + entry.path + "/").find("/../") == std::string::npos);
        require(entry.path.find('\0') == std::string::npos);
        require(entry.mode <= 0777);
        total += entry.content.size();
        return cargo_wasm::Result<>();
      });
  require(total <= k_limit);
  require(result.has_value() || !result.error().id.empty());
  return 0;
}
