// A test program that is a script: each start is answered from what the arguments ask for.
#include <cargo_wasm/runner/test_run.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "support/catch.hpp"
#include "support/fixed_clock.hpp"

using namespace cargo_wasm;
using runner::Outcome;
using runner::TestRun;

namespace {

/// Tests with the word of their end: "ok", "FAILED", "ignored", or "trap", "hang", "flaky" (a trap, but not alone).
struct Program
{
  std::vector<std::pair<std::string, std::string>> tests;
  std::vector<std::string> starts = {};

  Result<runner::StartedProgram> start(const std::vector<std::string>& arguments, base::OutputSink& sink)
  {
    starts.push_back(base::join(arguments, " "));
    const auto has = [&](const std::string& word) { return std::find(arguments.begin(), arguments.end(), word) != arguments.end(); };
    const bool exact = has("--exact");
    std::vector<std::pair<std::string, std::string>> chosen;
    for (const auto& test : tests) {
      if (!exact || has(test.first)) {
        chosen.push_back(test);
      }
    }
    if (has("--list")) {
      for (const auto& [name, end] : chosen) {
        sink.on_stdout(name + ": test\n");
      }
      return runner::StartedProgram{};
    }
    sink.on_stdout(fmt::format("\nrunning {} test{}\n", chosen.size(), chosen.size() == 1 ? "" : "s"));
    int failed = 0;
    for (const auto& [name, end] : chosen) {
      sink.on_stdout("test " + name + " ... ");
      if (end == "hang") {
        return runner::StartedProgram{{0, 15}, true};
      }
      if (end == "trap" || (end == "flaky" && chosen.size() > 1)) {
        if (has("--nocapture")) {
          sink.on_stderr("\nthread 'main' panicked at src/lib.rs:1:2:\nwords of " + name +
                         "\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n");
        }
        sink.on_stderr("error: app.wasm trapped: RuntimeError: unreachable\n    at app.wasm.f (wasm://wasm/1:wasm-function[3]:0x10)\n");
        return runner::StartedProgram{{134, 0}, false};
      }
      failed += end == "FAILED" ? 1 : 0;
      sink.on_stdout((end == "flaky" ? "ok" : end) + "\n");
    }
    sink.on_stdout(fmt::format("\ntest result: {}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\n",
                               failed == 0 ? "ok" : "FAILED",
                               static_cast<int>(chosen.size()) - failed,
                               failed));
    return runner::StartedProgram{{failed == 0 ? 0 : 101, 0}, false};
  }
};

TestRun run(Program& program, std::vector<std::string> arguments = {}, bool in_order = true)
{
  const test::FixedClock clock;
  runner::TestRunRequest request;
  request.arguments = std::move(arguments);
  request.runs_in_order = in_order;
  request.time_limit = std::chrono::seconds(5);
  request.backtrace = [](const runner::Trap& trap) { return fmt::format("{} frames after {}\n", trap.frames.size(), trap.reason); };
  runner::TestView view;
  auto result =
      runner::run_test_program(clock, [&](const auto& given, base::OutputSink& sink) { return program.start(given, sink); }, request, view);
  REQUIRE(result);
  return std::move(*result);
}

std::string outcomes(const TestRun& run)
{
  std::string text;
  for (const auto& test : run.cases) {
    text += fmt::format(
        "{} {}{}{}\n", test.name, runner::name_of(test.result.outcome), test.trapped ? " trapped" : "", test.timed_out ? " timed out" : "");
  }
  return text;
}

} // namespace

TEST_CASE("a program whose tests pass is started once", "[runner][tests]")
{
  Program program{{{"a", "ok"}, {"b", "ok"}}};
  const TestRun result = run(program, {"--color=never"});
  CHECK(outcomes(result) == "a passed\nb passed\n");
  CHECK(result.success());
  CHECK(program.starts == std::vector<std::string>{"--color=never"});
}

