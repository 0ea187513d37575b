#include <cargo_wasm/registry_trust/authorization.hpp>

#include <vector>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::registry_trust;

TEST_CASE("authorization: tokens stay as they are, notes go along in base 64", "[registry]")
{
  const std::vector<Authorization> all = {{"cwr_abc", {}}, {"", "text\n\n— a b\n"}, {"cwr_abc", "n"}};
  for (const Authorization& authorization : all) {
    CHECK(parse_authorization(to_header(authorization)) == authorization);
  }
  CHECK(to_header(all[0]) == "cwr_abc");
  CHECK(to_header(all[2]) == "CW1 bg== cwr_abc");
}

TEST_CASE("authorization: what begins as a signed one and is none is told", "[registry]")
{
  for (const char* const header : {"CW1 ", "CW1 !!", "CW1 bg", "CW1 bg==x", "CW1  token"}) {
    const auto parsed = parse_authorization(header);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().id == "CW1026");
  }
}
