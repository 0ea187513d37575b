#include "primary.hpp"

#include <algorithm>

namespace cargo_wasm::registry_mirror {

TEST_CASE("sync: what is new is fetched, and nothing else", "[registry]")
{
  Primary primary;
  for (const char* name : {"one", "two", "three", "four-five"}) {
    primary.publish(name, "1.0.0");
  }
  const SyncReport first = primary.sync().value();
  CHECK((first.registry == "acme" && first.old_size == 0 && first.size == 9 && first.index_files == 4 && first.archives == 4));
  primary.publish("two", "1.1.0");
  const SyncReport second = primary.sync().value();
  CHECK((second.old_size == 9 && second.size == 11 && second.index_files == 1 && second.archives == 1));
  const auto asked_for = [&](std::string_view prefix) {
    return std::ranges::count_if(primary.asked, [&](const std::string& path) { return path.starts_with(prefix); });
  };
  CHECK((asked_for("3/t/two") == 1 && asked_for("crates/") == 1 && asked_for("map/") == 2 && asked_for("fo/") == 0));
  const SyncReport third = primary.sync().value();
  CHECK((third.old_size == 11 && third.size == 11 && third.archives == 0));
  CHECK(primary.asked ==
        std::vector<std::string>{
            ".well-known/cargo-wasm/federation/2.dsse", "checkpoint", "tile/0/000.p/11", "tile/entries/000.p/11", "config.json"});
}

TEST_CASE("sync: a primary that goes on between its checkpoint and its index files is looked at again", "[registry]")
{
  Primary primary;
  primary.publish("one", "1.0.0");
  bool published = false;
  primary.on_file = [&](const std::string& path, std::optional<std::string>& file) {
    if (path == "checkpoint" && !published) {
      published = true;
      primary.publish("one", "2.0.0"); // `file` is the checkpoint before
    }
    (void)file;
  };
  const SyncReport report = primary.sync().value();
  CHECK((report.size == 5 && report.archives == 2));
  CHECK(primary.real.fs().read(primary.directory / "mirror/public/3/o/one").value() ==
        primary.real.fs().read(primary.directory / "primary/public/3/o/one").value());
}

TEST_CASE("sync: names of the map that are none of crates do not become paths", "[registry]")
{
  Primary primary;
  primary.publish("one.two", "1.0.0");
  const Error error = primary.sync().error();
  CHECK(render(error, base::Severity::error, false) ==
        "error[CW1254]: `one.two` of the registry's name map cannot be the name of a crate\n");
  CHECK(!primary.real.fs().exists(primary.directory / "mirror/public/checkpoint"));
}

TEST_CASE("sync: a file of the mirror's own that was damaged is fetched again when the log needs it", "[registry]")
{
  Primary primary;
  for (int i = 0; i < 130; ++i) {
    primary.publish("one", "0." + std::to_string(i) + ".0");
  }
  REQUIRE(primary.sync());
  primary.publish("one", "1.0.0");
  const base::Path tile = primary.directory / "mirror/public/tile/0/000";
  std::string bytes = primary.real.fs().read(tile).value();
  bytes[7] ^= 1;
  REQUIRE(primary.real.fs().write_atomic(tile, bytes));
  CHECK(primary.sync().value().size == 263);
}

TEST_CASE("sync: an archive that is not there stops a mirror, as a fault of the primary", "[registry]")
{
  Primary primary;
  primary.publish("one", "1.0.0");
  primary.on_file = [](const std::string& path, std::optional<std::string>& file) {
    if (path.starts_with("crates/")) {
      file.reset();
    }
  };
  const Error error = primary.sync().error();
  CHECK((error.id == "CW1253" && error.message == "the archive of one 1.0.0 is not there" && error.blame == Blame::network));
}

} // namespace cargo_wasm::registry_mirror
