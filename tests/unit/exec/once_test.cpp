// A step whose result is good for one build only, in a graph of nothing else.
#include <filesystem>
#include <fstream>

#include <cargo_wasm/exec/execute.hpp>

#include "support/catch.hpp"
#include "support/fake_process_runner.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

struct Step
{
  test::TempDir dir;
  test::RealEnv real{dir.path()};
  test::FakeProcessRunner process;
  plan::ActionGraph graph;
  bool is_slow = true;
  int runs = 0;

  Step()
  {
    graph.workspace_root = dir.path();
    graph.target_directory = dir / "target";
    graph.state_directory = dir / "target/.cargo-wasm";
    plan::ActionTemplate action;
    action.kind = plan::ActionKind::tool;
    action.program = "/bin/step";
    action.cwd = dir.path();
    action.identity = "app/step";
    action.outputs = {{.path = graph.state_directory / "made"}};
    action.once_file = graph.state_directory / "made.once";
    graph.actions.push_back(action);
    graph.roots = {0};
    process.on("step", {}, [this](const base::Command&, base::OutputSink&, std::stop_token) {
      ++runs;
      std::ofstream(graph.actions[0].outputs[0].path) << (is_slow ? "quick" : "thorough");
      if (is_slow) {
        std::ofstream(*graph.actions[0].once_file) << "the clock decided\n";
      }
      return Result<base::Exit>(base::Exit{});
    });
  }

  ActionRecord build()
  {
    base::Env env = real.env();
    test::BufferReporter reporter(base::Verbosity::normal);
    ExecuteOptions options;
    options.jobs = 1;
    const auto outcome = execute(base::Env{env.fs, process, env.http, env.clock, reporter, env.vars, env.cwd}, graph, options);
    REQUIRE(outcome.has_value());
    return outcome->actions.front();
  }
};

} // namespace

TEST_CASE("execute: a result that is good for once is used, and made again by the next build", "[exec][freshness]")
{
  Step step;
  CHECK(step.build().is_for_once);
  CHECK(step.build().dirty == DirtyReason{DirtyKind::made_once, "the clock decided", {}, {}});
  CHECK(step.runs == 2);
  CHECK(step.dir.read("target/.cargo-wasm/made") == "quick");
  step.is_slow = false;
  CHECK_FALSE(step.build().is_for_once);
  CHECK(step.dir.read("target/.cargo-wasm/made") == "thorough");
  CHECK(step.build().state == ActionState::fresh);
  CHECK(step.runs == 3);
}
