#include <cargo_wasm/browser/suite.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::browser;

namespace {

const std::vector<std::string> k_exports = {"__wbgt__app::adds", "__wbgt_$_app::later", "__wbgt__app::math::adds_more", "__wbgt__nameless"};

SuiteSelection selected(const std::vector<std::string>& words)
{
  const auto arguments = parse_suite_arguments(words);
  REQUIRE(arguments);
  return select_tests(k_exports, *arguments);
}

/// A test program with two tests, and what `wasm_bindgen_test_configure!` wrote, if anything.
std::string test_program(std::string_view place)
{
  std::vector<std::string> sections = {section(1, vec({func_type({}, {})})),
                                       section(3, vec({leb(0)})),
                                       section(7, vec({export_item("__wbgt__app::adds", 0, 0), export_item("__wbgt__app::lists", 0, 0)})),
                                       section(10, vec({body("")}))};
  if (!place.empty()) {
    sections.push_back(custom("__wasm_bindgen_test_unstable", place));
  }
  return wasm_module(sections);
}

struct World
{
  TestEnv world;
  SuiteRequest request;
  explicit World(std::string_view place = {})
  {
    world.fs.add("/app.wasm", test_program(place)).add("/out/app_bg.wasm").add("/out/app.js", "exports.f = 1; let wasm;");
    request.module = "/app.wasm";
    request.bindings = "/out";
  }
  Result<int> run() { return run_suite(world.env(), request, "/bin/node"); }
};

} // namespace

TEST_CASE("suite: all tests run unless something leaves them out, ignored ones included: the context tells them", "[browser][suite]")
{
  CHECK(selected({}) == SuiteSelection{{"__wbgt__app::adds", "__wbgt_$_app::later", "__wbgt__app::math::adds_more"}, 0});
  CHECK(selected({"adds"}) == SuiteSelection{{"__wbgt__app::adds", "__wbgt__app::math::adds_more"}, 1});
  CHECK(selected({"--exact", "adds"}) == SuiteSelection{{"__wbgt__app::adds"}, 2});
  CHECK(selected({"later", "math::"}) == SuiteSelection{{"__wbgt_$_app::later", "__wbgt__app::math::adds_more"}, 1});
  CHECK(selected({"--skip", "math", "--skip=later"}) == SuiteSelection{{"__wbgt__app::adds"}, 2});
  CHECK(selected({"--ignored"}) == SuiteSelection{{"__wbgt_$_app::later"}, 2});
}

TEST_CASE("suite: options of libtest that change nothing here are taken", "[browser][suite]")
{
  SuiteArguments expected;
  expected.nocapture = true;
  expected.filters = {"adds"};
  const auto parsed = parse_suite_arguments({"--test-threads", "1", "--color=never", "-q", "--nocapture", "--format", "pretty", "adds"});
  REQUIRE(parsed);
  CHECK(*parsed == expected);
  const auto unknown = parse_suite_arguments({"--bench"});
  REQUIRE(!unknown);
  CHECK(base::render(unknown.error(), base::Severity::error, false) ==
        "error[CW0782]: suites of wasm-bindgen-test have no option `--bench`\n"
        "   = help: they have `--exact`, `--skip`, `--ignored`, `--include-ignored`, `--nocapture`, `--list`, and filters\n");
}

TEST_CASE("suite: it runs where it says, and in Node when it says nothing", "[browser][suite]")
{
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "node"}, {"\x01", "browser"}, {"\x02", "browser"}, {"\x03", "browser"}, {"\x05", "node"}};
  for (const auto& [place, host] : cases) {
    World world(place);
    const auto chosen = suite_host(world.world.env(), world.request);
    REQUIRE(chosen);
    CHECK(*chosen == host);
  }
}

TEST_CASE("suite: where it says nothing, it runs where the caller wishes; bindings are for that, and none where no test runs",
          "[browser][suite]")
{
  struct Case
  {
    std::string_view place;
    std::optional<std::string> host;
    std::string otherwise;
    std::optional<std::string> bindings;
  };
  const Case cases[] = {{"", {}, "node", "nodejs"},
                        {"", {}, "browser", "web"},
                        {"", "browser", "node", "web"},
                        {"\x01", {}, "node", "web"},
                        {"\x01", "node", "node", std::nullopt},
                        {"\x02", "browser", "node", "web"},
                        {"\x05", {}, "browser", "nodejs"},
                        {"\x05", "browser", "node", std::nullopt}};
  for (const Case& wish : cases) {
    World world(wish.place);
    world.request.host = wish.host;
    world.request.otherwise = wish.otherwise;
    const auto bindings = suite_bindings(world.world.env(), world.request);
    REQUIRE(bindings);
    CHECK(*bindings == wish.bindings);
  }
  World world;
  world.world.fs.add("/app.wasm", wasm_module({}));
  const auto bindings = suite_bindings(world.world.env(), world.request);
  REQUIRE(bindings);
  CHECK(!*bindings);
}

