// What makes a compiler, and whether a target's standard library is there.
#include "toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ToolchainFixture;

namespace {

toolchain::RustcInfo stable()
{
  toolchain::RustcInfo info;
  info.sysroot = "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu";
  info.program = info.sysroot / "bin/rustc";
  info.host = "x86_64-unknown-linux-gnu";
  return info;
}

} // namespace

TEST_CASE("toolchain files: the compiler, its libraries, std and linkers, nothing else", "[toolchain][files]")
{
  ToolchainFixture fixture;
  const base::Path root = stable().sysroot;
  for (const char* file : {"bin/cargo",
                           "lib/libLLVM.so.23.1",
                           "lib/libunrelated.so",
                           "lib/rustlib/components",
                           "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld",
                           "lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/wasm-ld",
                           "lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a",
                           "lib/rustlib/wasm32-wasip2/lib/libcore-2.rlib",
                           "lib/rustlib/src/rust/lib.rs",
                           "share/doc/x"}) {
    fixture.world.fs.add(root / file);
  }
  const std::vector<std::string> triples = {"wasm32-wasip1", "x86_64-unknown-linux-gnu"};
  const auto files = toolchain::toolchain_files(fixture.world.fs, stable(), triples);
  REQUIRE(files);
  std::vector<std::string> relative;
  for (const base::Path& file : *files) {
    relative.push_back(file.lexically_relative(root).string());
  }
  CHECK(relative == std::vector<std::string>{"bin/rustc",
                                             "lib/libLLVM.so.23.1",
                                             "lib/librustc_driver-0.so",
                                             "lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a",
                                             "lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/wasm-ld",
                                             "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld",
                                             "lib/rustlib/x86_64-unknown-linux-gnu/lib/libcore-1.rlib"});
}

TEST_CASE("targets: a missing standard library is one line with the command that adds it", "[toolchain][files]")
{
  ToolchainFixture fixture;
  const auto choice = fixture.choose("1.99.1");
  REQUIRE(choice);
  toolchain::RustcInfo info = stable();
  CHECK(toolchain::verify_target_installed(fixture.world.fs, *choice, info, info.host));
  const auto missing = toolchain::verify_target_installed(fixture.world.fs, *choice, info, "wasm32-wasip1");
  REQUIRE_FALSE(missing);
  CHECK(base::render(missing.error(), base::Severity::error, false) ==
        "error[CW0510]: the standard library for `wasm32-wasip1` is not installed: run `rustup target add wasm32-wasip1 --toolchain "
        "1.99.1`\n");
  // An empty directory is what `rustup target remove` leaves.
  fixture.world.fs.add_directory(info.sysroot / "lib/rustlib/wasm32-wasip1/lib");
  CHECK_FALSE(toolchain::verify_target_installed(fixture.world.fs, *choice, info, "wasm32-wasip1"));
  fixture.world.fs.add(info.sysroot / "lib/rustlib/wasm32-wasip1/lib/libcore-1.rlib");
  CHECK(toolchain::verify_target_installed(fixture.world.fs, *choice, info, "wasm32-wasip1"));
  CHECK(toolchain::installed_targets(fixture.world.fs, info) == std::vector<std::string>{"wasm32-wasip1", "x86_64-unknown-linux-gnu"});
}

TEST_CASE("targets: a standard library that the toolchain never had is no advice to install it", "[toolchain][files]")
{
  ToolchainFixture fixture;
  const auto choice = fixture.choose("1.99.1");
  REQUIRE(choice);
  const toolchain::RustcInfo info = stable();
  fixture.world.fs.add(info.sysroot / "lib/rustlib/multirust-channel-manifest.toml",
                       "[pkg.rust-std.target.wasm32-wasip1]\navailable = true\n\n"
                       "[pkg.rust-std.target.wasm32-wasip1-threads]\navailable = false\ncomponents = []\n");
  CHECK(toolchain::verify_target_installed(fixture.world.fs, *choice, info, "wasm32-wasip1").error().id == "CW0510");
  const auto missing = toolchain::verify_target_installed(fixture.world.fs, *choice, info, "wasm32-wasip1-threads");
  REQUIRE_FALSE(missing);
  CHECK(base::render(missing.error(), base::Severity::error, false) ==
        "error[CW0985]: toolchain `1.99.1` comes without a standard library for `wasm32-wasip1-threads`\n"
        "   = note: the list of its components says that there is none to install\n"
        "   = help: `rustup target list --toolchain 1.99.1` names the targets that it has\n"
        "   = help: `--target wasm32-wasip1` is the same without threads\n"
        "   = help: another version may have it: `cargo-wasm +VERSION`\n");
}

TEST_CASE("targets: outside rustup the error says where it was looked for", "[toolchain][files]")
{
  ToolchainFixture fixture;
  toolchain::ToolchainChoice choice;
  const auto missing = toolchain::verify_target_installed(fixture.world.fs, choice, stable(), "wasm32-wasip1");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "the standard library for `wasm32-wasip1` is not installed");
  CHECK(missing.error().helps.size() == 1);
  CHECK(toolchain::install_target(fixture.world.env(), choice, "wasm32-wasip1").error().id == "CW0503");
}

TEST_CASE("targets: rustup adds one to the chosen toolchain, its failure is ours", "[toolchain][files]")
{
  ToolchainFixture fixture;
  const auto choice = fixture.choose("1.99.1");
  REQUIRE(choice);
  fixture.world.process.on("rustup", {"target", "add"}, test::ScriptedRun{{}, {}, {1, 0}});
  const auto failed = toolchain::install_target(fixture.world.env(), *choice, "wasm32-wasip1");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "rustup could not install it (exit status: 1)");
  CHECK(failed.error().notes ==
        std::vector<std::string>{
            "the command was `/h/.cargo/bin/rustup target add wasm32-wasip1 --toolchain 1.99.1-x86_64-unknown-linux-gnu`"});
}
