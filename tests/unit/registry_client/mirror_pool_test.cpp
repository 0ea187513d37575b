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
  void enqueue(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler) override
  {
    handler->on_start();
    requests.push_back(std::move(request));
    waiting.push_back(std::move(handler));
  }
  Result<bool> poll(std::chrono::milliseconds) override { return true; }
  [[nodiscard]] base::HttpProgress progress() const override { return {}; }

  /// How many requests went to a mirror.
  [[nodiscard]] std::ptrdiff_t asked(std::string_view mirror) const
  {
    return std::ranges::count_if(requests, [&](const base::HttpRequest& request) { return request.url.starts_with(mirror); });
  }

  /// The answer to a request: a status and a body, which may be cut off.
  void answer(std::size_t place, int status = 200, std::string_view body = "good", bool is_whole = true) const
  {
    base::HttpHandler& handler = *waiting.at(place);
    REQUIRE(handler.on_data(std::as_bytes(std::span(body))));
    base::HttpResponse response;
    response.status = status;
    handler.on_done(is_whole ? Result<base::HttpResponse>(std::move(response)) : fail(Error("CW0032", "it ended early", Blame::network)));
  }

  std::vector<base::HttpRequest> requests;
  std::vector<std::unique_ptr<base::HttpHandler>> waiting;
};

/// Mirrors a, b and c over such a client.
struct SlowPlace
{
  SlowPlace()
  {
    std::vector<registry_trust::Mirror> mirrors(3);
    for (std::size_t i = 0; i < mirrors.size(); ++i) {
      mirrors[i].id = std::string(1, static_cast<char>('a' + i));
      mirrors[i].base = "https://" + mirrors[i].id + ".example/";
      mirrors[i].priority = static_cast<std::uint32_t>(i);
    }
    held.emplace(env, http, "acme", std::move(mirrors), health, PoolOptions{});
  }

  void want(std::size_t files, bool small = true)
  {
    for (std::size_t i = 0; i < files; ++i) {
      held->request({.path = "x", .max_bytes = 1'000'000, .small = small, .check = {}},
                    [this](const Result<PoolAnswer>& answer) { got += answer.has_value() ? 1U : 0U; });
    }
  }
  void wait(unsigned ms)
  {
    made.clock.advance(std::chrono::milliseconds(ms));
    held->tick();
  }

  test::TestEnv made;
  Env env = made.env();
  QueueingHttp http;
  HealthTable health;
  std::optional<MirrorPool> held;
  std::size_t got = 0;
};

constexpr std::string_view k_a = "https://a.", k_b = "https://b.", k_c = "https://c.";

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
  http.waiting.front()->on_start();
  made.clock.advance(std::chrono::milliseconds(20));
  http.answer(0);
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

TEST_CASE("mirror pool: who has a doubt judges wrong bytes and absence himself, and the next mirror is taken", "[registry]")
{
  PoolPlace place;
  place.made.http.serve("https://eu.example/a", "bad").serve("https://us.example/a", "good").serve("https://us.example/b", "good");
  std::string doubted;
  for (const char* const path : {"a", "b"}) {
    CHECK(place.pool()
              .get({.path = path,
                    .max_bytes = 10,
                    .check = is_good,
                    .doubt = [&](std::size_t mirror, const std::string& why) { doubted += std::to_string(mirror) + " " + why + "\n"; }})
              .value()
              .mirror == 1);
  }
  CHECK(doubted == "0 `a`: it is not good\n0 `b` was answered with status 404\n");
  CHECK(place.health["eu"].strikes == 0);
  place.pool().avoid(0);
  CHECK(place.pool().order() == std::vector<std::size_t>{1, 0});
  CHECK(place.made.reporter.err().empty());
}

