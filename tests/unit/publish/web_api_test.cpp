#include <support/catch.hpp>
#include <support/fake_http.hpp>
#include <support/fixed_clock.hpp>

#include <cargo_wasm/publish/web_api.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::publish;
using std::chrono::seconds;

TEST_CASE("how long a registry wants us to wait: seconds, a date, or anything else")
{
  const test::FixedClock clock; // 2026-01-01T00:00:00Z
  CHECK(retry_after("17", clock.now()) == seconds(17));
  CHECK(retry_after("Thu, 01 Jan 2026 00:02:00 GMT", clock.now()) == seconds(120));
  CHECK(retry_after("Thu, 01 Jan 2015 00:02:00 GMT", clock.now()) == seconds(0));
  CHECK(retry_after("soon", clock.now()) == seconds(60));
  CHECK(retry_after("", clock.now()) == seconds(60));
  CHECK(retry_after("99999999999", clock.now()) == std::chrono::days(7));
}

TEST_CASE("what a registry says of an error is taken from answers of any status")
{
  CHECK(error_text({200, R"({"errors":[{"detail":"a"},{"detail":"b"}]})", {}}) == "a; b");
  CHECK(error_text({200, "{}", {}}) == std::nullopt);
  CHECK(error_text({403, "nonsense", {}}) == "status 403, without a reason");
}

TEST_CASE("a page in place of an index file is not taken for a version that is not there")
{
  test::FakeHttp http;
  http.serve("https://r.example/ac/me/acme", "<html>");
  http.serve("https://r.example/ot/he/other", "", 503);
  const auto client = http.make({}).value();
  const Registry registry{"main", "sparse+https://r.example/"};
  CHECK(find_version(*client, registry, "acme", "1.0.0", "").error().id == "CW1051");
  CHECK(find_version(*client, registry, "other", "1.0.0", "").error().id == "CW1051");
  CHECK(find_version(*client, registry, "none-of-it", "1.0.0", "").value() == std::nullopt);
}

TEST_CASE("a version is found whatever its build metadata")
{
  test::FakeHttp http;
  http.serve("https://r.example/ac/me/acme", R"({"name":"acme","vers":"1.0.0+a","deps":[],"cksum":"c","features":{},"yanked":true})");
  const auto client = http.make({}).value();
  const auto found = find_version(*client, {"main", "sparse+https://r.example/"}, "acme", "1.0.0+b", "").value();
  REQUIRE(found);
  CHECK(found->checksum == "c");
  CHECK(found->yanked);
}

TEST_CASE("a registry without an API is only read")
{
  test::FakeHttp http;
  http.serve("https://r.example/config.json", R"({"dl":"https://r.example/dl"})");
  const auto client = http.make({}).value();
  const auto facts = read_facts(*client, {"main", "sparse+https://r.example/"}, "");
  REQUIRE_FALSE(facts);
  CHECK(base::render(facts.error(), base::Severity::error, false) ==
        "error[CW1050]: registry `main` cannot be published to\n"
        "   = note: `config.json` of its index names no `api`: it is only read\n"
        "   = help: is the address of its index right? It ends in a slash\n");
}
