// Which flags, linker and runner apply to a unit. Expected values were observed with cargo 1.99.1 -v.
#include "toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ToolchainFixture;
using toolchain::CompileKind;

namespace {

using Words = std::vector<std::string>;
constexpr std::string_view k_host = "x86_64-unknown-linux-gnu";
const CompileKind k_wasi = CompileKind::target("wasm32-wasip1");

std::vector<spec::Cfg> wasi_cfgs()
{
  return {{"panic", "abort"}, {"target_family", "wasm"}, {"target_os", "wasi"}};
}

Words flags(ToolchainFixture& fixture, const CompileKind& kind, const std::vector<CompileKind>& requested)
{
  const auto cfgs = wasi_cfgs();
  const auto found = toolchain::rustflags_for(fixture.config(), fixture.world.vars, kind, k_host, &cfgs, requested);
  REQUIRE(found);
  return *found;
}

} // namespace

TEST_CASE("flags: the first source wins, none are mixed", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", R"([build]
rustflags = ["build"]
[target.wasm32-wasip1]
rustflags = "triple"
[target.'cfg(target_family = "wasm")']
rustflags = ["family"]
[target.'cfg(target_os = "wasi")']
rustflags = ["os"]
[target.'cfg(unix)']
rustflags = ["unix"]
)");
  CHECK(flags(fixture, k_wasi, {k_wasi}) == Words{"triple", "family", "os"});
  CHECK(flags(fixture, CompileKind::target("other"), {k_wasi}) == Words{"family", "os"});
  fixture.world.vars["RUSTFLAGS"] = " -C  a ";
  CHECK(flags(fixture, k_wasi, {k_wasi}) == Words{"-C", "a"});
  fixture.world.vars["CARGO_ENCODED_RUSTFLAGS"] = "-C\x1fwith space";
  CHECK(flags(fixture, k_wasi, {k_wasi}) == Words{"-C", "with space"});
  fixture.world.vars["CARGO_ENCODED_RUSTFLAGS"] = "";
  CHECK(flags(fixture, k_wasi, {k_wasi}).empty());
}

TEST_CASE("flags: build.rustflags apply when no table of the target has any", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", "build.rustflags = [\"build\"]\n[target.'cfg(unix)']\nrustflags = [\"unix\"]\n");
  CHECK(flags(fixture, k_wasi, {k_wasi}) == Words{"build"});
  fixture.world.vars["CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS"] = "-g";
  CHECK(flags(fixture, k_wasi, {k_wasi}) == Words{"-g"});
}

TEST_CASE("flags: units for the host get them only when no target is named", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.vars["RUSTFLAGS"] = "-g";
  CHECK(flags(fixture, CompileKind::host(), {CompileKind::host()}) == Words{"-g"});
  CHECK(flags(fixture, CompileKind::host(), {k_wasi}).empty());
  CHECK(flags(fixture, CompileKind::host(), {CompileKind::target(k_host)}).empty());
}

TEST_CASE("flags: rustdoc has its own", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.vars["RUSTFLAGS"] = "-g";
  fixture.world.vars["RUSTDOCFLAGS"] = "--html";
  const std::vector<CompileKind> requested = {k_wasi};
  CHECK(*toolchain::rustdocflags_for(fixture.config(), fixture.world.vars, k_wasi, k_host, nullptr, requested) == Words{"--html"});
}

TEST_CASE("linker and runner: the triple's table, else the one cfg that matches", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml",
                       "[target.'cfg(target_os = \"wasi\")']\nlinker = \"tools/ld\"\nrunner = [\"run\", \"a b\"]\n"
                       "[target.'cfg(unix)']\nlinker = \"no\"\n");
  CHECK(*toolchain::linker_for(fixture.config(), "wasm32-wasip1", wasi_cfgs()) == base::Path("/w/app/tools/ld"));
  const auto runner = toolchain::runner_for(fixture.config(), "wasm32-wasip1", wasi_cfgs());
  REQUIRE(runner);
  REQUIRE(*runner);
  CHECK((*runner)->program == "run");
  CHECK((*runner)->args == Words{"a b"});
  fixture.world.vars["CARGO_TARGET_WASM32_WASIP1_LINKER"] = "env-ld";
  CHECK(*toolchain::linker_for(fixture.config(), "wasm32-wasip1", wasi_cfgs()) == base::Path("env-ld"));
  CHECK(toolchain::runner_for(fixture.config(), "wasm32-wasip1", {})->has_value() == false);
}

TEST_CASE("linker and runner: two cfgs that match are an error", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml",
                       "[target.'cfg(target_os = \"wasi\")']\nrunner = \"a\"\n[target.'cfg(target_family = \"wasm\")']\nrunner = \"b\"\n");
  const auto runner = toolchain::runner_for(fixture.config(), "wasm32-wasip1", wasi_cfgs());
  REQUIRE_FALSE(runner);
  CHECK(base::render(runner.error(), base::Severity::error, false) ==
        "error[CW0511]: two tables of the configuration set the runner of `wasm32-wasip1`\n"
        "   = note: `target.'cfg(target_family = \"wasm\")'` is defined in `/w/app/.cargo/config.toml`\n"
        "   = note: `target.'cfg(target_os = \"wasi\")'` is defined in `/w/app/.cargo/config.toml`\n"
        "   = help: set `target.wasm32-wasip1.runner`, which wins over both\n");
}

TEST_CASE("links override: the lines a script would have printed", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", R"([target.wasm32-wasip1]
linker = "ld"
[target.wasm32-wasip1.z]
rustc-link-lib = ["static=z"]
rustc-link-search = ["native=/z"]
rustc-flags = "-l m"
rustc-cfg = ["have_z"]
include = "/z/include"
[target.wasm32-wasip1.z.rustc-env]
Z = "1"
)");
  CHECK(*toolchain::links_overrides(fixture.config(), "wasm32-wasip1") ==
        std::map<std::string, Words>{{"z",
                                      {"cargo:include=/z/include",
                                       "cargo:rustc-cfg=have_z",
                                       "cargo:rustc-env=Z=1",
                                       "cargo:rustc-flags=-l m",
                                       "cargo:rustc-link-lib=static=z",
                                       "cargo:rustc-link-search=native=/z"}}});
}

TEST_CASE("links override: what only a script can say is refused", "[toolchain][flags]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", "[target.t.z]\nrerun-if-changed = [\"x\"]\n");
  const auto overrides = toolchain::links_overrides(fixture.config(), "t");
  REQUIRE_FALSE(overrides);
  CHECK(base::render(overrides.error(), base::Severity::error, false) ==
        "error[CW0512]: `rerun-if-changed` in `[target.t.z]` means nothing without a script\n"
        "   = note: the table stands in for the build script of the package that links this library\n");
}
