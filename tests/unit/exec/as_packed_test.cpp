#include <cargo_wasm/exec/as_packed.hpp>

#include <filesystem>

#include <cargo_wasm/base/digest.hpp>

#include "support/catch.hpp"
#include "support/tar_builder.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

const std::string k_source = "pub fn one() -> u32 { 1 }\n";

/// $CARGO_HOME as a backup restores it: archive and unpacked files, of whatever time.
struct Restored
{
  test::TempDir home;
  test::RealEnv real{home.path()};
  std::string archive = test::TarBuilder().file("one-1.0.0/Cargo.toml", "[package]\n").file("one-1.0.0/src/lib.rs", k_source).gzip();
  base::Path root = home / "registry/src/index/one-1.0.0";

  Restored()
  {
    home.write("registry/cache/index/one-1.0.0.crate", archive);
    home.write("registry/src/index/one-1.0.0/Cargo.toml", "[package]\n");
    home.write("registry/src/index/one-1.0.0/src/lib.rs", k_source);
    home.write("registry/src/index/one-1.0.0/.cargo-ok", "{\"v\":1}");
  }

  bool is_packed(const std::string& checksum = {})
  {
    const base::Env env = real.env();
    const std::string expected = checksum.empty() ? base::to_hex(base::sha256(archive)) : checksum;
    const auto answer = stamp_if_as_packed(real.fs(), env.clock, root, expected, home / "memo");
    REQUIRE(answer);
    return answer->has_value();
  }

  bool remembers() { return std::filesystem::exists(home / "memo"); }

  void make_old() const
  {
    // A change's time cannot be set; of the others an old one shows that they do not decide alone.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      std::filesystem::last_write_time(entry, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    }
  }
};

} // namespace

TEST_CASE("a crate that was restored with all files as new as its mark is as packed")
{
  Restored crate;
  CHECK(crate.is_packed());
  CHECK(crate.is_packed());
}

TEST_CASE("what was unpacked a moment ago is not remembered: a change in the same tick of the clock would not be seen")
{
  Restored crate;
  CHECK(crate.is_packed());
  CHECK_FALSE(crate.remembers());
}

TEST_CASE("a crate with an edited file of the same size and time is not as packed")
{
  Restored crate;
  crate.home.write("registry/src/index/one-1.0.0/src/lib.rs", "pub fn one() -> u32 { 2 }\n");
  crate.make_old();
  CHECK_FALSE(crate.is_packed());
}

TEST_CASE("a crate with one file more, one less or another mode is not as packed")
{
  Restored crate;
  SECTION("more")
  {
    crate.home.write("registry/src/index/one-1.0.0/build.rs", "fn main() {}\n");
  }
  SECTION("less")
  {
    std::filesystem::remove(crate.root / "Cargo.toml");
  }
  SECTION("mode")
  {
    std::filesystem::permissions(crate.root / "src/lib.rs", std::filesystem::perms::owner_all);
  }
  SECTION("a link to a file with the same content")
  {
    crate.home.write("elsewhere.rs", k_source);
    std::filesystem::remove(crate.root / "src/lib.rs");
    std::filesystem::create_symlink(crate.home / "elsewhere.rs", crate.root / "src/lib.rs");
  }
  CHECK_FALSE(crate.is_packed());
}

TEST_CASE("an archive that is not the one of the lock file says nothing, nor does one that is not there")
{
  Restored crate;
  CHECK_FALSE(crate.is_packed(std::string(64, '0')));
  CHECK_FALSE(crate.is_packed("3f2a (a commit)"));
  std::filesystem::remove(crate.home / "registry/cache/index/one-1.0.0.crate");
  CHECK_FALSE(crate.is_packed());
}

TEST_CASE("a damaged archive with the right checksum says nothing")
{
  Restored crate;
  crate.archive.resize(crate.archive.size() - 9);
  crate.home.write("registry/cache/index/one-1.0.0.crate", crate.archive);
  CHECK_FALSE(crate.is_packed());
}
