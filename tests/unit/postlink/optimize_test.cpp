#include <cargo_wasm/postlink/optimize.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::postlink;
using test::body;
using test::bytes;
using test::section;

namespace {

std::string module_with(const std::vector<std::string>& more, const std::string& exported = "run")
{
  std::vector<std::string> sections{section(1, vec({func_type({}, {})})),
                                    section(3, vec({leb(0)})),
                                    section(7, vec({export_item(exported, 0, 0)})),
                                    section(10, vec({body("")}))};
  sections.insert(sections.end(), more.begin(), more.end());
  return wasm_module(sections);
}

std::string features(const std::vector<std::string>& names)
{
  std::vector<std::string> entries;
  for (const std::string& name : names) {
    entries.push_back("+" + sized(name));
  }
  return custom("target_features", vec(entries));
}

/// wasm-opt in a world of fakes: it writes what it is told to.
struct Optimizer
{
  explicit Optimizer(const std::string& input)
  {
    world.fs.add("/app.wasm", input);
    request.input = "/app.wasm";
    request.output = "/out/app.wasm";
    request.tool = {"/usr/bin/wasm-opt", "version 7", {"enable-simd"}, true};
    request.level = "z";
  }

  void writes(std::string at_level, std::string module)
  {
    world.process.on("wasm-opt",
                     {"-O" + at_level},
                     [this, module = std::move(module)](const base::Command& command, base::OutputSink&, std::stop_token) {
                       last = command;
                       read = world.fs.read(command.args.front()).value_or("");
                       REQUIRE(world.fs.write_atomic(command.args[2], module).has_value());
                       return Result<base::Exit>(base::Exit{});
                     });
  }

  std::string warnings()
  {
    const base::Env env = world.env();
    const auto outcome = optimize(env, request);
    if (!outcome) {
      return base::render(outcome.error(), base::Severity::error, false);
    }
    level = outcome->level;
    once_because = outcome->once_because;
    std::string text;
    for (const Error& warning : outcome->warnings) {
      text += base::render(warning, base::Severity::warning, false);
    }
    return text;
  }

  [[nodiscard]] std::string output() { return world.fs.read("/out/app.wasm").value_or("nothing"); }

  TestEnv world;
  OptimizeRequest request;
  base::Command last;
  std::string read; ///< what the tool was given
  std::string level, once_because;
};

} // namespace

TEST_CASE("wasm-opt is told the features, keeps names, and its output takes the place by name", "[postlink][optimize]")
{
  Optimizer tool(module_with({features({"simd128"})}));
  tool.request.extra = {"--converge"};
  tool.writes("z", module_with({custom("small", "x")}));
  CHECK(tool.warnings().empty());
  CHECK(tool.output() == module_with({custom("small", "x")}));
  CHECK(tool.level == "z");
  const std::vector<std::string> options(tool.last.args.begin() + 3, tool.last.args.end());
  CHECK(options == std::vector<std::string>{"-Oz", "-g", "--enable-simd", "--converge"});
}

TEST_CASE("a feature that the tool does not know leaves the module as it was linked", "[postlink][optimize]")
{
  const std::string input = module_with({features({"gc", "simd128"})});
  Optimizer tool(input);
  CHECK(tool.warnings() ==
        "warning[CW0852]: wasm-opt version 7 does not know `gc`, so the module stays as it was linked\n"
        "   = note: the module uses these features of WebAssembly, and an optimizer that does not know them would refuse it\n"
        "   = help: use a newer wasm-opt: `npm install binaryen` brings one for a project\n");
  CHECK(tool.output() == input);
  CHECK(tool.world.process.commands().empty());
}

TEST_CASE("of a stripped module the features are read in its code", "[postlink][optimize]")
{
  const std::string type = section(1, vec({func_type({}, {0x7f})}));
  const std::string code = section(10, vec({body(bytes({0x41, 0x01, 0xc0}))})); // i32.const 1, i32.extend8_s
  Optimizer tool(wasm_module({type, section(3, vec({leb(0)})), section(7, vec({export_item("run", 0, 0)})), code}));
  tool.request.tool.enable_flags = {"enable-sign-ext", "enable-simd"};
  tool.writes("z", module_with({}));
  CHECK(tool.warnings().empty());
  CHECK(tool.last.args.back() == "--enable-sign-ext");
}

TEST_CASE("debug information goes before a tool that would leave it wrong, with a warning where it was wanted", "[postlink][optimize]")
{
  Optimizer tool(module_with({custom(".debug_line", "lines"), custom("name", "n")}));
  tool.request.tool.updates_dwarf = false;
  tool.writes("z", module_with({}));
  CHECK(tool.warnings().starts_with("warning[CW0856]: wasm-opt version 7 does not carry debug information along, so it was taken out\n"));
  CHECK(tool.read == module_with({custom("name", "n")}));
  tool.request.keeps_debug_info = false;
  CHECK(tool.warnings().empty());
  tool.request.keeps_debug_info = true;
  tool.request.tool.updates_dwarf = true;
  CHECK(tool.warnings().empty());
  CHECK(tool.read == module_with({custom(".debug_line", "lines"), custom("name", "n")}));
}

TEST_CASE("where the tool does not carry lines along, it gets a map, and the module names the one that comes out", "[postlink][optimize]")
{
  Optimizer tool(module_with({custom(".debug_line", "lines"), custom("name", "n")}));
  tool.request.tool.updates_dwarf = false;
  tool.request.source_map = base::Path("/out/app.map");
  tool.request.source_map_url = "app.wasm.map";
  tool.writes("z", module_with({}));
  CHECK(tool.warnings().empty());
  CHECK(tool.read == module_with({custom("name", "n")}));
  const auto& args = tool.last.args;
  CHECK(std::ranges::find(args, "-ism") != args.end());
  CHECK(std::ranges::find(args, "-osm") != args.end());
  CHECK(tool.output() == module_with({custom("sourceMappingURL",
                                             "\x0c"
                                             "app.wasm.map")}));
  CHECK(tool.world.fs.exists("/out/app.map"));
}

