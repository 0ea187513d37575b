#include "spool.hpp"

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

UploadJob job()
{
  return {.action = samples::k_action,
          .entry = std::string("\0\x01 entry", 8),
          .remotes = {{"near", "http://near"}, {"far", "http://far"}},
          .blobs = {samples::blob("inline"), {base::digest_of("file"), Path("/store/ab")}}};
}

} // namespace

TEST_CASE("spool: an entry is read as it was written", "[remote]")
{
  const auto back = parse_job(to_bytes(job()));
  REQUIRE(back);
  CHECK(back->action == job().action);
  CHECK(back->entry == job().entry);
  CHECK(back->remotes == job().remotes);
  REQUIRE(back->blobs.size() == 2);
  CHECK(std::get<std::string>(back->blobs[0].content) == "inline");
  CHECK(std::get<Path>(back->blobs[1].content) == Path("/store/ab"));
  CHECK(back->blobs[1].digest == base::digest_of("file"));
}

TEST_CASE("spool: a damaged entry is none", "[remote]")
{
  const std::string bytes = to_bytes(job());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(parse_job(bytes.substr(0, size)));
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 4);
    CHECK_FALSE(parse_job(flipped));
  }
  CHECK_FALSE(parse_job(bytes + "x"));
}

TEST_CASE("spool: entries are found by their ending, and a spool that is not there is empty", "[remote]")
{
  test::FakeFilesystem fs;
  Spool spool(fs, "/cache/spool");
  CHECK(spool.files()->empty());
  REQUIRE(spool.add(job()));
  REQUIRE(fs.write_atomic("/cache/spool/lock", ""));
  const auto files = spool.files();
  REQUIRE(files->size() == 1);
  CHECK(files->front().filename().native().starts_with(base::to_hex(samples::k_action.hash) + "-"));
  CHECK(spool.load(files->front())->remotes == job().remotes);
  spool.remove(files->front());
  CHECK(spool.files()->empty());
  CHECK_FALSE(spool.load(files->front()));
}

TEST_CASE("spool: a build with other remotes replaces nothing of what waits", "[remote]")
{
  test::FakeFilesystem fs;
  Spool spool(fs, "/cache/spool");
  UploadJob other = job();
  other.remotes = {{"near", "http://other"}};
  REQUIRE(spool.add(job()));
  REQUIRE(spool.add(other));
  REQUIRE(spool.add(job()));
  CHECK(spool.files()->size() == 2);
}
