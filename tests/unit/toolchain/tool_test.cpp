// Versions of programs, as they say them.
#include <cargo_wasm/toolchain/tool.hpp>

#include "toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ScriptedRun;
using test::ToolchainFixture;

TEST_CASE("tool: the version in what programs print about themselves", "[toolchain][tool]")
{
  using toolchain::version_in;
  CHECK(version_in("git version 2.39.5") == "2.39.5");
  CHECK(version_in("v20.1.0") == "20.1.0");
  CHECK(version_in("Debian clang version 14.0.6") == "14.0.6");
  CHECK(version_in("cc (Debian 12.2.0-14+deb12u1) 12.2.0") == "12.2.0");
  CHECK(version_in("wasm-opt version 108 (version_108)") == "108");
  CHECK(version_in("LLD 23.1.1 (/checkout/src 1b9c0d5)") == "23.1.1");
  CHECK(version_in("Ubuntu clang 18.1.3.") == "18.1.3");
  CHECK(version_in("version").empty());
  CHECK(version_in("").empty());
}

TEST_CASE("tool: a program that fails or is not there says nothing", "[toolchain][tool]")
{
  ToolchainFixture fixture;
  CHECK_FALSE(toolchain::ask_tool(fixture.world.env(), "/usr/bin/none", {"--version"}));
  fixture.world.process.on("broken", {}, ScriptedRun{"1.0\n", {}, {1, 0}});
  CHECK_FALSE(toolchain::ask_tool(fixture.world.env(), "/usr/bin/broken", {"--version"}));
  fixture.world.process.on("late", {}, ScriptedRun{{}, "late 2.0\nmore\n", {}});
  CHECK(toolchain::ask_tool(fixture.world.env(), "/usr/bin/late", {}) == "late 2.0");
}

TEST_CASE("tool: rust-lld is asked as a linker for wasm, and once for one file", "[toolchain][tool]")
{
  ToolchainFixture fixture;
  const base::Path linker = "/t/rust-lld";
  fixture.world.fs.add(linker, "linker", 0755);
  fixture.world.process.on("rust-lld", {"-flavor", "wasm", "--version"}, ScriptedRun{"LLD 23.1.1 (/checkout)\n", {}, {}});
  toolchain::RustcCache cache;
  CHECK(toolchain::linker_version(fixture.world.env(), linker, cache) == "LLD 23.1.1");
  CHECK(toolchain::linker_version(fixture.world.env(), linker, cache) == "LLD 23.1.1");
  CHECK(fixture.world.process.commands().size() == 1);
  fixture.world.fs.add(linker, "a longer linker", 0755);
  CHECK(toolchain::linker_version(fixture.world.env(), linker, cache) == "LLD 23.1.1");
  CHECK(fixture.world.process.commands().size() == 2);
}
