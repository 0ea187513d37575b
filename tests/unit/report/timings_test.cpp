#include <cargo_wasm/report/timings.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace std::chrono_literals;

namespace {

/// a (0–4, metadata at 1) ← b (1–3, needs a's metadata) and c (4–6, needs a whole); d was fresh.
struct Build
{
  plan::ActionGraph graph;
  exec::BuildOutcome outcome;

  Build()
  {
    graph.finished = "`dev` profile [unoptimized]";
    for (const auto* name : {"a v1.0.0", "b v1.0.0", "c v1.0.0", "d v1.0.0"}) {
      plan::ActionTemplate action;
      action.label.package_display = name;
      action.label.target_kind = "lib";
      graph.actions.push_back(action);
    }
    graph.actions[1].dependencies = {{0, true, {}}};
    graph.actions[2].dependencies = {{0, false, {}}, {3, false, {}}};
    outcome.actions.resize(4);
    const auto ran = [&](std::size_t i, auto from, auto to) {
      outcome.actions[i].state = exec::ActionState::ran;
      outcome.actions[i].started = from;
      outcome.actions[i].ended = to;
    };
    ran(0, 0ms, 4000ms);
    outcome.actions[0].rmeta_at = 1000ms;
    ran(1, 1000ms, 3000ms);
    ran(2, 4000ms, 6000ms);
    outcome.actions[3].state = exec::ActionState::fresh;
    outcome.elapsed = 6100ms;
    outcome.fresh = 1;
    outcome.jobs = 2;
    outcome.success = true;
  }
};

} // namespace

TEST_CASE("timings: the critical path goes back through what released each action last", "[report][timings]")
{
  const Build build;
  const auto timings = report::timings_of(build.graph, build.outcome);
  REQUIRE(timings.actions.size() == 3);
  CHECK(timings.actions[0].critical);
  CHECK(!timings.actions[1].critical);
  CHECK(timings.actions[2].critical);
  CHECK(timings.critical_path_ms == Approx(6000));
  CHECK(timings.actions[2].waits_for == std::vector<std::uint32_t>{0});
}

TEST_CASE("timings: the record can be read back, and another file is refused", "[report][timings]")
{
  const Build build;
  const auto json = report::to_json(report::timings_of(build.graph, build.outcome));
  const auto back = report::parse_timings(json);
  REQUIRE(back);
  CHECK(report::to_json(*back) == json);
  CHECK(!report::parse_timings("{}"));
  CHECK(report::parse_timings("not json").error().id == "CW0770");
}

TEST_CASE("timings: the page names every unit, loads nothing, and a name cannot end its script", "[report][timings]")
{
  Build build;
  build.graph.actions[0].label.package_display = "</script><b>";
  const auto page = report::to_html(report::timings_of(build.graph, build.outcome));
  CHECK(page.find("b v1.0.0") != std::string::npos);
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(page.find("src=") == std::string::npos);
  CHECK(page.find("href=") == std::string::npos);
}
