#include <support/catch.hpp>

#include <cargo_wasm/base/archive.hpp>

#include "tar_archive.hpp"

using namespace cargo_wasm;
using package::TarArchive;
using package::TarFile;

TEST_CASE("what is packed is read again by the strict reader, names of any length and modes included")
{
  const std::string longest = "a-1.0.0/" + std::string(60, 'd') + "/" + std::string(120, 'f');
  TarArchive tar;
  tar.add("a-1.0.0/run", "#!", TarFile::executable);
  tar.add("a-1.0.0/text", std::string(1024, 'x'), TarFile::regular);
  tar.add(longest, "y", TarFile::generated);
  const auto gzip = package::to_gzip(std::move(tar).finish());
  REQUIRE(gzip);
  std::vector<std::string> seen;
  const auto read = base::read_crate_archive("a.crate", *gzip, "a-1.0.0", 1 << 20, [&](const base::ArchiveEntry& entry) {
    seen.push_back(std::string(entry.path) + " " + std::to_string(entry.mode) + " " + std::to_string(entry.content.size()));
    return Result<>{};
  });
  REQUIRE(read);
  CHECK(seen == std::vector<std::string>{"a-1.0.0/run 493 2", "a-1.0.0/text 420 1024", longest + " 420 1"});
}

TEST_CASE("a tar is a whole number of blocks, with two empty ones at its end")
{
  TarArchive tar;
  tar.add("a/b", "c", TarFile::regular);
  const std::string bytes = std::move(tar).finish();
  CHECK(bytes.size() == 4 * 512);
  CHECK(bytes.substr(2 * 512) == std::string(1024, '\0'));
}

TEST_CASE("the compressed bytes carry neither name nor time")
{
  const auto once = package::to_gzip("some text");
  REQUIRE(once);
  CHECK(*once == *package::to_gzip("some text"));
  CHECK(once->substr(0, 8) == std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00", 8));
}
