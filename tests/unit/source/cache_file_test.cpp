#include "cache_file.hpp"

#include "support/catch.hpp"

using namespace cargo_wasm::source;

namespace {

constexpr std::string_view k_line = R"({"name":"a","vers":"1.0.0","deps":[],"cksum":"x"})";

} // namespace

TEST_CASE("a cache file is cargo's byte for byte, and is read back", "[source][cache]")
{
  CacheFile file;
  file.server_version = "etag: \"abc\"";
  file.versions = {{"1.0.0", k_line}};
  const std::string bytes = write_cache_file(file);
  const std::string expected = std::string("\x03\x02\0\0\0etag: \"abc\"\0"
                                           "1.0.0\0",
                                           23) +
                               std::string(k_line) + '\0';
  CHECK(bytes == expected);
  const auto again = parse_cache_file(bytes);
  REQUIRE(again.has_value());
  CHECK(again->server_version == "etag: \"abc\"");
  REQUIRE(again->versions.size() == 1);
  CHECK(again->versions[0].version == "1.0.0");
  CHECK(again->versions[0].json == k_line);
}

TEST_CASE("a cache file that was cut off, or is another version's, counts as absent", "[source][cache]")
{
  CacheFile file;
  file.server_version = k_unknown_server_version;
  file.versions = {{"1.0.0", k_line}};
  const std::string bytes = write_cache_file(file);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO(length);
    const auto cut = parse_cache_file(std::string_view(bytes).substr(0, length));
    // Cut right after the server's version, it is a file without versions, as for an empty answer.
    CHECK((!cut.has_value() || cut->versions.empty()));
  }
  std::string other = bytes;
  other[0] = 2;
  CHECK_FALSE(parse_cache_file(other).has_value());
}

TEST_CASE("lines that are no entries are left out and counted", "[source][cache]")
{
  std::size_t rejected = 0;
  const std::string body = std::string(k_line) + "\n\nrubbish\n" + R"({"name":"a","vers":"x.y","deps":[]})" + "\n" + std::string(k_line);
  const auto versions = split_index_lines(body, rejected);
  CHECK(versions.size() == 2);
  CHECK(rejected == 2);
  CHECK(split_index_lines("<html>", rejected).empty());
  CHECK(rejected == 1);
}
