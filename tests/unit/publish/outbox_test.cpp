#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/publish/outbox.hpp>
#include <cargo_wasm/publish/quorum.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::publish;

namespace {

OutboxEntry some_entry(std::string name = "acme-one", std::uint64_t order = 0)
{
  OutboxEntry entry;
  entry.name = std::move(name);
  entry.version = "1.0.0+build";
  entry.sha256 = base::to_hex(base::sha256("crate"));
  entry.order = order;
  entry.after = {"acme-low"};
  entry.quorum = "majority";
  entry.targets = {{"main", "sparse+https://m.example/", "{}", TargetState::confirmed, 7, {}, ""},
                   {"eu", "sparse+https://e.example/", "{\"x\":1}", TargetState::failed, {}, 1000, "away"}};
  return entry;
}

} // namespace

TEST_CASE("an entry is read as it was written")
{
  test::FakeFilesystem fs;
  Outbox outbox(fs, "/out");
  const OutboxEntry entry = some_entry();
  REQUIRE(outbox.add(entry, "crate"));
  CHECK(outbox.entries().value() == std::vector{entry});
  CHECK(outbox.crate_of(entry).value() == "crate");
  REQUIRE(outbox.remove(entry));
  CHECK(outbox.entries().value().empty());
}

TEST_CASE("entries come in the order in which they were to be published")
{
  test::FakeFilesystem fs;
  Outbox outbox(fs, "/out");
  REQUIRE(outbox.add(some_entry("a", 2), "crate"));
  REQUIRE(outbox.add(some_entry("b", 1), "crate"));
  const auto entries = outbox.entries().value();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "b");
}

TEST_CASE("no outbox is an empty one")
{
  test::FakeFilesystem fs;
  CHECK(Outbox(fs, "/out").entries().value().empty());
}

TEST_CASE("an archive that is not the one that was packed is not sent")
{
  test::FakeFilesystem fs;
  Outbox outbox(fs, "/out");
  REQUIRE(outbox.add(some_entry(), "another"));
  const auto crate = outbox.crate_of(some_entry());
  REQUIRE_FALSE(crate);
  CHECK(base::render(crate.error(), base::Severity::error, false) ==
        "error[CW1053]: `acme-one-1.0.0+build.crate` of the outbox cannot be used\n"
        "   = note: it is not the archive that was packed\n"
        "   = note: it is in `/out`\n"
        "   = help: remove it and its archive, and publish again: what a registry has already is found there\n");
}

TEST_CASE("files that are no entries are told about")
{
  for (const char* text : {"",
                           "{}",
                           "{\"v\":1}",
                           "{\"v\":2,\"targets\":[]}",
                           "[]",
                           R"({"v":1,"targets":[]})",
                           R"({"v":1,"targets":[1]})",
                           R"({"v":1,"name":"a","version":"1","targets":[{"index":"sparse+x","state":"lost"}]})",
                           R"({"v":1,"name":"b","version":"1","targets":[{"index":"sparse+x","state":"sent"}]})"}) {
    const auto entry = parse_outbox_entry("/out/a-1.json", text);
    REQUIRE_FALSE(entry);
    CHECK(entry.error().id == "CW1053");
  }
  CHECK(parse_outbox_entry("/out/a-1.json", R"({"v":1,"name":"a","version":"1","targets":[{"index":"sparse+x","state":"sent"}]})"));
}

TEST_CASE("a quorum is a word or a number of registries that there are")
{
  CHECK(required_registries("", 1).value() == 1);
  CHECK(required_registries("", 3).value() == 2);
  CHECK(required_registries("all", 3).value() == 3);
  CHECK(required_registries("majority", 3).value() == 2);
  CHECK(required_registries("majority", 4).value() == 3);
  CHECK(required_registries("primary", 3).value() == 1);
  CHECK(required_registries("3", 3).value() == 3);
  for (const char* wrong : {"4", "0", "-1", "most", "2x"}) {
    CHECK(required_registries(wrong, 3).error().id == "CW1042");
  }
}
