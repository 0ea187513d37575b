#include <cargo_wasm/base/filesystem.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

TEST_CASE("mapped file: small and large files give their bytes", "[base][mapped_file]")
{
  const test::TempDir dir;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{5}, k_least_mapped_bytes - 1, k_least_mapped_bytes, 3 * k_least_mapped_bytes + 7}) {
    std::string content(size, 'a');
    for (std::size_t i = 0; i < size; i += 997) {
      content[i] = static_cast<char>(i);
    }
    dir.write("file", content);
    const auto file = make_filesystem()->map(dir / "file");
    REQUIRE(file.has_value());
    CHECK(file->bytes() == content);
    CHECK(file->path() == dir / "file");
  }
}

TEST_CASE("mapped file: a file that is replaced or removed stays as it was", "[base][mapped_file]")
{
  const test::TempDir dir;
  const std::string content(2 * k_least_mapped_bytes, 'x');
  dir.write("file", content);
  const auto fs = make_filesystem();
  const auto file = fs->map(dir / "file");
  REQUIRE(file.has_value());
  REQUIRE(fs->write_atomic(dir / "file", "new").has_value());
  CHECK(file->bytes() == content);
  REQUIRE(fs->remove(dir / "file").has_value());
  CHECK(file->bytes() == content);
}

TEST_CASE("mapped file: it can be moved", "[base][mapped_file]")
{
  const test::TempDir dir;
  const std::string content(2 * k_least_mapped_bytes, 'x');
  dir.write("file", content);
  auto first = MappedFile::open(dir / "file");
  REQUIRE(first.has_value());
  MappedFile second = std::move(*first);
  CHECK(second.bytes() == content);
  MappedFile third;
  third = std::move(second);
  CHECK(third.bytes() == content);
}

TEST_CASE("mapped file: what is not there or is a directory is an error, on the fake file system too", "[base][mapped_file]")
{
  const test::TempDir dir;
  CHECK(MappedFile::open(dir / "none").error().id == "CW0001");
  CHECK(MappedFile::open(dir.path()).error().id == "CW0002");
  const test::FakeFilesystem fake{{"/a.wasm", "bytes"}};
  CHECK(fake.map("/a.wasm")->bytes() == "bytes");
  CHECK(fake.map("/b.wasm").error().id == "CW0001");
}
