#include <cargo_wasm/postlink/component.hpp>
#include <cargo_wasm/postlink/split.hpp>
#include <cargo_wasm/postlink/strip.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::postlink;

namespace {

const std::string k_component("\0asm\x0d\0\1\0", 8);

std::string stripped(StripLevel level)
{
  TestEnv world;
  world.fs.add(
      "/a.wasm",
      wasm_module({custom("name", "n"), custom("target_features", "t"), custom(".debug_info", "d"), custom("component-type:x", "c")}));
  REQUIRE(strip_module(world.env(), "/a.wasm", "/b.wasm", level).has_value());
  return *world.fs.read("/b.wasm");
}

} // namespace

TEST_CASE("what is stripped is what wasm-ld strips, and what components are made from stays", "[postlink]")
{
  CHECK(stripped(StripLevel::none) ==
        wasm_module({custom("name", "n"), custom("target_features", "t"), custom(".debug_info", "d"), custom("component-type:x", "c")}));
  CHECK(stripped(StripLevel::debuginfo) ==
        wasm_module({custom("name", "n"), custom("target_features", "t"), custom("component-type:x", "c")}));
  CHECK(stripped(StripLevel::symbols) == wasm_module({custom("component-type:x", "c")}));
}

TEST_CASE("debug information goes to a file of its own, which the module names", "[postlink]")
{
  TestEnv world;
  const std::string whole = wasm_module({custom("name", "n"), custom(".debug_line", "d")});
  world.fs.add("/a.wasm", whole);
  REQUIRE(split_module(world.env(), {"/a.wasm", "/b.wasm", "/out/app.debug", "app.debug.wasm"}).has_value());
  CHECK(*world.fs.read("/b.wasm") == wasm_module({custom("name", "n"),
                                                  custom("external_debug_info",
                                                         "\x0e"
                                                         "app.debug.wasm")}));
  CHECK(*world.fs.read("/out/app.debug") == whole);
}

TEST_CASE("without debug information there is nothing to split", "[postlink]")
{
  TestEnv world;
  const std::string whole = wasm_module({custom("name", "n")});
  world.fs.add("/a.wasm", whole);
  REQUIRE(split_module(world.env(), {"/a.wasm", "/b.wasm", "/out/app.debug", "app.debug.wasm"}).has_value());
  CHECK(*world.fs.read("/b.wasm") == whole);
  CHECK_FALSE(world.fs.exists("/out/app.debug"));
}

TEST_CASE("a component where a module is needed is told, and so is what is no wasm", "[postlink]")
{
  TestEnv world;
  world.fs.add("/a.wasm", k_component);
  world.fs.add("/b.wasm", "hello");
  const auto component = strip_module(world.env(), "/a.wasm", "/c.wasm", StripLevel::symbols);
  REQUIRE_FALSE(component.has_value());
  CHECK(base::render(component.error(), base::Severity::error, false) ==
        "error[CW0857]: `/a.wasm` is a component, and a module is needed\n"
        "   = note: optimizers and wasm-bindgen read the module inside a component before it is wrapped\n"
        "   = help: build for `wasm32-wasip2` with `wasm-opt` in the profile: cargo-wasm optimizes first and wraps then\n");
  const auto text = make_component(
      world.env(), {.core = "/b.wasm", .output = "/c.wasm", .component_ld = "/x", .linker = "/y", .adapter = {}, .extra = {}});
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().message == "`/b.wasm` is no WebAssembly module");
  CHECK_FALSE(world.fs.exists("/c.wasm"));
}

TEST_CASE("a level that nobody has is a mistake in the command line", "[postlink]")
{
  const auto level = parse_strip_level("names");
  REQUIRE_FALSE(level.has_value());
  CHECK(level.error().blame == Blame::usage);
}
