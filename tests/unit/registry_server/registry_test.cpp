#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include "support/catch.hpp"
#include "support/full_disk.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

constexpr std::string_view k_address = "https://registry.example/";

registry_protocol::IndexEntry entry_of(std::string version, std::string_view archive)
{
  registry_protocol::IndexEntry entry;
  entry.name = "Acme-One";
  entry.version = std::move(version);
  entry.checksum = base::to_hex(base::sha256(archive));
  return entry;
}

std::uint64_t log_size(base::Filesystem& fs, const base::Path& directory)
{
  const std::string bytes = fs.read(directory / "public" / "checkpoint").value();
  return registry_tlog::parse_checkpoint(registry_tlog::parse_note(bytes).value().text).value().size;
}

struct Place
{
  Place() : real(directory.path())
  {
    REQUIRE(Registry::create(real.env(), directory / "r", {.name = "acme", .base_url = std::string(k_address)}));
  }
  [[nodiscard]] Registry open() { return Registry::open(real.env(), directory / "r", "").value(); }

  test::TempDir directory;
  test::RealEnv real;
};

} // namespace

TEST_CASE("registry: a version is in the index, its archive there, and the log has an entry and a snapshot more", "[registry]")
{
  Place place;
  Registry registry = place.open();
  const Recorded first = registry.publish(entry_of("1.0.0", "bytes"), "bytes", "alice").value();
  CHECK((first.entry == 1 && first.log_size == 3 && !first.was_there));
  CHECK(registry.publish(entry_of("1.0.0", "bytes"), "bytes", "alice").value().was_there);
  CHECK(registry.publish(entry_of("1.1.0", "more"), "more", "alice").value().entry == 3);
  const std::string index = registry.index_file("acme-one").value();
  CHECK(index == "{\"name\":\"Acme-One\",\"vers\":\"1.0.0\",\"deps\":[],\"cksum\":\"" + base::to_hex(base::sha256("bytes")) +
                     "\",\"features\":{},\"yanked\":false,\"cw\":{\"log\":1}}\n"
                     "{\"name\":\"Acme-One\",\"vers\":\"1.1.0\",\"deps\":[],\"cksum\":\"" +
                     base::to_hex(base::sha256("more")) + "\",\"features\":{},\"yanked\":false,\"cw\":{\"log\":3}}\n");
  CHECK(place.real.fs().read(registry.public_directory() / "ac" / "me" / "acme-one").value() == index);
  CHECK(place.real.fs().read(registry.public_directory() / "crates" / (base::to_hex(base::sha256("more")) + ".crate")).value() == "more");
  CHECK(registry.accounts().owners("Acme-One").value() == std::vector<std::string>{"alice"});
  const std::vector<CrateListing> found = registry.search("one").value();
  REQUIRE(found.size() == 1);
  CHECK((found[0].name == "Acme-One" && found[0].newest == "1.1.0"));
}

TEST_CASE("registry: build metadata does not make another version, and a name has one spelling", "[registry]")
{
  Place place;
  Registry registry = place.open();
  REQUIRE(registry.publish(entry_of("1.0.0+a", "bytes"), "bytes", "alice"));
  CHECK(registry.publish(entry_of("1.0.0+b", "bytes"), "bytes", "alice").error().id == "CW1213");
  registry_protocol::IndexEntry other = entry_of("2.0.0", "x");
  other.name = "acme_one";
  CHECK(render(registry.publish(other, "x", "alice").error(), base::Severity::error, false) ==
        "error[CW1214]: `acme_one` is too near to the name of another crate\n"
        "   = note: there is `Acme-One`, which differs in case, `-` and `_` alone\n");
}

TEST_CASE("registry: a yank and its end are entries of the log, and what is so already is none", "[registry]")
{
  Place place;
  Registry registry = place.open();
  REQUIRE(registry.publish(entry_of("1.0.0", "bytes"), "bytes", "alice"));
  CHECK(registry.set_yanked("acme-one", "1.0.0", true, "alice").value().entry == 3);
  CHECK(registry.index_file("acme-one").value().find("\"yanked\":true") != std::string::npos);
  CHECK(registry.search("acme").value()[0].newest.empty());
  CHECK(registry.set_yanked("acme-one", "1.0.0", true, "alice").value().was_there);
  CHECK(registry.set_yanked("acme-one", "1.0.0", false, "alice").value().entry == 5);
  CHECK(render(registry.set_yanked("acme-one", "3.0.0", true, "alice").error(), base::Severity::error, false) ==
        "error[CW1215]: there is no version 3.0.0 of `acme-one`\n");
}

TEST_CASE("registry: a disk that is full at any write of a publication leaves what was there, and the next attempt goes through",
          "[registry]")
{
  bool went_through = false;
  for (int writes = 0; !went_through; ++writes) {
    REQUIRE(writes < 30);
    Place place;
    {
      Registry registry = place.open();
      REQUIRE(registry.publish(entry_of("1.0.0", "bytes"), "bytes", "alice"));
    }
    {
      test::FullDisk full(place.real.fs(), writes);
      const base::Env good = place.real.env();
      const base::Env env{.fs = full,
                          .process = good.process,
                          .http = good.http,
                          .clock = good.clock,
                          .reporter = good.reporter,
                          .vars = good.vars,
                          .cwd = good.cwd};
      Registry registry = Registry::open(env, place.directory / "r", "").value();
      went_through = registry.publish(entry_of("1.1.0", "more"), "more", "alice").has_value();
    }
    // As after a new start: what is logged is in the index, what is not is not, and the version can be published.
    Registry registry = place.open();
    const std::string index = registry.index_file("acme-one").value();
    const bool is_logged = log_size(place.real.fs(), place.directory / "r") == 5;
    CHECK((index.find("1.1.0") != std::string::npos) == is_logged);
    CHECK(registry.publish(entry_of("1.1.0", "more"), "more", "alice").value().was_there == is_logged);
    CHECK(log_size(place.real.fs(), place.directory / "r") == 5);
  }
}

TEST_CASE("registry: one writer at a time, none in an empty place, and none over another registry", "[registry]")
{
  Place place;
  const Registry registry = place.open();
  const std::string directory = (place.directory / "r").native();
  CHECK(render(Registry::open(place.real.env(), place.directory / "r", "").error(), base::Severity::error, false) ==
        "error[CW1201]: cannot open the registry in `" + directory +
            "`\n"
            "   = note: another process has it: a registry has one writer\n"
            "   = help: `cargo-wasm registry init DIR --name NAME` makes one\n");
  CHECK(Registry::open(place.real.env(), place.directory / "none", "").error().notes[0] == "there is no `private/registry.json` in it");
  CHECK(render(Registry::create(place.real.env(), place.directory / "r", {.name = "b", .base_url = ""}).error(),
               base::Severity::error,
               false) == "error[CW1200]: there is a registry in `" + directory +
                             "` already\n"
                             "   = help: take another directory, or remove this one, with all that was published there\n");
}

TEST_CASE("registry: a damaged part of the name map is seen at the start", "[registry]")
{
  Place place;
  {
    Registry registry = place.open();
    REQUIRE(registry.publish(entry_of("1.0.0", "bytes"), "bytes", "alice"));
  }
  const base::Path map = place.directory / "r" / "public" / "map";
  const std::vector<base::DirectoryEntry> files = place.real.fs().list(map).value();
  for (const base::DirectoryEntry& entry : files) {
    REQUIRE(place.real.fs().write_atomic(map / entry.name, "x"));
  }
  CHECK(Registry::open(place.real.env(), place.directory / "r", "").error().id == "CW1203");
}

} // namespace cargo_wasm::registry_server
