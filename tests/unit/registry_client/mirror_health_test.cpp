#include <cargo_wasm/registry_client/mirror_health.hpp>

#include <support/catch.hpp>

namespace cargo_wasm::registry_client {
namespace {

registry_trust::Mirror mirror(std::string id, std::string region, std::uint32_t priority)
{
  registry_trust::Mirror made;
  made.id = std::move(id);
  made.region = std::move(region);
  made.priority = priority;
  return made;
}

} // namespace

TEST_CASE("mirror health: three failures in a row make a pause, which doubles up to ten minutes", "[registry]")
{
  MirrorHealth health;
  note_failure(health, "no connection", 1000);
  note_failure(health, "no connection", 1001);
  CHECK(health.paused_until == 0);
  note_failure(health, "no connection", 1002);
  CHECK(health.paused_until == 1062);
  for (int i = 0; i < 6; ++i) {
    note_failure(health, "timed out", 2000);
  }
  CHECK(health.paused_until == 2600);
  CHECK(health.last_trouble == "timed out");
  note_answer(health, 10, 3000);
  CHECK((health.failures == 0 && health.paused_until == 0 && health.last_seen == 3000));
}

TEST_CASE("mirror health: wrong bytes make a pause at once, and are counted", "[registry]")
{
  MirrorHealth health;
  note_strike(health, "its SHA-256 is wrong", 1000);
  CHECK((health.strikes == 1 && health.paused_until == 1060));
}

TEST_CASE("mirror health: the order is pauses, wishes, priority, latency", "[registry]")
{
  const std::vector<registry_trust::Mirror> mirrors = {
      mirror("a", "eu", 10), mirror("b", "us", 10), mirror("c", "us", 20), mirror("d", "asia", 10)};
  HealthTable table;
  CHECK(asking_order(mirrors, table, {}, 0) == std::vector<std::size_t>{0, 1, 3, 2});
  table["a"].latency_ms = 100;
  table["b"].latency_ms = 30;
  table["d"].latency_ms = 35; // no more than noise
  CHECK(asking_order(mirrors, table, {}, 0) == std::vector<std::size_t>{1, 3, 0, 2});
  const std::vector<std::string> wishes = {"c", "eu"};
  CHECK(asking_order(mirrors, table, wishes, 0) == std::vector<std::size_t>{2, 0, 1, 3});
  table["c"].paused_until = 500;
  CHECK(asking_order(mirrors, table, wishes, 499) == std::vector<std::size_t>{0, 1, 3, 2});
  CHECK(asking_order(mirrors, table, wishes, 500) == std::vector<std::size_t>{2, 0, 1, 3});
}

TEST_CASE("mirror health: what is written is read again, and what is no such file is nothing", "[registry]")
{
  HealthTable table;
  table["eu"] = {.latency_ms = 12.5,
                 .failures = 1,
                 .strikes = 2,
                 .pauses = 3,
                 .paused_until = 4,
                 .last_size = 5,
                 .last_seen = 6,
                 .last_trouble = "a \"quote\""};
  CHECK(parse_health(to_json(table)) == table);
  CHECK(parse_health("").empty());
  CHECK(parse_health("[1]").empty());
  CHECK(parse_health(R"({"eu": 1})").empty());
  CHECK(parse_health(R"({"eu": {"failures": -1, "strikes": "x", "last_trouble": 1}})") == HealthTable{{"eu", {}}});
}

} // namespace cargo_wasm::registry_client