TEST_CASE("a trap does not hide the tests behind it, and says what it has to say", "[runner][tests]")
{
  Program program{{{"a", "ok"}, {"b", "trap"}, {"c", "ok"}, {"d", "trap"}, {"e", "ok"}}};
  const TestRun result = run(program);
  CHECK(outcomes(result) == "a passed\nb failed trapped\nc passed\nd failed trapped\ne passed\n");
  CHECK(!result.success());
  CHECK(result.problem.empty());
  CHECK(result.cases[1].output == "thread 'main' panicked at src/lib.rs:1:2:\nwords of b\n");
  CHECK(result.cases[1].backtrace == "1 frames after unreachable\n");
  CHECK(program.starts == std::vector<std::string>{"",
                                                   "--list",
                                                   "--exact c d e",
                                                   "--exact e",
                                                   "--include-ignored --nocapture --exact b",
                                                   "--include-ignored --nocapture --exact d"});
}

TEST_CASE("a trap in the last test needs no further start but the one that explains it", "[runner][tests]")
{
  Program program{{{"a", "ok"}, {"b", "trap"}}};
  CHECK(outcomes(run(program)) == "a passed\nb failed trapped\n");
  CHECK(program.starts == std::vector<std::string>{"", "--list", "--include-ignored --nocapture --exact b"});
}

TEST_CASE("filters of the caller hold for the list, the other options for every start", "[runner][tests]")
{
  Program program{{{"a", "trap"}, {"b", "ok"}}};
  run(program, {"x", "--ignored", "--skip", "y"});
  CHECK(program.starts ==
        std::vector<std::string>{
            "x --ignored --skip y", "x --ignored --skip y --list", "--ignored --exact b", "--ignored --nocapture --exact a"});
}

TEST_CASE("a failure that libtest could not print any more is explained, too", "[runner][tests]")
{
  Program program{{{"a", "FAILED"}, {"b", "trap"}}};
  const TestRun result = run(program);
  CHECK(outcomes(result) == "a failed\nb failed trapped\n");
  CHECK(program.starts.size() == 4); // all, list, a alone, b alone
}

TEST_CASE("where tests run side by side, the rest runs one at a time", "[runner][tests]")
{
  Program program{{{"a", "ok"}, {"b", "trap"}, {"c", "ok"}}};
  const TestRun result = run(program, {"--test-threads", "4", "--color=never"}, false);
  CHECK(outcomes(result) == "a passed\nb failed trapped\nc passed\n");
  // Nobody is blamed before that: several tests were running.
  CHECK(program.starts[2] == "--color=never --test-threads=1 --exact b c");
  CHECK(program.starts[3] == "--color=never --test-threads=1 --exact c");
}

TEST_CASE("a hanging test is stopped and the others run; it is not started again", "[runner][tests]")
{
  Program program{{{"a", "ok"}, {"b", "hang"}, {"c", "ok"}}};
  const TestRun result = run(program);
  CHECK(outcomes(result) == "a passed\nb failed timed out\nc passed\n");
  CHECK(result.cases[1].output == "it was stopped: no result after 5 s (--timeout)\n");
  CHECK(program.starts == std::vector<std::string>{"", "--list", "--exact c"});
}

TEST_CASE("a test that fails among others only is told of as such", "[runner][tests]")
{
  Program program{{{"a", "flaky"}, {"b", "ok"}, {"c", "ok"}}};
  const TestRun result = run(program);
  CHECK(outcomes(result) == "a failed trapped\nb passed\nc passed\n");
  CHECK(result.cases[0].output == "it failed among the others, and passed when it was started alone\n");
}

