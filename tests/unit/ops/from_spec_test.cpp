#include <cargo_wasm/ops/requests.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;

TEST_CASE("--from takes a name, and a version or requirement after an at sign", "[ops][from]")
{
  CHECK(ops::parse_from_spec("hexyl")->name == "hexyl");
  CHECK(!ops::parse_from_spec("hexyl")->version);
  CHECK(ops::parse_from_spec("wasm-tools@1.263.0")->version == "1.263.0");
  CHECK(ops::parse_from_spec("rhai@^1.20")->version == "^1.20");
}

TEST_CASE("--from refuses what is no package name or version", "[ops][from]")
{
  for (const auto* text : {"", "@1.0", "a/b", "hexyl@", "hexyl@one", "../x"}) {
    INFO(text);
    const auto spec = ops::parse_from_spec(text);
    REQUIRE(!spec);
    CHECK(base::render(spec.error(), base::Severity::error, false) == "error[CW0740]: `" + std::string(text) +
                                                                          "` does not name a package of crates.io\n"
                                                                          "   = help: write `--from hexyl` or `--from hexyl@0.17.0`\n");
  }
}
