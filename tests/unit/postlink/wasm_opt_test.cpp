#include <cargo_wasm/postlink/wasm_opt.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::postlink;

namespace {

WasmOpt old_tool()
{
  return {"/usr/bin/wasm-opt",
          "version 108",
          {"enable-bulk-memory", "enable-reference-types", "enable-simd", "enable-threads", "enable-sign-ext"},
          true};
}

FeatureOptions options_for(const WasmOpt& tool, const std::vector<std::string>& features)
{
  return feature_options(tool, features);
}

} // namespace

TEST_CASE("features are told in the optimizer's words", "[postlink]")
{
  CHECK(options_for(old_tool(), {"atomics", "sign-ext", "simd128"}).options ==
        std::vector<std::string>{"--enable-sign-ext", "--enable-simd", "--enable-threads"});
}

TEST_CASE("a part of a feature that an older build does not tell apart is the whole feature there", "[postlink]")
{
  const FeatureOptions old = options_for(old_tool(), {"bulk-memory", "bulk-memory-opt", "call-indirect-overlong"});
  CHECK(old.options == std::vector<std::string>{"--enable-bulk-memory", "--enable-reference-types"});
  CHECK(old.unknown.empty());
  WasmOpt newer = old_tool();
  newer.enable_flags.insert({"enable-bulk-memory-opt", "enable-call-indirect-overlong"});
  CHECK(options_for(newer, {"bulk-memory-opt", "call-indirect-overlong"}).options ==
        std::vector<std::string>{"--enable-bulk-memory-opt", "--enable-call-indirect-overlong"});
}

TEST_CASE("features that a build does not know are named", "[postlink]")
{
  CHECK(options_for(old_tool(), {"gc", "sign-ext", "tail-call"}).unknown == std::vector<std::string>{"gc", "tail-call"});
}

TEST_CASE("the configured wasm-opt wins over npm's, and that over PATH; of npm's the nearest", "[postlink]")
{
  TestEnv world;
  world.vars.insert_or_assign("PATH", "/usr/bin");
  const base::Env env = world.env();
  CHECK(find_wasm_opt(env, std::nullopt, "/w/app") == std::nullopt);
  world.fs.add("/usr/bin/wasm-opt", "", 0755);
  CHECK(find_wasm_opt(env, std::nullopt, "/w/app") == base::Path("/usr/bin/wasm-opt"));
  world.fs.add("/w/node_modules/binaryen/bin/wasm-opt", "");
  CHECK(find_wasm_opt(env, std::nullopt, "/w/app") == base::Path("/w/node_modules/binaryen/bin/wasm-opt"));
  world.fs.add("/w/app/node_modules/binaryen/bin/wasm-opt", "");
  CHECK(find_wasm_opt(env, std::nullopt, "/w/app") == base::Path("/w/app/node_modules/binaryen/bin/wasm-opt"));
  CHECK(find_wasm_opt(env, base::Path("/opt/wasm-opt"), "/w/app") == base::Path("/opt/wasm-opt"));
}

TEST_CASE("a program that only has the name is told by what it says", "[postlink]")
{
  TestEnv world;
  world.process.on("wasm-opt", {"--version"}, {.out = "hello\n", .err = {}, .exit = {}});
  const base::Env env = world.env();
  const auto probed = probe_wasm_opt(env, "/opt/bin/wasm-opt", "/cache");
  REQUIRE_FALSE(probed.has_value());
  CHECK(base::render(probed.error(), base::Severity::error, false) ==
        "error[CW0850]: `/opt/bin/wasm-opt` does not answer as wasm-opt does\n"
        "   = note: `--version` printed `hello`\n"
        "   = help: `npm install binaryen` brings one for a project, the distribution's package `binaryen` one for the machine\n");
}