TEST_CASE("a program that ends before its tests is a problem of its own", "[runner][tests]")
{
  const test::FixedClock clock;
  runner::TestRunRequest request;
  runner::TestView view;
  const auto result = runner::run_test_program(
      clock,
      [](const auto&, base::OutputSink& sink) -> Result<runner::StartedProgram> {
        sink.on_stderr("error: cannot run app.wasm\n");
        return runner::StartedProgram{{1, 0}, false};
      },
      request,
      view);
  REQUIRE(result);
  CHECK(result->problem == "it ended with exit status: 1 before its tests began");
  CHECK(!result->success());
}

TEST_CASE("a program without harness is judged by its exit status", "[runner][tests]")
{
  const test::FixedClock clock;
  runner::TestRunRequest request;
  request.has_harness = false;
  runner::TestView view;
  for (const int status : {0, 3}) {
    const auto result = runner::run_test_program(
        clock,
        [&](const auto&, base::OutputSink&) -> Result<runner::StartedProgram> { return runner::StartedProgram{{status, 0}, false}; },
        request,
        view);
    REQUIRE(result);
    CHECK(result->is_opaque);
    CHECK(result->success() == (status == 0));
    CHECK(result->problem == (status == 0 ? "" : "it ended with exit status: 3"));
  }
}

TEST_CASE("what JavaScript captured of a failed test is taken from its start alone, where the first one was stopped", "[runner][tests]")
{
  const test::FixedClock clock;
  runner::TestRunRequest request;
  request.reads_output = true;
  request.time_limit = std::chrono::seconds(5);
  runner::TestView view;
  std::vector<std::string> starts;
  const auto start = [&](const std::vector<std::string>& arguments, base::OutputSink& sink) -> Result<runner::StartedProgram> {
    starts.push_back(base::join(arguments, " "));
    if (starts.back() == "--list") {
      sink.on_stdout("bad: test\nhangs: test\n");
      return runner::StartedProgram{};
    }
    if (starts.size() == 1) {
      sink.on_stdout("\nrunning 2 tests\ntest bad ... FAILED\ntest hangs ... ");
      return runner::StartedProgram{{0, 15}, true};
    }
    sink.on_stdout("\nrunning 1 test\ntest bad ... FAILED\n\nfailures:\n\n---- bad stdout ----\nits words\n\n\nfailures:\n    bad\n\n"
                   "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out\n\n");
    return runner::StartedProgram{{1, 0}, false};
  };
  const auto result = runner::run_test_program(clock, start, request, view);
  REQUIRE(result);
  REQUIRE(result->cases.size() == 2);
  CHECK(starts == std::vector<std::string>{"", "--list", "--include-ignored --exact bad"});
  CHECK(result->cases.front().output == "its words\n");
  CHECK(result->cases.back().timed_out);
}

TEST_CASE("a trap that JavaScript caught becomes a backtrace where the caller asks for it", "[runner][tests]")
{
  const test::FixedClock clock;
  runner::TestRunRequest request;
  request.backtrace = [](const runner::Trap& trap) { return fmt::format("{} frames after {}\n", trap.frames.size(), trap.reason); };
  runner::TestView view;
  const auto start = [](const auto&, base::OutputSink& sink) -> Result<runner::StartedProgram> {
    sink.on_stdout(
        "\nrunning 1 test\ntest bad ... FAILED\n\nfailures:\n\n---- bad stdout ----\npanicked at src/lib.rs:1:2:\nsums\n"
        "RuntimeError: unreachable\n    at app.wasm.bad (app_bg.wasm:wasm-function[3]:0x10)\n    at app.js:1:2\n\n\nfailures:\n    bad\n\n"
        "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\n");
    return runner::StartedProgram{{1, 0}, false};
  };
  for (const bool reads : {false, true}) {
    request.reads_output = reads;
    const auto result = runner::run_test_program(clock, start, request, view);
    REQUIRE(result);
    REQUIRE(result->cases.size() == 1);
    CHECK(result->cases.front().backtrace == (reads ? "1 frames after unreachable\n" : ""));
    CHECK((result->cases.front().output == "panicked at src/lib.rs:1:2:\nsums\n") == reads);
  }
}
