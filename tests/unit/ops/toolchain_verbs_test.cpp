// `toolchain list`, `probe` and `install` on a machine with a fake rustup and a fake rustc.
#include <cargo_wasm/ops/verbs.hpp>

#include <nlohmann/json.hpp>

#include "../toolchain/toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ScriptedRun;
using test::ToolchainFixture;

namespace {

constexpr const char* k_nightly = "rustc 1.101.0-nightly (0123456 2026-11-20)\nbinary: rustc\ncommit-hash: unknown\nhost: "
                                  "x86_64-unknown-linux-gnu\nrelease: 1.101.0-nightly\n";

struct VerbFixture : ToolchainFixture
{
  VerbFixture()
  {
    world.process.on(
        "rustc", {"--print=target-list"}, ScriptedRun{"x86_64-unknown-linux-gnu\nwasm32-wasip1\nwasm32-unknown-unknown\n", {}, {}});
    world.process.on("rust-lld", {"--version"}, ScriptedRun{"LLD 23.1.1 (/checkout/src 1b9c0d5)\n", {}, {}});
    world.fs.add("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/wasm32-wasip1/lib/libcore-1.rlib", "core");
  }

  std::string list(bool json = false)
  {
    world.reporter.clear();
    const auto result = ops::toolchain_list(world.env(), options, json);
    return world.reporter.out() + (result ? "" : base::render(result.error(), base::Severity::error, false));
  }

  std::string install(const std::string& name, std::vector<std::string> targets = {})
  {
    world.reporter.clear();
    const auto result = ops::toolchain_install(world.env(), options, {name, std::move(targets)});
    return world.reporter.err() + (result ? "" : base::render(result.error(), base::Severity::error, false));
  }

  ops::GlobalOptions options;
};

} // namespace

