#include "second_clock.hpp"

#include <array>

#include <fmt/format.h>

#include <cargo_wasm/other_clock/other_clock.hpp>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>
#include <support/test_env.hpp>

using namespace cargo_wasm;

namespace {

constexpr std::int64_t k_day = 24 * 3600;

/// Year, month, day of the month, day of the week, hour, minute and second.
std::array<std::int64_t, 7> parts_of_date(std::chrono::sys_seconds moment)
{
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          std::chrono::weekday(day).c_encoding(),
          time.hours().count(),
          time.minutes().count(),
          time.seconds().count()};
}

} // namespace

TEST_CASE("other clock: whatever the day, each part of the date is another one", "[ops]")
{
  std::size_t equal = 0;
  const auto first = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  // Two cycles of leap years, at all hours and at uneven minutes.
  for (std::chrono::sys_seconds moment = first; moment < first + std::chrono::days(8 * 366); moment += std::chrono::seconds(3600 + 61)) {
    const auto was = parts_of_date(moment);
    const auto is = parts_of_date(moment + other_clock::k_ahead);
    for (std::size_t part = 0; part < was.size(); ++part) {
      equal += was[part] == is[part] ? 1U : 0U;
    }
  }
  CHECK(equal == 0);
}

TEST_CASE("second clock: the library that was written is loaded by programs here, and sets their clock", "[ops]")
{
  const test::TempDir directory;
  test::RealEnv world(directory.path());
  const auto library = ops::second_clock(world.env(), directory.path());
  REQUIRE(library);
  REQUIRE(*library == directory.path() / "clock.so");
  CHECK(world.fs().read(**library).value() == other_clock::library());
  CHECK(world.reporter.err().empty());
}

TEST_CASE("second clock: where `date` shows the usual time, or none, that is a warning", "[ops]")
{
  test::TestEnv world;
  world.fs.add("/bin/date", "", 0755);
  world.vars["PATH"] = "/bin";
  std::string shown = fmt::format("{}\n", std::chrono::duration_cast<std::chrono::seconds>(world.clock.now().time_since_epoch()).count());
  std::string why = "`date` shows the usual time in spite of LD_PRELOAD";
  SECTION("the usual time") {}
  SECTION("something else")
  {
    shown = "soon";
    why = "`/bin/date +%s` ended with exit status: 0";
  }
  SECTION("no `date`")
  {
    world.vars.erase("PATH");
    why = "there is no program `date` to see it with";
  }
  world.process.on("date", {"+%s"}, test::ScriptedRun{.out = shown, .err = {}, .exit = {}});
  const auto library = ops::second_clock(world.env(), "/second");
  REQUIRE(library);
  CHECK_FALSE(*library);
  CHECK(world.reporter.err() == fmt::format("warning[CW1138]: the second build has the clock of the first\n   = note: {}\n"
                                            "   = help: what depends on the day shows when `verify` runs on another day\n",
                                            why));
}

TEST_CASE("second clock: a clock that is 410 days ahead is taken, half a day more or less", "[ops]")
{
  test::TestEnv world;
  world.fs.add("/bin/date", "", 0755);
  world.vars["PATH"] = "/bin";
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(world.clock.now().time_since_epoch()).count();
  world.process.on("date", {"+%s"}, test::ScriptedRun{.out = fmt::format("{}\n", now + 410 * k_day), .err = {}, .exit = {}});
  CHECK(ops::second_clock(world.env(), "/second").value() == base::Path("/second/clock.so"));
  REQUIRE(world.process.commands().size() == 1);
  CHECK(world.process.commands()[0].env.at("LD_PRELOAD") == "/second/clock.so");
  CHECK(ops::how_far_ahead() == "410 days");
}

TEST_CASE("second clock: a build hands it on before what the caller preloads, and without it leaves that alone", "[ops]")
{
  EnvMap vars{{"LD_PRELOAD", "/their.so"}};
  ops::hand_on_clock(vars);
  CHECK(vars == EnvMap{{"LD_PRELOAD", "/their.so"}});
  vars["CARGO_WASM_PRELOAD"] = "/clock.so";
  ops::hand_on_clock(vars);
  CHECK(vars == EnvMap{{"LD_PRELOAD", "/clock.so:/their.so"}});
  vars = {{"CARGO_WASM_PRELOAD", "/clock.so"}};
  ops::hand_on_clock(vars);
  CHECK(vars == EnvMap{{"LD_PRELOAD", "/clock.so"}});
}