TEST_CASE("mirror pool: a beginning that is longer than the file is the fault of who sent it, not of who says so", "[registry]")
{
  test::TestEnv made;
  const Env env = made.env();
  QueueingHttp http;
  HealthTable health;
  std::vector<registry_trust::Mirror> mirrors(2);
  mirrors[0].id = "eu";
  mirrors[0].base = "https://eu.example/";
  mirrors[1].id = "us";
  mirrors[1].base = "https://us.example/";
  mirrors[1].priority = 20;
  MirrorPool pool(env, http, "acme", std::move(mirrors), health, PoolOptions{});
  std::optional<PoolAnswer> got;
  pool.request({.path = "a", .max_bytes = 100, .small = false, .check = is_good}, [&](Result<PoolAnswer> answer) { got = answer.value(); });
  http.answer(0, 200, "more than good", false);
  REQUIRE(http.requests.size() == 2);
  CHECK(http.requests[1].headers == std::vector<std::string>{"range: bytes=14-"});
  http.answer(1, 416, "");
  REQUIRE(http.requests.size() == 3);
  CHECK((http.requests[2].url == "https://us.example/a" && http.requests[2].headers.empty()));
  http.answer(2, 200, "good");
  REQUIRE(got);
  CHECK((got->bytes == "good" && got->mirror == 1));
  CHECK(health["us"].strikes == 0);
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

// Two for any command, one a mirror, and one for every twenty files; the last one is kept for the last mirror.
TEST_CASE("mirror pool: of many files that wait for silent mirrors, five in a hundred are asked for twice", "[registry]")
{
  SlowPlace place;
  place.want(200);
  place.wait(149);
  CHECK(place.http.requests.size() == 200);
  place.wait(2);
  CHECK((place.http.asked(k_a) == 200 && place.http.asked(k_b) == 14 && place.http.asked(k_c) == 0));
  for (int i = 0; i < 100; ++i) {
    place.wait(50);
  }
  CHECK((place.http.asked(k_a) == 200 && place.http.asked(k_b) == 14 && place.http.asked(k_c) == 1));
}

TEST_CASE("mirror pool: where a second mirror was faster, what waits at the first is asked there, and nothing twice there", "[registry]")
{
  SlowPlace place;
  place.want(200);
  place.wait(151);
  REQUIRE(place.http.asked(k_b) == 14);
  place.http.answer(200);
  place.wait(20);
  CHECK(place.got == 1);
  CHECK((place.http.asked(k_a) == 200 && place.http.asked(k_b) == 200));
  // What another mirror has answered need not be sent any more, and the rest may come from either.
  CHECK(std::ranges::count_if(place.http.waiting, [](const auto& handler) { return !handler->is_wanted(); }) == 2);
  CHECK_FALSE(place.http.waiting[0]->is_wanted());
  for (std::size_t i = 201; i < 400; ++i) { // one after the other: those that wait their turn are not slow
    place.wait(100);
    place.http.answer(i);
  }
  CHECK((place.got == 200 && place.http.asked(k_c) == 0));
}

TEST_CASE("mirror pool: two silent mirrors: the third one is asked", "[registry]")
{
  SlowPlace place;
  place.want(200);
  place.wait(151);
  place.wait(151);
  REQUIRE(place.http.asked(k_c) == 1);
  place.http.answer(place.http.requests.size() - 1);
  for (int i = 0; i < 3; ++i) {
    place.wait(151);
  }
  CHECK(place.http.asked(k_c) == 200);
}

TEST_CASE("mirror pool: who waits his turn at a mirror that answers others is not asked for elsewhere", "[registry]")
{
  const bool small = GENERATE(true, false);
  SlowPlace place;
  place.want(100, small);
  for (std::size_t i = 0; i < 100; ++i) {
    place.wait(small ? 140 : 1900);
    place.http.answer(i);
  }
  CHECK((place.got == 100 && place.http.requests.size() == 100));
}

TEST_CASE("mirror pool: large files are asked for elsewhere when they come slowly, not when there are many", "[registry]")
{
  SlowPlace place;
  const std::string much(200'000, 'x'), little(10'000, 'x');
  place.want(2, false);
  for (int second = 0; second < 4; ++second) { // 200 kB/s; the other one waits behind it
    REQUIRE(place.http.waiting[0]->on_data(std::as_bytes(std::span(much))));
    place.wait(1000);
  }
  CHECK(place.http.requests.size() == 2);
  place.http.answer(0);
  for (int second = 0; second < 3; ++second) { // 10 kB/s
    REQUIRE(place.http.waiting[1]->on_data(std::as_bytes(std::span(little))));
    place.wait(1000);
  }
  CHECK((place.http.requests.size() == 3 && place.http.asked(k_b) == 1));
}

} // namespace cargo_wasm::registry_client
