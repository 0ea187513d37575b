#include <cargo_wasm/base/compressed_size.hpp>

#include <string>

#include <support/catch.hpp>

using namespace cargo_wasm;

// A gzip member is a header of 10 bytes, a stream of at least 2 and a trailer of 8; an empty brotli stream is one byte.
TEST_CASE("nothing has the size of what stands around it", "[base][size]")
{
  CHECK(base::gzip_size("") == 20);
  CHECK(base::brotli_size("") == 1);
}

TEST_CASE("what repeats becomes small, what does not stays about as large, whatever the size", "[base][size]")
{
  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 300'000) {
    state = state * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(state >> 24U));
  }
  const std::string same(300'000, 'a');
  CHECK(base::gzip_size(same) < 1000);
  CHECK(base::brotli_size(same) < 100);
  CHECK(base::gzip_size(noise) > 290'000);
  CHECK(base::gzip_size(noise) < 301'000);
  CHECK(base::brotli_size(noise) > 290'000);
  CHECK(base::brotli_size(noise) < 301'000);
}
