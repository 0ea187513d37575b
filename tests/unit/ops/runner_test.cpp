#include "runner.hpp"

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

#include "suite_runs.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string suite_module(std::string_view place)
{
  std::vector<std::string> sections = {section(1, vec({func_type({}, {})})),
                                       section(3, vec({leb(0)})),
                                       section(7, vec({export_item("__wbgt__app::adds", 0, 0)})),
                                       section(10, vec({body("")}))};
  if (!place.empty()) {
    sections.push_back(custom("__wasm_bindgen_test_unstable", place));
  }
  return wasm_module(sections);
}

struct World
{
  TestEnv world;
  ops::RunnerRequest request;

  explicit World(std::string_view place = {})
  {
    world.vars = {{"PATH", "/bin"}};
    world.fs.add("/bin/node", "", 0755).add("/bin/chromium", "", 0755).add("/p/target/app.wasm", suite_module(place));
    request.program = "/p/target/app.wasm";
    request.triple = "wasm32-unknown-unknown";
    request.own_program = "/bin/cargo-wasm";
    request.arguments = {"adds"};
    request.cwd = "/p";
  }
  std::string command()
  {
    const auto chosen = ops::choose_runner(world.env(), request);
    return chosen ? base::to_shell_string(chosen->command) : base::render(chosen.error(), base::Severity::error, false);
  }
};

struct Suite : World
{
  explicit Suite(std::string_view place = {}, bool is_for_pages = false) : World(place)
  {
    request.suite = ops::SuiteOfProgram{"/p/target/suites/app", "/p/target/suites/app/app_bg.wasm", is_for_pages};
  }
};

constexpr const char* k_start = "/bin/cargo-wasm module bindgen-test /p/target/app.wasm --bindings /p/target/suites/app --host ";

} // namespace

TEST_CASE("a suite runs on the host that is named, else where it says, else where its package is for", "[ops][runner]")
{
  Suite here;
  CHECK(here.command() == k_start + std::string("node -- adds"));
  here.request.memory_bytes = 65536;
  here.request.chromium = "/bin/chromium";
  here.request.host = "chrome@140";
  CHECK(here.command() == k_start + std::string("browser --config 'wasm.tools.chromium=\"/bin/chromium\"' --max-memory 65536 -- adds"));
  CHECK(Suite("\x01").command() == k_start + std::string("browser -- adds"));
  CHECK(Suite({}, true).command() == k_start + std::string("browser -- adds"));
  CHECK(Suite("\x05", true).command() == k_start + std::string("node -- adds"));
}

TEST_CASE("a host without JavaScript says that it runs no suites, and one that is missing how to get it", "[ops][runner]")
{
  Suite here;
  here.request.host = "wasmtime";
  CHECK(here.command() == "error[CW0939]: host `wasmtime` does not run suites of `#[wasm_bindgen_test]`\n"
                          "   = note: JavaScript starts them, test by test\n"
                          "   = help: `--host node` and `--host browser` run them\n"
                          "   = help: `#[test]` functions run under WASI: `--target wasm32-wasip1`\n");
  here.world.vars = {{"PATH", "/nowhere"}};
  here.request.host = "node";
  CHECK(here.command() == "error[CW0930]: host `node` is not on this machine: no `node` on PATH\n"
                          "   = help: `apt-get install nodejs` brings it, on other systems https://nodejs.org\n");
  here.request.host = "browser";
  CHECK(here.command() == "error[CW0930]: host `browser` is not on this machine: no `chromium` on PATH\n"
                          "   = help: `apt-get install chromium` brings it\n");
  CHECK(ops::suites_on({"wasmtime", "wazero"}).empty());
  CHECK(ops::suites_on({"wasmtime", "node22"}) == "node");
  CHECK(ops::suites_on({"chrome"}) == "browser");
  CHECK(ops::suites_on({}) == "any");
}

TEST_CASE("a program with bindings runs in a page, and nowhere else", "[ops][runner]")
{
  World here;
  here.world.fs.add("/p/target/app.wasm", wasm_module({}));
  here.request.bindings = "/p/target/bindgen/app";
  here.request.host = "browser";
  CHECK(here.command() == "/bin/cargo-wasm module browse /p/target/app.wasm --bindings /p/target/bindgen/app -- adds");
  here.request.host = "node";
  CHECK(here.command() == "error[CW0934]: host `node` does not run programs for `wasm32-unknown-unknown`\n"
                          "   = help: build for one that it runs: `--target wasm32-wasip1`\n");
}

TEST_CASE("a runner that is a script is not started when what interprets it is missing", "[ops][runner]")
{
  World here;
  here.request.configured = manifest::PathAndArgs{"/p/host/run.mjs", {"-v"}};
  here.world.fs.add("/p/host/run.mjs", "#!/usr/bin/env -S node --no-warnings\nimport 'fs';\n", 0755);
  CHECK(here.command() == "/p/host/run.mjs -v /p/target/app.wasm adds");
  here.world.vars = {{"PATH", "/nowhere"}};
  CHECK(here.command() == "error[CW0941]: the runner `/p/host/run.mjs` needs `node`, which is not on PATH\n"
                          "   = help: `apt-get install nodejs` brings it, on other systems https://nodejs.org\n");
  here.world.fs.add("/p/host/run.mjs", "#! /opt/lua -i\n", 0755);
  CHECK(here.command() == "error[CW0941]: the runner `/p/host/run.mjs` needs `/opt/lua`, which is not there\n");
  here.world.fs.add("/p/host/run.mjs",
                    "\x7f"
                    "ELF",
                    0755);
  CHECK(here.command() == "/p/host/run.mjs -v /p/target/app.wasm adds");
}
