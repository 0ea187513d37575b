#include "memory_log.hpp"

#include "support/catch.hpp"

#include <cargo_wasm/registry_tlog/proof.hpp>

namespace cargo_wasm::registry_tlog {
namespace {

std::string text_of(const Error& error)
{
  return render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("tiles: proofs from tiles are those from the tree, for entries and for older sizes", "[registry]")
{
  constexpr std::uint64_t k_size = 1200;
  const PlainTree tree(k_size);
  MemoryLog log;
  log.grow_to(k_size, 97);
  TileReader reader(log.checkpoint(), log);
  for (const std::uint64_t index : {0U, 255U, 256U, 700U, 1023U, 1024U, 1199U}) {
    CHECK(range_hashes(inclusion_ranges(index, k_size), reader).value() == tree.path(index, 0, k_size));
  }
  for (const std::uint64_t old_size : {1U, 97U, 256U, 512U, 1000U, 1199U}) {
    CHECK(range_hashes(consistency_ranges(old_size, k_size), reader).value() == tree.subproof(old_size, 0, k_size, true));
  }
}

TEST_CASE("tiles: a proof needs a few tiles of a large log, each asked for once and kept when it was checked", "[registry]")
{
  MemoryLog log;
  log.grow_to(70000, 7000);
  TileReader reader(log.checkpoint(), log);
  REQUIRE(range_hashes(inclusion_ranges(1000, 70000), reader));
  CHECK(log.asked == std::vector<std::string>{"tile/0/003", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"});
  CHECK(log.kept == log.asked);
  log.asked.clear();
  REQUIRE(range_hashes(inclusion_ranges(1001, 70000), reader));
  CHECK(log.asked.empty());
}

TEST_CASE("tiles: entries come from bundles whose hashes are in the tree", "[registry]")
{
  MemoryLog log;
  log.grow_to(600);
  TileReader reader(log.checkpoint(), log);
  CHECK(reader.entries({.begin = 254, .end = 258}).value() == std::vector<std::string>{"entry 254", "entry 255", "entry 256", "entry 257"});
  CHECK(reader.entries({.begin = 5, .end = 5}).value().empty());
  log.files["tile/entries/001"][9] ^= 1;
  const auto entries = reader.entries({.begin = 254, .end = 258});
  REQUIRE_FALSE(entries);
  CHECK(text_of(entries.error()) == "error[CW1008]: `tile/entries/001` does not belong to the log `log.example` of 600 entries\n"
                                    "   = note: its hash is not the one that follows from the signed checkpoint\n"
                                    "   = note: entry 256 is the first that is wrong\n"
                                    "   = help: whoever served it is damaged or lies: take another mirror\n");
}

TEST_CASE("tiles: one changed bit in any tile that a proof needs is found, and nothing of it is kept", "[registry]")
{
  MemoryLog log;
  log.grow_to(70000, 7000);
  for (const std::string path : {"tile/0/003", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}) {
    MemoryLog lying = log;
    lying.files.at(path)[31] ^= 4;
    TileReader reader(lying.checkpoint(), lying);
    const auto hashes = range_hashes(inclusion_ranges(1000, 70000), reader);
    REQUIRE_FALSE(hashes);
    CHECK(hashes.error().id == "CW1008");
    CHECK(lying.kept.empty());
  }
}

TEST_CASE("tiles: one byte less or more is an error before anything is computed", "[registry]")
{
  MemoryLog log;
  log.grow_to(300);
  log.files["tile/0/000"].pop_back();
  TileReader reader(log.checkpoint(), log);
  const auto hashes = range_hashes(inclusion_ranges(3, 300), reader);
  REQUIRE_FALSE(hashes);
  CHECK(text_of(hashes.error()) == "error[CW1007]: `tile/0/000` of the log has 8191 bytes instead of 8192\n"
                                   "   = help: whoever served it is damaged or lies: take another mirror\n");
}

TEST_CASE("tiles: a log whose checkpoint is of another tree is refused even for a single entry", "[registry]")
{
  MemoryLog log;
  log.grow_to(1);
  Checkpoint other = log.checkpoint();
  other.root.bytes[0] ^= 1U;
  TileReader reader(other, log);
  CHECK(reader.entries({.begin = 0, .end = 1}).error().id == "CW1008");
  MemoryLog nothing;
  other = nothing.checkpoint();
  other.root.bytes[0] ^= 1U;
  TileReader empty(other, nothing);
  CHECK(empty.read({}).error().message == "`checkpoint` does not belong to the log `log.example` of 0 entries");
}

} // namespace cargo_wasm::registry_tlog
