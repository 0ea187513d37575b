#include <cargo_wasm/registry_client/age_text.hpp>

#include <support/catch.hpp>

namespace cargo_wasm::registry_client {

TEST_CASE("ages: in the largest unit of which there are two", "[registry]")
{
  CHECK(age_text(0) == "0 seconds");
  CHECK(age_text(119) == "119 seconds");
  CHECK(age_text(120) == "2 minutes");
  CHECK(age_text(7199) == "119 minutes");
  CHECK(age_text(7200) == "2 hours");
  CHECK(age_text(172799) == "47 hours");
  CHECK(age_text(172800) == "2 days");
}

} // namespace cargo_wasm::registry_client
