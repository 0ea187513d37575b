#include <cargo_wasm/base/digest.hpp>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

TEST_CASE("digest: SHA-256 gives the published values", "[base][digest]")
{
  // FIPS 180-2, appendix B.
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Hasher hasher;
  for (int i = 0; i < 1000; ++i) {
    hasher.update(std::string(1000, 'a'));
  }
  CHECK(to_hex(hasher.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("digest: hex is read back, and anything else is not", "[base][digest]")
{
  const Sha256 digest = sha256("abc");
  CHECK(parse_sha256(to_hex(digest)) == digest);
  CHECK(parse_sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD") == digest);
  CHECK_FALSE(parse_sha256("ba78"));
  CHECK_FALSE(parse_sha256(std::string(64, 'g')));
}

TEST_CASE("digest: a file's digest is that of its bytes, with its size", "[base][digest]")
{
  const test::TempDir dir;
  std::string content(300'000, 'x');
  content[200'000] = '\0';
  dir.write("big", content);
  const auto digest = digest_file(dir.path() / "big");
  REQUIRE(digest.has_value());
  CHECK(*digest == digest_of(content));
  CHECK(digest->size_bytes == 300'000);
  CHECK(digest_file(dir.path() / "absent").error().id == "CW0001");
}

TEST_CASE("digest: fields of the stable hash do not run into one another", "[base][digest]")
{
  const auto hash = [](auto... fields) {
    StableHasher hasher;
    (hasher.add(std::string_view(fields)), ...);
    return hasher.finish_hex();
  };
  CHECK(hash("ab", "c") != hash("a", "bc"));
  CHECK(hash("ab", "c") == hash("ab", "c"));
  CHECK(hash("a").size() == 16);
  // A number is a field as well, not the length of an empty text.
  CHECK(StableHasher().add("").finish() != StableHasher().add(std::uint64_t{0}).finish());
}
