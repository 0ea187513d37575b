// `doctor` on a machine with a fake rustup, rustc and tools.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "../toolchain/toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ScriptedRun;
using test::ToolchainFixture;

namespace {

struct DoctorFixture : ToolchainFixture
{
  DoctorFixture()
  {
    world.process.on("rustup", {"--version"}, ScriptedRun{"rustup 1.29.0 (28d1352db 2026-03-05)\n", {}, {}});
    world.process.on("rust-lld", {"--version"}, ScriptedRun{"LLD 23.1.1 (/checkout)\n", {}, {}});
    world.fs.add(sysroot() / "lib/rustlib/wasm32-wasip1/lib/libcore-1.rlib", "core");
    world.fs.add("/w/app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    world.fs.add("/w/app/src/main.rs", "fn main() {}\n");
    world.fs.add_directory("/h/.cargo/registry");
    request.free_bytes = [](const base::Path&) { return std::uint64_t{7} * 1024 * 1024 * 1024; };
  }

  static base::Path sysroot() { return "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu"; }

  void add_tool(const std::string& name, const std::string& says)
  {
    world.fs.add("/usr/bin/" + name, "", 0755);
    world.process.on(name, {}, ScriptedRun{says, {}, {}});
  }

  /// stdout, then the error.
  std::string run()
  {
    world.reporter.clear();
    const auto result = ops::doctor(world.env(), options, request);
    status = result ? 0 : base::exit_code_of(result.error().blame);
    return world.reporter.out() + (result ? "" : base::render(result.error(), base::Severity::error, false));
  }

  nlohmann::json row(const std::string& name)
  {
    request.json = true;
    run();
    request.json = false;
    const auto json = nlohmann::json::parse(world.reporter.out());
    const auto found =
        std::find_if(json["rows"].begin(), json["rows"].end(), [&](const auto& candidate) { return candidate["name"] == name; });
    return found == json["rows"].end() ? nlohmann::json() : *found;
  }

  ops::GlobalOptions options;
  ops::DoctorRequest request;
  int status = -1;
};

/// With one blank for several: columns are as wide as the longest name.
std::string squeezed(const std::string& text)
{
  std::string out;
  for (const char c : text) {
    if (c != ' ' || !out.ends_with(' ')) {
      out += c;
    }
  }
  return out;
}

} // namespace

TEST_CASE("doctor: the whole table of a project that can be built", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.add_tool("cc", "cc (Debian 12.2.0-14) 12.2.0\n");
  fixture.add_tool("node", "v20.1.0\n");
  CHECK(fixture.run() == R"(ok       rustup                    1.29.0  /h/.cargo/bin/rustup
           only needed to install compilers, standard libraries and components
ok       rustc                     1.99.1  /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc
           chosen because it is rustup's default
ok       std for wasm32-wasip1     1.99.1  /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/wasm32-wasip1
           the target here: the default for programs
ok       linker for wasm32-wasip1  23.1.1  /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
note     rust-src                          not found
           only needed by editors; cargo-wasm does not build the standard library
         > run `rustup component add rust-src --toolchain stable-x86_64-unknown-linux-gnu`
ok       cc                        12.2.0  /usr/bin/cc
           only needed for build scripts and proc macros, which run on this machine
note     wasm-component-ld                 not found
           only needed to link for wasm32-wasip2; it is part of Rust's toolchains from 1.82 on
         > use a toolchain from rustup
note     wasmtime                          not found
           only needed for `cargo-wasm run`: comes before Node, and is the only one for
           wasm32-wasip2
         > `cargo install wasmtime-cli`
ok       node                      20.1.0  /usr/bin/node
           only needed for `cargo-wasm run`, where wasmtime is missing
note     clang                             not found
           only needed when a build script compiles C for wasm
         > `apt-get install clang lld`
note     wasi-libc                         not found
           only needed when a build script compiles C for WASI: the headers; rustc brings the
           library itself
         > `apt-get install wasi-libc`, or set WASI_SDK_PATH
note     git                               not found
           only needed with `net.git-fetch-with-cli`; git dependencies are fetched without it
         > `apt-get install git`
note     wasm-opt                          not found
           runs behind the linker where a profile asks for it: docs/guide/profiles.md
note     wasm-tools                        not found
           no step of cargo-wasm starts it
note     wasm-bindgen                      not found
           no step of cargo-wasm starts it
ok       CARGO_HOME                        /h/.cargo
           downloaded crates are kept there
ok       target directory                  /w/app/target
           it is not there yet, and can be made
ok       free space                        /w/app/target
           7.0 GiB are free

Nothing that is needed here is amiss. The network was not asked.
)");
  CHECK(fixture.status == 0);
}

TEST_CASE("doctor: a target without its standard library is an error with the command, and --fix runs it", "[ops][doctor]")
{
  DoctorFixture fixture;
  REQUIRE(fixture.world.fs.remove_all(DoctorFixture::sysroot() / "lib/rustlib/wasm32-wasip1"));
  const auto text = squeezed(fixture.run());
  CHECK(text.find("missing std for wasm32-wasip1 not found\n"
                  " the target here: the default for programs\n"
                  " > run `rustup target add wasm32-wasip1 --toolchain stable-x86_64-unknown-linux-gnu`\n") != std::string::npos);
  CHECK(text.ends_with("has to be mended.\n"
                       "error[CW0675]: something needed here is not fit: `std for wasm32-wasip1`\n"
                       " = help: `cargo-wasm doctor --fix` does what can be done without root\n"));
  CHECK(fixture.status == 3);
  fixture.world.process.on(
      "rustup", {"target", "add"}, [&](const base::Command&, base::OutputSink&, std::stop_token) -> Result<base::Exit> {
        fixture.world.fs.add(DoctorFixture::sysroot() / "lib/rustlib/wasm32-wasip1/lib/libcore-1.rlib", "core");
        return base::Exit{};
      });
  fixture.request.fix = true;
  CHECK(fixture.run().ends_with("Nothing that is needed here is amiss.\n"));
  CHECK(fixture.status == 0);
}

TEST_CASE("doctor: a rustup that fails to mend is an error, and is not asked twice", "[ops][doctor]")
{
  DoctorFixture fixture;
  REQUIRE(fixture.world.fs.remove_all(DoctorFixture::sysroot() / "lib/rustlib/wasm32-wasip1"));
  fixture.world.process.on("rustup", {"target", "add"}, ScriptedRun{{}, {}, {1, 0}});
  fixture.request.fix = true;
  CHECK(fixture.run().starts_with("error[CW0508]: rustup could not install it (exit status: 1)\n"));
  CHECK(fixture.status == 3);
}

TEST_CASE("doctor: a toolchain that is wanted and missing is installed by --fix with the project's targets", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.options.plus_toolchain = "1.96.0";
  const auto row = fixture.row("rustc");
  CHECK(row["fitness"] == "missing");
  CHECK(row["needed"] == true);
  CHECK(row["can-fix"] == true);
  CHECK(row["notes"] ==
        nlohmann::json{"toolchain `1.96.0` is not installed: run `rustup toolchain install 1.96.0`", "it is wanted because of `+1.96.0`"});
  CHECK(fixture.status == 3);
  fixture.world.process.on(
      "rustup", {"install"}, [&](const base::Command& command, base::OutputSink&, std::stop_token) -> Result<base::Exit> {
        base::Command bare;
        bare.program = command.program;
        bare.args = command.args;
        CHECK(base::to_shell_string(bare) ==
              "/h/.cargo/bin/rustup toolchain install 1.96.0 --profile minimal --no-self-update --target wasm32-wasip1");
        fixture.add_toolchain("1.96.0-x86_64-unknown-linux-gnu");
        return base::Exit{};
      });
  fixture.request.fix = true;
  fixture.run();
  CHECK(fixture.status == 0);
}

TEST_CASE("doctor: outside of a project nothing is an error", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.world.cwd = "/w";
  const auto text = squeezed(fixture.run());
  CHECK(text.find("note std for wasm32-wasip2 not found\n only needed to build for it\n") != std::string::npos);
  CHECK(fixture.status == 0);
}

TEST_CASE("doctor: no rustc at all is an error even outside of a project", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.world.cwd = "/w";
  fixture.world.vars = {{"CARGO_HOME", "/w"}, {"PATH", "/usr/bin"}};
  const auto text = squeezed(fixture.run());
  CHECK(text.starts_with("note rustup not found\n"));
  CHECK(text.find("missing rustc not found\n there is no `rustc` on PATH\n"
                  " > install Rust with rustup, or set `RUSTC` to a compiler\n") != std::string::npos);
  CHECK(fixture.status == 3);
}

TEST_CASE("doctor: a manifest that cannot be read is a row, and the rest is looked at", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.world.fs.add("/w/app/Cargo.toml", "[package]\nname = 3\n");
  const auto row = fixture.row("project");
  CHECK(row["fitness"] == "unfit");
  CHECK(row["notes"] == nlohmann::json{"/w/app/Cargo.toml:2:8: `package.name` must be a string, not an integer"});
  CHECK(fixture.row("rustc")["fitness"] == "fit");
  CHECK(fixture.status == 3);
}

TEST_CASE("doctor: an older rustc than `rust-version`, and one with a defect that stops builds, are unfit", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.world.fs.add("/w/app/Cargo.toml",
                       "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.100\"\n");
  auto row = fixture.row("rustc");
  CHECK(row["fitness"] == "unfit");
  CHECK(row["notes"][1] == "`app` wants rustc 1.100 or later (`rust-version`)");

  fixture.world.fs.add("/w/app/Cargo.toml",
                       "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"
                       "[package.metadata.wasm]\ntarget = \"wasm32-wasip1-threads\"\n");
  std::string version = test::k_verbose_version;
  version.replace(version.find("release: 1.99.1"), 15, "release: 1.94.0");
  fixture.world.process.on("rustc", {"-vV"}, ScriptedRun{version, {}, {}});
  row = fixture.row("rustc");
  CHECK(row["fitness"] == "unfit");
  CHECK(row["to-do"] == nlohmann::json{"compile with 1.94.1 or later, or with 1.93.1"});
}

TEST_CASE("doctor: directories that cannot be written, and a full disk, are unfit", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.world.fs.make_read_only("/h/.cargo");
  fixture.request.free_bytes = [](const base::Path&) { return std::uint64_t{1024}; };
  CHECK(fixture.row("CARGO_HOME")["notes"][0] == "nothing can be written in `/h/.cargo`");
  CHECK(fixture.row("free space")["fitness"] == "unfit");
  CHECK(fixture.row("target directory")["fitness"] == "fit");
  CHECK(fixture.status == 3);
  for (const auto& [path, content] : fixture.world.fs.files()) {
    CHECK(path.find("cargo-wasm-doctor") == std::string::npos);
  }
}

TEST_CASE("doctor: the lock makes tools needed: cc for proc macros, wasm-bindgen's program of its crate's version", "[ops][doctor]")
{
  DoctorFixture fixture;
  fixture.add_tool("wasm-bindgen", "wasm-bindgen 0.2.95\n");
  CHECK(fixture.row("cc")["needed"] == false);
  fixture.world.fs.add("/w/app/Cargo.lock",
                       "version = 4\n\n[[package]]\nname = \"proc-macro2\"\nversion = \"1.0.89\"\n\n"
                       "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.100\"\n");
  CHECK(fixture.row("cc")["needed"] == true);
  const auto row = fixture.row("wasm-bindgen");
  CHECK(row["fitness"] == "unfit");
  CHECK(row["needed"] == false);
  CHECK(row["to-do"] == nlohmann::json{"`cargo install wasm-bindgen-cli --version 0.2.100`"});
}
