#include <cargo_wasm/registry_client/download_log.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

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

} // namespace cargo_wasm::registry_client