TEST_CASE("toolchain list: each compiler with its targets and linker, and the chosen one with the reason", "[ops][toolchain]")
{
  VerbFixture fixture;
  CHECK(fixture.list() == R"(  1.99.1
      rustc 1.99.1, LLVM 23.1.1
      std for wasm32-wasip1
      no std for wasm32-unknown-unknown
      linker rust-lld, LLD 23.1.1
      defects of some builds: dynamic-libraries
* stable (chosen because it is rustup's default)
      rustc 1.99.1, LLVM 23.1.1
      std for wasm32-wasip1
      no std for wasm32-unknown-unknown
      linker rust-lld, LLD 23.1.1
      defects of some builds: dynamic-libraries
)");
}

TEST_CASE("toolchain list: the line of the manifest that chose is named", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.fs.add("/w/app/Cargo.toml",
                       "[package]\nname = \"app\"\nversion = \"0.1.0\"\n[package.metadata.wasm]\ntoolchain = \"1.99.1\"\n");
  fixture.world.fs.add("/w/app/src/main.rs", "fn main() {}\n");
  const auto text = fixture.list();
  CHECK(text.find("* 1.99.1 (chosen because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`, line 5)\n") !=
        std::string::npos);
  CHECK(text.find("  stable\n") != std::string::npos);
  const auto json = nlohmann::json::parse(fixture.list(true));
  CHECK(json["chosen"]["name"] == "1.99.1-x86_64-unknown-linux-gnu");
  CHECK(json["chosen"]["where"] == nlohmann::json{{"file", "/w/app/Cargo.toml"}, {"line", 5}, {"column", 13}});
  CHECK(json["toolchains"][0]["chosen"] == true);
  CHECK(json["toolchains"][0]["targets-with-std"] == nlohmann::json{"wasm32-wasip1"});
}

TEST_CASE("toolchain list: a compiler that does not start is listed with the reason", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.process.on("rustc", {"-vV"}, ScriptedRun{{}, "cannot open shared object\n", {127, 0}});
  CHECK(fixture.list().find("  1.99.1\n      unusable: `/h/.rustup/toolchains/1.99.1-x86_64-unknown-linux-gnu/bin/rustc -vV` failed") == 0);
}

TEST_CASE("toolchain list: what is chosen and not installed is an error after the list", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.options.plus_toolchain = "1.50.0";
  const auto text = fixture.list();
  CHECK(text.find("  stable\n") != std::string::npos);
  CHECK(text.ends_with("error[CW0500]: toolchain `1.50.0` is not installed: run `rustup toolchain install 1.50.0`\n"
                       "   = note: it is wanted because of `+1.50.0`\n"));
}

TEST_CASE("toolchain list: the answers are kept by the compiler's identity, and asked for again when it changes", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.vars["XDG_CACHE_HOME"] = "/c";
  fixture.list();
  const auto asked = fixture.world.process.commands().size();
  const auto text = fixture.list();
  CHECK(fixture.world.process.commands().size() == asked);
  fixture.world.fs.add("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc", "another one", 0755);
  fixture.world.process.on("rustc", {"-vV"}, ScriptedRun{k_nightly, {}, {}});
  CHECK(fixture.list().find("rustc 1.101.0-nightly\n") != std::string::npos);
  CHECK(text.find("nightly") == std::string::npos);
}

TEST_CASE("toolchain probe: everything that was asked, and where it is kept", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.process.on("rustc", {"--print=cfg", "wasm32-unknown-unknown"}, ScriptedRun{test::k_wasi_answer, test::k_wasi_warnings, {}});
  fixture.world.vars["XDG_CACHE_HOME"] = "/c";
  REQUIRE(ops::toolchain_probe(fixture.world.env(), fixture.options, false));
  const auto text = fixture.world.reporter.out();
  CHECK(text.starts_with(R"(toolchain    stable-x86_64-unknown-linux-gnu
chosen       because it is rustup's default
rustc        /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc
version      1.99.1
commit       58cf8f9c35b355199727627d07ae34a4e2846d67
host         x86_64-unknown-linux-gnu
LLVM         23.1.1
sysroot      /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu
identity     )"));
  CHECK(text.find(R"(.json

wasm32-unknown-unknown
  std        not installed
  features   bulk-memory, sign-ext
  linker     /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld (LLD 23.1.1)
  files      bin NAME.wasm, rlib libNAME.rlib, cdylib NAME.wasm, staticlib libNAME.a

wasm32-wasip1
  std        installed
  features   bulk-memory, sign-ext
  linker     /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld (LLD 23.1.1)
  files      bin NAME.wasm, rlib libNAME.rlib, cdylib NAME.wasm, staticlib libNAME.a

known defects
  dynamic-libraries: dynamic libraries do not link without `--allow-undefined` (wasm32-*; not in
                     every build)
)") != std::string::npos);
}

TEST_CASE("toolchain install: an undated nightly and what is no release are refused with advice", "[ops][toolchain]")
{
  VerbFixture fixture;
  CHECK(fixture.install("nightly") == R"(error[CW0672]: `nightly` is another compiler every day
   = note: what works with today's need not work with tomorrow's, and defects are known by version
   = help: name the day: `cargo-wasm toolchain install nightly-2025-12-31`
)");
  const std::string advice =
      "   = help: name a version: `cargo-wasm toolchain install 1.99.1`; or `stable`, `beta`, or a day: `nightly-2026-05-01`\n";
  CHECK(fixture.install("latest") == "error[CW0672]: `latest` is no release of Rust\n" + advice);
  CHECK(fixture.install("") == "error[CW0672]: `` is no release of Rust\n" + advice);
  CHECK(fixture.world.process.commands().empty());
}

TEST_CASE("toolchain install: an exact version with its targets that is there already starts nothing of rustup", "[ops][toolchain]")
{
  VerbFixture fixture;
  CHECK(fixture.install("1.99.1", {"wasm32-wasip1"}) ==
        "    Finished rustc 1.99.1 with std for wasm32-wasip1 is installed: nothing to do\n");
  for (const auto& line : fixture.world.process.command_lines()) {
    CHECK(line.find("rustup toolchain") == std::string::npos);
  }
}

TEST_CASE("toolchain install: rustup gets the exact version and the wasm targets, and the result is told", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.process.on("rustup", {"install"}, [&](const base::Command&, base::OutputSink& sink, std::stop_token) -> Result<base::Exit> {
    sink.on_stderr("info: downloading\n");
    fixture.add_toolchain("1.96.0-x86_64-unknown-linux-gnu");
    for (const char* const triple : {"wasm32-wasip1", "wasm32-unknown-unknown", "wasm32-wasip2"}) {
      fixture.world.fs.add(base::Path("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib") / triple / "lib/libcore-1.rlib",
                           "");
    }
    return base::Exit{};
  });
  CHECK(
      fixture.install("1.96.0") ==
      R"(  Installing /h/.cargo/bin/rustup toolchain install 1.96.0 --profile minimal --no-self-update --target wasm32-wasip1 --target wasm32-unknown-unknown --target wasm32-wasip2
info: downloading
   Installed rustc 1.99.1 with std for wasm32-wasip1, wasm32-unknown-unknown, wasm32-wasip2, in /h/.rustup/toolchains/1.96.0-x86_64-unknown-linux-gnu
)");
}

TEST_CASE("toolchain install: stable is taken, and told which version it is", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.process.on("rustup", {"install"}, ScriptedRun{});
  CHECK(fixture.install("stable", {"wasm32-wasip1"})
            .ends_with("note: `stable` is rustc 1.99.1 today, and another one later; `toolchain = \"1.99.1\"` in `[package.metadata.wasm]` "
                       "stays with it, once "
                       "`cargo-wasm toolchain install 1.99.1` was run\n"));
}

TEST_CASE("toolchain install: a version that does not exist, a failing rustup and none at all are told apart", "[ops][toolchain]")
{
  VerbFixture fixture;
  fixture.world.process.on(
      "rustup",
      {"install"},
      ScriptedRun{{}, "error: could not download nonexistent rust version `1.200.0-x86_64-unknown-linux-gnu`\n", {1, 0}});
  CHECK(fixture.install("1.200.0").ends_with(R"(error: could not download nonexistent rust version `1.200.0-x86_64-unknown-linux-gnu`
error[CW0673]: there is no toolchain `1.200.0` to download
   = note: rustup asked where it gets its toolchains from
   = help: versions look like `1.99.1`, days of nightlies like `nightly-2026-05-01`
)"));
  fixture.world.process.on("rustup", {"install"}, ScriptedRun{{}, "error: no space left\n", {1, 0}});
  CHECK(fixture.install("1.98.0").find("error[CW0508]: rustup could not install it (exit status: 1)\n") != std::string::npos);
  REQUIRE(fixture.world.fs.remove("/h/.cargo/bin/rustup"));
  CHECK(fixture.install("1.98.0") == "error[CW0503]: rustup is not installed, so nothing can be added to the toolchain\n"
                                     "   = help: install rustup, or get the missing part from where `rustc` came from\n");
}
