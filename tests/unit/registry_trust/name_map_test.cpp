#include <cargo_wasm/registry_trust/name_map.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_trust {
namespace {

NameRecord record(std::string_view text, std::uint64_t versions)
{
  return {.index_file = base::sha256(text), .chain = base::sha256("chain"), .versions = versions};
}

} // namespace

TEST_CASE("name map: a name is found by the table and its shard alone, and one that is not there is proven not to be", "[registry]")
{
  NameMap map;
  for (int i = 0; i < 2000; ++i) {
    map.set("crate-" + std::to_string(i), record("index", 1));
  }
  map.set("serde", record("serde's index", 3));
  const std::string table = map.table();
  REQUIRE(table.size() == k_table_bytes);
  const std::size_t shard = shard_of("serde");
  const std::string text = map.shard_text(shard);
  CHECK(shard_hash(table, shard).value() == base::sha256(text));
  const NameMap::Shard records = parse_shard(text, shard).value();
  CHECK(records.at("serde") == record("serde's index", 3));
  CHECK_FALSE(records.contains("sedre"));
  CHECK(map.size() == 2001);
  CHECK(*map.find("serde") == record("serde's index", 3));
  CHECK(map.find("sedre") == nullptr);
}

TEST_CASE("name map: a change changes one entry of the table, and an empty shard is the hash of nothing", "[registry]")
{
  NameMap map;
  const std::string before = map.table();
  CHECK(shard_hash(before, 7).value() == base::sha256(""));
  map.set("serde", record("one", 1));
  const std::string after = map.table();
  for (std::size_t shard = 0; shard < k_shards; ++shard) {
    CHECK((shard_hash(before, shard).value() != shard_hash(after, shard).value()) == (shard == shard_of("serde")));
  }
}

TEST_CASE("name map: a shard that is not sorted, not its own, or not of such lines is refused with the line", "[registry]")
{
  NameMap map;
  map.set("serde", record("one", 1));
  const std::size_t shard = shard_of("serde");
  const std::string line = map.shard_text(shard);
  const auto why = [](const Result<NameMap::Shard>& read) {
    REQUIRE_FALSE(read);
    CHECK(read.error().id == "CW1021");
    return read.error().notes.at(0);
  };
  CHECK(why(parse_shard(line, (shard + 1) % k_shards)) == "line 1: `serde` does not stand in this place");
  CHECK(why(parse_shard(line + line, shard)) == "line 2: `serde` does not stand in this place");
  CHECK(why(parse_shard("serde\n", shard)) == "line 1: here stand a name, two hashes and a number");
  CHECK(why(parse_shard(line.substr(0, line.size() - 1), shard)) == "line 1: here stand a name, two hashes and a number");
  CHECK(why(parse_shard(line + "\n", shard)) == "line 2: here stand a name, two hashes and a number");
  CHECK(parse_shard("", shard).value().empty());
  CHECK(shard_hash("short", 0).error().notes[0] == "the table has 5 bytes instead of 8192");
}

} // namespace cargo_wasm::registry_trust
