// Source maps are read by tools that we do not control, and written by them: what comes back has to say what went in.
#include <cargo_wasm/wasm/source_map.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using wasm::CodePlace;
using wasm::SourceMap;

namespace {

std::string map_with(std::string_view mappings)
{
  return R"({"version":3,"sources":["src/main.rs","src/lib.rs"],"names":["f"],"mappings":")" + std::string(mappings) + "\"}";
}

} // namespace

TEST_CASE("source map: a place holds up to the next one, and there is none before the first", "[wasm][lines]")
{
  // offsets 4 and 20: main.rs 1:1, then lib.rs 8:3
  const auto map = SourceMap::parse(map_with("IAAA,gBCOE"));
  REQUIRE(map.has_value());
  CHECK(map->size() == 2);
  CHECK(map->find(3) == std::nullopt);
  CHECK(map->find(4) == CodePlace{"src/main.rs", 1, 1});
  CHECK(map->find(19) == CodePlace{"src/main.rs", 1, 1});
  CHECK(map->find(20) == CodePlace{"src/lib.rs", 8, 3});
  CHECK(map->find(1'000'000) == CodePlace{"src/lib.rs", 8, 3});
}

TEST_CASE("source map: a segment without a source says that nobody knows, and a name is passed over", "[wasm][lines]")
{
  const auto map = SourceMap::parse(map_with("IAAAA,I,IAAA"));
  REQUIRE(map.has_value());
  CHECK(map->find(5) == CodePlace{"src/main.rs", 1, 1});
  CHECK(map->find(8) == std::nullopt);
  CHECK(map->find(12) == CodePlace{"src/main.rs", 1, 1});
}

TEST_CASE("source map: what is no map of a module is none", "[wasm][lines]")
{
  for (const std::string& text : {std::string("{"),
                                  std::string("[]"),
                                  std::string(R"({"version":2,"sources":[],"mappings":""})"),
                                  std::string(R"({"version":3,"sources":{},"mappings":""})"),
                                  map_with("IAAA;IAAA"), // several lines
                                  map_with("IEAA"),      // no such source
                                  map_with("IAAA,LAAA"), // backwards past the beginning
                                  map_with("I!"),        // no base-64
                                  map_with("gggggggggggggggggggggg")}) {
    CHECK_FALSE(SourceMap::parse(text).has_value());
  }
  CHECK(SourceMap::parse(map_with("")).has_value());
}
