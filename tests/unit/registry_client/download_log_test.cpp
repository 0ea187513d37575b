#include <cargo_wasm/base/chained_file.hpp>
#include <cargo_wasm/registry_client/download_log.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>
#include <support/temp_dir.hpp>
#include <support/test_env.hpp>

namespace cargo_wasm::registry_client {

TEST_CASE("download log: records are chained, and what was changed afterwards is seen", "[registry]")
{
  test::FakeFilesystem fs;
  const DownloadRecord one{
      .time = 1000, .registry = "acme", .name = "one", .version = "1.0.0", .sha256 = "00", .mirror = "eu", .log_size = 7};
  DownloadRecord two = one;
  two.name = "two";
  REQUIRE(append_downloads(fs, "/home", {one}).has_value());
  REQUIRE(append_downloads(fs, "/home", {two, one}).has_value());
  REQUIRE(append_downloads(fs, "/home", {}).has_value());
  const std::string text = fs.read("/home/cargo-wasm/downloads.jsonl").value();
  CHECK(read_download_log(text).value() == std::vector{one, two, one});
  CHECK(read_download_log("").value().empty());

  std::string changed = text;
  changed.replace(changed.find("\"eu\""), 4, "\"us\"");
  const auto wrong = read_download_log(changed);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().id == "CW1120");
  CHECK(wrong.error().notes.at(0).starts_with("line 2 does not follow the one before"));
  CHECK(read_download_log(text.substr(text.find('\n') + 1)).error().notes.at(0).starts_with("line 1 does not follow"));
  CHECK(read_download_log(text + "hello\n").error().notes.at(0) == "line 4 is no record");
}

TEST_CASE("download log: lines are appended to what is there, and a torn one is replaced", "[registry]")
{
  const test::TempDir home;
  test::RealEnv real(home.path());
  const base::Path file = download_log_file(home.path());
  const DownloadRecord one{
      .time = 1000, .registry = "acme", .name = "one", .version = "1.0.0", .sha256 = "00", .mirror = "eu", .log_size = 7};
  DownloadRecord longer = one;
  longer.name = std::string(100'000, 'x'); // more than what is read of the end at first
  const auto records = [&] { return read_download_log(real.fs().read(file).value()).value(); };

  REQUIRE(append_downloads(real.fs(), home.path(), {one, longer}));
  const auto before = real.fs().stat(file).value();
  REQUIRE(append_downloads(real.fs(), home.path(), {one}));
  CHECK(real.fs().stat(file).value()->inode == before->inode); // not written anew
  CHECK(records() == std::vector{one, longer, one});

  const std::string whole = real.fs().read(file).value();
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t kept : {last + 1, last + 20, whole.size() - 1}) {
    REQUIRE(real.fs().write_atomic(file, whole.substr(0, kept)));
    CHECK(base::torn_bytes(whole.substr(0, kept)) == kept - last);
    CHECK(records() == std::vector{one, longer});
    REQUIRE(append_downloads(real.fs(), home.path(), {one}));
    CHECK(real.fs().read(file).value() == whole);
  }
  REQUIRE(real.fs().write_atomic(file, "{\"ti"));
  REQUIRE(append_downloads(real.fs(), home.path(), {one}));
  CHECK(records() == std::vector{one});
  CHECK(base::torn_bytes("") == 0);
}

} // namespace cargo_wasm::registry_client