TEST_CASE("suite: Node is told how much memory there may be", "[browser][suite]")
{
  World world;
  world.request.memory_bytes = 64ULL << 20U;
  world.world.process.on("node", {"--expose-gc"}, ScriptedRun{"", "", {0}});
  REQUIRE(world.run() == 0);
  CHECK(world.world.process.commands().front().args[1] == "--wasm-max-mem-pages=1024");
}

TEST_CASE("suite: --list names the tests and starts nothing", "[browser][suite]")
{
  World world;
  world.request.arguments = {"--list"};
  const auto status = world.run();
  REQUIRE(status);
  CHECK(*status == 0);
  CHECK(world.world.reporter.out() == "adds: test\nlists: test\n");
  CHECK(world.world.process.commands().empty());
}

TEST_CASE("suite: --help says what there is", "[browser][suite]")
{
  World world;
  world.request.arguments = {"--help"};
  REQUIRE(world.run() == 0);
  CHECK(world.world.reporter.out() ==
        "Suites of wasm-bindgen-test have `--exact`, `--skip`, `--ignored`, `--include-ignored`, `--nocapture`, `--list`, and filters.\n");
}

TEST_CASE("suite: without a test that is left the result is said all the same", "[browser][suite]")
{
  World world;
  world.request.arguments = {"nothing like it"};
  REQUIRE(world.run() == 0);
  CHECK(world.world.reporter.out() == "\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 2 filtered out\n\n");
}

TEST_CASE("suite: tests for a page do not run in Node, which is said", "[browser][suite]")
{
  World world("\x01");
  world.request.host = "node";
  REQUIRE(world.run() == 0);
  CHECK(world.world.reporter.err() == "note: `app.wasm` says that its tests run in a page\n");
  CHECK(world.world.process.commands().empty());
}

TEST_CASE("suite: Node gets the script of the bindings and the tests that were selected, and its status is ours", "[browser][suite]")
{
  World world;
  world.request.arguments = {"lists", "--nocapture"};
  world.world.process.on("node", {"--expose-gc"}, ScriptedRun{"running\n", "", {1}});
  REQUIRE(world.run() == 1);
  CHECK(world.world.reporter.out() == "running\n");
  const auto commands = world.world.process.commands();
  REQUIRE(commands.size() == 1);
  REQUIRE(commands.front().args.size() == 5);
  CHECK(commands.front().args[1] == "-e");
  CHECK(commands.front().args[4].find("export async function runTests(") != std::string::npos);
  CHECK(commands.front().args[3] ==
        R"({"filtered":1,"includeIgnored":false,"nocapture":true,"script":"/out/app.js","tests":["__wbgt__app::lists"]})");
}

TEST_CASE("suite: bindings for another host are told", "[browser][suite]")
{
  World world;
  world.world.fs.add("/out/app.js", "export { initSync, __wbg_init as default };");
  const auto status = world.run();
  REQUIRE(!status);
  CHECK(base::render(status.error(), base::Severity::error, false) ==
        "error[CW0979]: the bindings `/out/app.js` are not for Node\n"
        "   = help: make them with `cargo-wasm module bindgen --bindgen nodejs`\n");
}

TEST_CASE("suite: tests of an older crate are told, and not passed over", "[browser][suite]")
{
  World world;
  world.world.fs.add("/app.wasm",
                     wasm_module({section(1, vec({func_type({}, {})})),
                                  section(3, vec({leb(0)})),
                                  section(7, vec({export_item("__wbgt_adds_0", 0, 0)})),
                                  section(10, vec({body("")}))}));
  const auto status = world.run();
  REQUIRE(!status);
  CHECK(base::render(status.error(), base::Severity::error, false) ==
        "error[CW0942]: the tests of `app.wasm` are of a `wasm-bindgen-test` before 0.3.50\n"
        "   = note: a later one tells the names of tests, by which they are chosen and told apart\n"
        "   = help: `cargo-wasm update wasm-bindgen-test wasm-bindgen`\n"
        "   = help: or let its own runner run them: `[target.wasm32-unknown-unknown] runner = \"wasm-bindgen-test-runner\"`\n");
}

TEST_CASE("suite: workers that are shared are told", "[browser][suite]")
{
  World world("\x03");
  const auto status = world.run();
  REQUIRE(!status);
  CHECK(base::render(status.error(), base::Severity::error, false) ==
        "error[CW0983]: the suite `app.wasm` wants a shared worker\n"
        "   = note: suites run in a page or in a dedicated worker here\n"
        "   = help: `wasm_bindgen_test_configure!(run_in_dedicated_worker)` is the nearest\n");
}
