// The pool over a client that answers from a table. What needs time (slow mirrors, limits) is in tests/e2e/federation.
#include <cargo_wasm/registry_client/mirror_pool.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

namespace cargo_wasm::registry_client {
namespace {

struct PoolPlace
{
  PoolPlace() { client = made.http.make({}).value(); }

  MirrorPool& pool()
  {
    if (!held) {
      std::vector<registry_trust::Mirror> mirrors(2);
      mirrors[0].id = "eu";
      mirrors[0].base = "https://eu.example/";
      mirrors[1].id = "us";
      mirrors[1].base = "https://us.example/";
      mirrors[1].priority = 20;
      held = std::make_unique<MirrorPool>(env, *client, "acme", std::move(mirrors), health, PoolOptions{});
    }
    return *held;
  }

  test::TestEnv made;
  Env env = made.env();
  std::unique_ptr<base::HttpClient> client;
  HealthTable health;
  std::unique_ptr<MirrorPool> held;
};

/// Answers the requests that wait when it is told to.
class QueueingHttp final : public base::HttpClient
{
public:
  void enqueue(base::HttpRequest, std::unique_ptr<base::HttpHandler> handler) override { waiting.push_back(std::move(handler)); }
  Result<bool> poll(std::chrono::milliseconds) override { return true; }
  [[nodiscard]] base::HttpProgress progress() const override { return {}; }

  std::vector<std::unique_ptr<base::HttpHandler>> waiting;
};

Result<> is_good(std::string_view bytes)
{
  return bytes == "good" ? Result<>() : fail(Error("CW1107", "it is not good", Blame::integrity));
}

} // namespace

TEST_CASE("mirror pool: a file comes from the first mirror, without following redirects", "[registry]")
{
  PoolPlace place;
  place.made.http.serve("https://eu.example/a", "good");
  const PoolAnswer answer = place.pool().get({.path = "a", .max_bytes = 10, .check = is_good}).value();
  CHECK((answer.bytes == "good" && answer.mirror == 0));
  REQUIRE(place.made.http.requests.size() == 1);
  CHECK(place.made.http.requests[0].max_redirects == 0U);
  CHECK(place.made.http.requests[0].max_body_bytes == 10);
}

TEST_CASE("mirror pool: a mirror is measured from when it was asked, not from when its turn was waited for", "[registry]")
{
  test::TestEnv made;
  const Env env = made.env();
  QueueingHttp http;
  HealthTable health;
  std::vector<registry_trust::Mirror> mirrors(1);
  mirrors[0].id = "eu";
  mirrors[0].base = "https://eu.example/";
  MirrorPool pool(env, http, "acme", std::move(mirrors), health, PoolOptions{});
  pool.request({.path = "a", .max_bytes = 10, .check = is_good}, [](const Result<PoolAnswer>& answer) { CHECK(answer.has_value()); });
  REQUIRE(http.waiting.size() == 1);
  made.clock.advance(std::chrono::seconds(7));
  base::HttpHandler& handler = *http.waiting.front();
  handler.on_start();
  made.clock.advance(std::chrono::milliseconds(20));
  REQUIRE(handler.on_data(std::as_bytes(std::span("good", 4))));
  base::HttpResponse response;
  response.status = 200;
  handler.on_done(response);
  CHECK(health["eu"].latency_ms == 20);
}

TEST_CASE("mirror pool: wrong bytes are a strike, told in one line, and the next mirror is taken", "[registry]")
{
  PoolPlace place;
  place.made.http.serve("https://eu.example/a", "bad").serve("https://us.example/a", "good").serve("https://us.example/b", "good");
  CHECK(place.pool().get({.path = "a", .max_bytes = 10, .check = is_good}).value().mirror == 1);
  CHECK((place.health["eu"].strikes == 1 && place.health["us"].strikes == 0));
  CHECK(place.pool().get({.path = "b", .max_bytes = 10, .check = is_good}).value().mirror == 1);
  CHECK(place.made.reporter.err().find("Leaving mirror `eu` of `acme`: `a`: it is not good") != std::string::npos);
}

TEST_CASE("mirror pool: absence is a fault, or that a mirror is behind, or believed", "[registry]")
{
  PoolPlace place;
  place.made.http.serve("https://us.example/a", "good");
  CHECK(place.pool().get({.path = "a", .max_bytes = 10, .absence = Absence::behind, .check = is_good}).value().mirror == 1);
  CHECK(place.health["eu"].strikes == 0);
  CHECK_FALSE(place.pool().get({.path = "gone", .max_bytes = 10, .absence = Absence::behind, .check = is_good}).value().bytes);
  CHECK_FALSE(place.pool().get({.path = "gone", .max_bytes = 10, .absence = Absence::believed, .check = is_good}).value().bytes);
  const auto wrong = place.pool().get({.path = "gone", .max_bytes = 10, .check = is_good});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(render(wrong.error(), base::Severity::error, false) ==
        "error[CW1103]: no mirror of `acme` has `gone` as it should be\n"
        "   = note: `eu`: `gone` was answered with status 404\n"
        "   = note: `us`: `gone` was answered with status 404\n"
        "   = help: `cargo-wasm registry status acme` shows what each mirror does\n");
}

TEST_CASE("mirror pool: pages in place of files are named, and what kind of network does that", "[registry]")
{
  PoolPlace place;
  place.made.http.serve("https://eu.example/a", " <html>").serve("https://us.example/a", "<html>");
  const auto wrong = place.pool().get({.path = "a", .max_bytes = 10, .check = is_good});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().blame == Blame::integrity);
  CHECK(wrong.error().helps.at(0) == "web pages came in place of files: a network that wants a login does that; open a page in a browser");
}

} // namespace cargo_wasm::registry_client
