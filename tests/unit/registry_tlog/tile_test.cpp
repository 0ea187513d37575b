#include <cargo_wasm/registry_tlog/tile.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {

TEST_CASE("tile: paths have three digits a part, all but the last with an x, and the width of partial ones", "[registry]")
{
  CHECK(tile_path({.level = 0, .index = 0}) == "tile/0/000");
  CHECK(tile_path({.level = 3, .index = 1234067}) == "tile/3/x001/x234/067");
  CHECK(tile_path({.level = 0, .index = 1000, .width = 17}) == "tile/0/x001/000.p/17");
  CHECK(bundle_path(999, k_tile_width) == "tile/entries/999");
  CHECK(bundle_path(273, 112) == "tile/entries/273.p/112");
}

TEST_CASE("tile: a log of 70,000 entries has the tiles that the specification counts", "[registry]")
{
  const std::vector<Tile> tiles = new_tiles(0, 70000);
  CHECK(tiles.size() == 273 + 1 + 1 + 1 + 1);
  CHECK(tiles[272] == Tile{.level = 0, .index = 272});
  CHECK(tiles[273] == Tile{.level = 0, .index = 273, .width = 112});
  CHECK(tiles[274] == Tile{.level = 1, .index = 0});
  CHECK(tiles[275] == Tile{.level = 1, .index = 1, .width = 17});
  CHECK(tiles[276] == Tile{.level = 2, .index = 0, .width = 1});
  CHECK(new_tiles(0, 256) == std::vector<Tile>{{.level = 0, .index = 0}, {.level = 1, .index = 0, .width = 1}});
  CHECK(new_tiles(256, 256).empty());
  CHECK(new_tiles(255, 257) ==
        std::vector<Tile>{{.level = 0, .index = 0}, {.level = 0, .index = 1, .width = 1}, {.level = 1, .index = 0, .width = 1}});
}

TEST_CASE("tile: a node lies in one tile, which is as wide as the log has it", "[registry]")
{
  CHECK(tile_of({.level = 0, .index = 0}, 70000) == Tile{.level = 0, .index = 0});
  CHECK(tile_of({.level = 0, .index = 69999}, 70000) == Tile{.level = 0, .index = 273, .width = 112});
  CHECK(tile_of({.level = 7, .index = 3}, 70000) == Tile{.level = 0, .index = 1});
  CHECK(tile_of({.level = 8, .index = 272}, 70000) == Tile{.level = 1, .index = 1, .width = 17});
  CHECK(tile_of({.level = 16, .index = 0}, 70000) == Tile{.level = 2, .index = 0, .width = 1});
}

TEST_CASE("tile: a bundle gives back its entries, empty and longest ones too, and nothing when it is not whole", "[registry]")
{
  const std::vector<std::string> entries{"", "one", std::string(k_max_entry_bytes, 'x')};
  const std::string bundle = to_bundle(entries);
  CHECK(bundle.size() == 2 + 2 + 3 + 2 + k_max_entry_bytes);
  const auto read = parse_bundle(bundle, 3);
  REQUIRE(read);
  CHECK(std::vector<std::string>(read->begin(), read->end()) == entries);
  CHECK_FALSE(parse_bundle(bundle, 2));
  CHECK_FALSE(parse_bundle(bundle, 4));
  CHECK_FALSE(parse_bundle(std::string_view(bundle).substr(0, bundle.size() - 1), 3));
  CHECK_FALSE(parse_bundle(bundle + "x", 3));
  CHECK_FALSE(parse_bundle(std::string_view("\0", 1), 1));
}

} // namespace cargo_wasm::registry_tlog
