// A compiler that is replaced while it works, in a graph of one step.
#include "toolchain_check.hpp"

#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/execute.hpp>

#include "support/catch.hpp"
#include "support/fake_process_runner.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

struct Compilation
{
  test::TempDir dir;
  test::RealEnv real{dir.path()};
  test::FakeProcessRunner process;
  test::BufferReporter reporter{base::Verbosity::normal};
  plan::ActionGraph graph;
  std::unique_ptr<cache::Store> store;
  bool is_updated_meanwhile = true;
  int runs = 0;

  Compilation()
  {
    graph.workspace_root = dir / "ws";
    graph.target_directory = dir / "ws/target";
    graph.state_directory = dir / "ws/target/.cargo-wasm";
    dir.write("ws/input", "");
    dir.write("toolchain/bin/rustc", "1.99.0");
    dir.write("toolchain/lib/librustc_driver.so", "of 1.99.0");
    dir.write("toolchain/lib/rustlib/wasm32-wasip1/lib/libstd.rlib", "std");
    plan::ActionTemplate action;
    action.kind = plan::ActionKind::tool;
    action.program = "/bin/step";
    action.cwd = dir / "ws";
    action.identity = "app/step";
    action.inputs = {{plan::TemplateInput::Kind::toolchain, dir / "toolchain", "wasm32-wasip1"}};
    action.outputs = {{.path = graph.state_directory / "made"}};
    graph.actions.push_back(action);
    graph.roots = {0};
    process.on("step", {}, [this](const base::Command&, base::OutputSink&, std::stop_token) {
      ++runs;
      dir.write("ws/target/.cargo-wasm/made", "made");
      if (is_updated_meanwhile) {
        dir.write("toolchain/lib/librustc_driver.so", "of 1.99.1, which is another one");
      }
      return Result<base::Exit>(base::Exit{});
    });
    auto opened = cache::Store::open(real.fs(), real.env().clock, dir / "store");
    REQUIRE(opened);
    store = std::move(*opened);
  }

  BuildOutcome build()
  {
    base::Env env = real.env();
    ExecuteOptions options;
    options.jobs = 1;
    options.cache = CacheUse{.store = store.get(),
                             .memo_directory = dir / "memo",
                             .driver_program = dir / "toolchain/bin/rustc",
                             .home = "/home/u",
                             .open_remotes = {}};
    auto outcome = execute(base::Env{env.fs, process, env.http, env.clock, reporter, env.vars, env.cwd}, graph, options);
    REQUIRE(outcome.has_value());
    return std::move(*outcome);
  }
};

} // namespace

TEST_CASE("execute: what was made while the compiler was replaced is kept nowhere, and said once", "[exec][freshness]")
{
  Compilation at;
  const BuildOutcome first = at.build();
  CHECK(first.success);
  CHECK_FALSE(first.actions.front().digest);
  CHECK(at.reporter.err() == "warning[CW1145]: the compiler was changed during this build\n"
                             "   = note: files of `" +
                                 (at.dir / "toolchain").native() +
                                 "` are no longer those that the build began with\n"
                                 "   = help: results since then are kept for nobody; build again\n");
  at.is_updated_meanwhile = false;
  CHECK(at.build().actions.front().state == ActionState::ran);
  CHECK(at.build().actions.front().state == ActionState::fresh);
  CHECK(at.runs == 2);
  at.dir.write("toolchain/lib/librustc_driver.so", "of 1.99.0");
  CHECK(at.build().actions.front().state == ActionState::ran); // the store has nothing of that compiler
}
