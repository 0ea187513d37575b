#include <cargo_wasm/browser/browse.hpp>
#include <cargo_wasm/browser/chromium.hpp>

#include <algorithm>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::browser;

namespace {

template <class T> std::string rendered(const Result<T>& result)
{
  REQUIRE(!result);
  return base::render(result.error(), base::Severity::error, false);
}

constexpr const char* k_help =
    "   = help: `apt-get install chromium` brings it; `[wasm.tools] chromium = \"PATH\"` or the variable CHROME names another\n";

} // namespace

TEST_CASE("Chromium is the configured one, else that of CHROME, else the first of its names on PATH", "[browser][chromium]")
{
  TestEnv world;
  world.vars = {{"PATH", "/a:/b"}};
  CHECK(rendered(find_chromium(world.env(), {})) == std::string("error[CW0970]: there is no Chromium to open a page with\n") + k_help);
  world.fs.add("/a/google-chrome", "", 0755).add("/b/chromium", "", 0755).add("/c/chrome", "", 0755).add("/d/other", "", 0755);
  CHECK(find_chromium(world.env(), {}) == base::Path("/b/chromium"));
  world.vars["CHROME"] = "google-chrome";
  CHECK(find_chromium(world.env(), {}) == base::Path("/a/google-chrome"));
  CHECK(find_chromium(world.env(), base::Path("/d/other")) == base::Path("/d/other"));
  CHECK(rendered(find_chromium(world.env(), base::Path("/d/none"))) ==
        std::string("error[CW0970]: `/d/none`, which `wasm.tools.chromium` names, is no program\n") + k_help);
  world.vars["CHROME"] = "/none";
  CHECK(rendered(find_chromium(world.env(), {})) ==
        std::string("error[CW0970]: `/none`, which the variable CHROME names, is no program\n") + k_help);
}

TEST_CASE("the sandbox is left out for root alone", "[browser][chromium]")
{
  const auto has = [](bool is_root) {
    const auto arguments = chromium_arguments("/tmp/p", is_root);
    CHECK(std::ranges::count(arguments, "--user-data-dir=/tmp/p") == 1);
    CHECK(std::ranges::count(arguments, "--remote-debugging-pipe") == 1);
    return std::ranges::count(arguments, "--no-sandbox") == 1;
  };
  CHECK(has(true));
  CHECK(!has(false));
}

TEST_CASE("memory of modules is limited by V8", "[browser][chromium]")
{
  const auto arguments = chromium_arguments("/tmp/p", false, 64ULL << 20U);
  CHECK(std::ranges::count(arguments, "--js-flags=--wasm-max-mem-pages=1024") == 1);
  CHECK(arguments.back() == "about:blank");
  CHECK(memory_flag(1) == "--wasm-max-mem-pages=1");
}

TEST_CASE("a component, and what is no wasm, is not opened in a page", "[browser][browse]")
{
  TestEnv world({{"/c.wasm", wasm_component({})}, {"/t.wasm", "text"}});
  BrowseRequest request;
  request.chromium = "/bin/chromium";
  request.module = "/c.wasm";
  CHECK(rendered(browse(world.env(), request)) == "error[CW0976]: `/c.wasm` is a component, which browsers cannot load\n"
                                                  "   = help: build a module: `--target wasm32-wasip1`\n");
  request.module = "/t.wasm";
  CHECK(rendered(browse(world.env(), request)) == "error[CW0976]: `/t.wasm` is no WebAssembly module\n"
                                                  "   = help: give it a `.wasm` file that a linker wrote\n");
}

TEST_CASE("a browser that misses its sandbox is told with the package that has it", "[browser][chromium]")
{
  const TempDir directory;
  directory.write("app.wasm", wasm_module({}));
  directory.write_executable("chromium", "#!/bin/sh\necho 'FATAL: No usable sandbox! If this is' >&2\nexit 1\n");
  RealEnv world(directory.path());
  BrowseRequest request;
  request.chromium = directory / "chromium";
  request.module = directory / "app.wasm";
  CHECK(rendered(browse(world.env(), request)) ==
        "error[CW0971]: `" + request.chromium.native() +
            "` ended at its start\n"
            "   = note: it said: FATAL: No usable sandbox! If this is\n"
            "   = help: `apt-get install chromium-sandbox` brings the sandbox that it misses\n"
            "   = help: start it by hand with `--headless --dump-dom about:blank` to see whether it works here\n");
}

TEST_CASE("a browser that ends at its start is told with its last words, and its directory is gone", "[browser][chromium]")
{
  const TempDir directory;
  directory.write("app.wasm", wasm_module({}));
  directory.write_executable("chromium", "#!/bin/sh\necho no display >&2\nexit 1\n");
  directory.write("tmp/keep", "");
  RealEnv world(directory.path());
  world.vars["TMPDIR"] = (directory / "tmp").native();
  BrowseRequest request;
  request.chromium = directory / "chromium";
  request.module = directory / "app.wasm";
  CHECK(rendered(browse(world.env(), request)) ==
        "error[CW0971]: `" + request.chromium.native() +
            "` ended at its start\n"
            "   = note: it said: no display\n"
            "   = help: start it by hand with `--headless --dump-dom about:blank` to see whether it works here\n");
  const auto left = world.fs().list(directory / "tmp");
  REQUIRE(left);
  CHECK(left->size() == 1);
}