TEST_CASE("a tool that fails is told with its words, and the artifact of an earlier build stays", "[postlink][optimize]")
{
  Optimizer tool(module_with({}));
  tool.world.fs.add("/out/app.wasm", "earlier");
  tool.world.process.on("wasm-opt", {"-Oz"}, {.out = {}, .err = "Fatal: invalid opcode\nat 412\n", .exit = {1, 0}});
  CHECK(tool.warnings() ==
        "error[CW0853]: wasm-opt version 7 failed\n"
        "   = note: `/usr/bin/wasm-opt /app.wasm -o /out/app.wasm.Oz.tmp -Oz -g` ended with exit status: 1\n"
        "   = note: Fatal: invalid opcode\n"
        "   = note: at 412\n"
        "   = help: the module as it was linked is left as it is; `wasm-opt = false` in the profile builds without this step\n");
  CHECK(tool.output() == "earlier");
  CHECK_FALSE(tool.world.fs.exists("/out/app.wasm.Oz.tmp"));
}

TEST_CASE("output that lacks an export, or is no module, is refused", "[postlink][optimize]")
{
  Optimizer tool(module_with({}));
  tool.writes("z", module_with({}, "walk"));
  CHECK(tool.warnings() == "error[CW0855]: wasm-opt version 7 was content, but what it wrote cannot be used\n"
                           "   = note: the export `run` is gone\n"
                           "   = help: try another version of it, or `wasm-opt = false` in the profile\n");
  tool.writes("z", "garbage");
  CHECK(tool.warnings().find("cannot be used") != std::string::npos);
  CHECK(tool.output() == "nothing");
}

TEST_CASE("of several levels the smallest module wins", "[postlink][optimize]")
{
  Optimizer tool(module_with({}));
  tool.request.level = "auto";
  tool.writes("2", module_with({custom("x", std::string(90, 'x'))}));
  tool.writes("3", module_with({custom("x", std::string(80, 'x'))}));
  tool.writes("s", module_with({custom("x", std::string(10, 'x'))}));
  tool.writes("z", module_with({custom("x", std::string(20, 'x'))}));
  CHECK(tool.warnings().empty());
  CHECK(tool.level == "s");
}

TEST_CASE("what the smallest is, is measured as it was asked: bytes, or what they become on their way", "[postlink][optimize]")
{
  std::string varied; // gains nothing by compression
  for (unsigned i = 0; i < 60; ++i) {
    varied += static_cast<char>(i * 37 % 251);
  }
  for (const auto& [measure, wins] : {std::pair{"size", "3"}, std::pair{"gzip", "2"}, std::pair{"brotli", "2"}}) {
    Optimizer tool(module_with({}));
    tool.request.level = "auto";
    tool.request.measure = measure;
    tool.writes("2", module_with({custom("x", std::string(90, 'x'))}));
    tool.writes("3", module_with({custom("x", varied)}));
    tool.writes("s", module_with({custom("x", varied + varied)}));
    tool.writes("z", module_with({custom("x", varied + varied)}));
    CHECK(tool.warnings().empty());
    CHECK(tool.level == wins);
  }
}

TEST_CASE("a run without an end is ended, and a quick level takes its place", "[postlink][optimize]")
{
  Optimizer tool(module_with({}));
  tool.request.longest = std::chrono::milliseconds(900); // the quick one has to end in it
  tool.writes("1", module_with({custom("x", "quick")}));
  tool.world.process.on("wasm-opt", {"-Oz"}, [](const base::Command&, base::OutputSink&, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return Result<base::Exit>(base::Exit{0, 15});
  });
  CHECK(tool.warnings() ==
        "warning[CW0854]: wasm-opt took more than 0 s with `-Oz`\n"
        "   = note: `-O1` was used instead\n"
        "   = note: how fast this machine was just now decided that, so the result is good for this build only: the next one "
        "tries again\n"
        "   = help: choose a lower `wasm-opt` level for this profile, or allow more time: `[wasm.tools] wasm-opt-timeout = "
        "SECONDS`\n");
  CHECK(tool.level == "1");
  CHECK(tool.once_because == "wasm-opt took more than 0 s with `-Oz`");
  CHECK(tool.output() == module_with({custom("x", "quick")}));
}

TEST_CASE("a build that confuses tables does not get a module that exports a second one", "[postlink][optimize]")
{
  const std::string tables = section(4, vec({bytes({0x70, 0, 1}), bytes({0x6f, 0, 1})}));
  const auto module_exporting = [&](unsigned table) { return wasm_module({tables, section(7, vec({export_item("t", 1, table)}))}); };
  Optimizer tool(module_exporting(1));
  tool.request.tool.exports_later_tables = false;
  tool.request.tool.enable_flags.emplace("enable-reference-types");
  CHECK(tool.warnings() ==
        "warning[CW0964]: wasm-opt version 7 confuses the tables of this module, so it stays as it was linked\n"
        "   = note: the module exports a second table, as JavaScript bindings need it, and this build would export the first "
        "in its place\n"
        "   = help: use a newer wasm-opt: `npm install binaryen` brings one for a project\n");
  CHECK(tool.output() == module_exporting(1));
  Optimizer other(module_exporting(0));
  other.request.tool = tool.request.tool;
  other.writes("z", module_exporting(0));
  CHECK(other.warnings().empty());
  CHECK(other.level == "z");
}
