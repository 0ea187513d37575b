// Which compiler, and why: rustup's order, without starting rustup.
#include "toolchain_fixture.hpp"

using namespace cargo_wasm;
using test::ToolchainFixture;

namespace {
const std::string k_stable = "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc ";
const std::string k_1_99 = "/h/.rustup/toolchains/1.99.1-x86_64-unknown-linux-gnu/bin/rustc ";
} // namespace

TEST_CASE("select: rustup's default, past the proxy", "[toolchain][select]")
{
  ToolchainFixture fixture;
  const auto choice = fixture.choose();
  REQUIRE(choice);
  CHECK(choice->rustc.string() + " " == k_stable);
  CHECK(choice->reason == "because it is rustup's default");
  CHECK(choice->name == "stable-x86_64-unknown-linux-gnu");
  CHECK(choice->rustdoc == base::Path("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustdoc"));
  CHECK(choice->child_env == EnvMap{{"RUSTUP_TOOLCHAIN", "stable-x86_64-unknown-linux-gnu"}});
  CHECK(fixture.world.process.commands().empty());
}

TEST_CASE("select: +NAME, the variable, a file, in this order", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/rust-toolchain.toml", "[toolchain]\nchannel = \"1.99.1\"\n");
  CHECK(fixture.choice_text() == k_1_99 + "because of `/w/rust-toolchain.toml`");
  fixture.world.vars["RUSTUP_TOOLCHAIN"] = "stable";
  CHECK(fixture.choice_text() == k_stable + "because of `RUSTUP_TOOLCHAIN`");
  CHECK(fixture.choice_text("1.99.1") == k_1_99 + "because of `+1.99.1`");
}

TEST_CASE("select: the old one-line file wins over the new one beside it", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/rust-toolchain", "1.99.1\n");
  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"\n");
  CHECK(fixture.choice_text() == k_1_99 + "because of `/w/app/rust-toolchain`");
}

TEST_CASE("select: rustup's override of a directory wins over a file above it", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/rust-toolchain", "stable\n");
  fixture.world.fs.add("/h/.rustup/settings.toml",
                       "default_toolchain = \"stable\"\n[overrides]\n\"/w/app\" = \"1.99.1-x86_64-unknown-linux-gnu\"\n");
  CHECK(fixture.choice_text() == k_1_99 + "because of rustup's override for `/w/app`");
}

TEST_CASE("select: a toolchain file may give a path, or only components", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\npath = \"../mine\"\n");
  fixture.world.fs.add("/w/mine/bin/rustc", "", 0755);
  CHECK(fixture.choice_text() == "/w/mine/bin/rustc because of `/w/app/rust-toolchain.toml`");

  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\ncomponents = [\"rust-src\"]\ntargets = [\"wasm32-wasip1\"]\n");
  const auto choice = fixture.choose();
  REQUIRE(choice);
  CHECK(choice->name == "stable-x86_64-unknown-linux-gnu");
  CHECK(choice->wanted_components == std::vector<std::string>{"rust-src"});
  CHECK(choice->wanted_targets == std::vector<std::string>{"wasm32-wasip1"});
}

TEST_CASE("select: a missing toolchain is one line with the command that installs it", "[toolchain][select]")
{
  ToolchainFixture fixture;
  CHECK(fixture.choice_text("1.50.0") == "error[CW0500]: toolchain `1.50.0` is not installed: run `rustup toolchain install 1.50.0`\n"
                                         "   = note: it is wanted because of `+1.50.0`\n");
  fixture.world.fs.add("/w/rust-toolchain.toml", "[toolchain]\nchannel = \"1.51.0\"\ntargets = [\"wasm32-wasip1\"]\n");
  CHECK(fixture.choice_text() == R"(error[CW0500]: toolchain `1.51.0` is not installed: run `rustup toolchain install 1.51.0`
  --> /w/rust-toolchain.toml:2:11
   |
 2 | channel = "1.51.0"
   |           ^^^^^^^^
   = note: it is wanted because of `/w/rust-toolchain.toml`
)");
  const auto missing = toolchain::find_missing_toolchain(fixture.world.env(), fixture.config(), {});
  REQUIRE(missing);
  REQUIRE(*missing);
  CHECK((*missing)->name == "1.51.0");

  fixture.world.process.on("rustup", {"install"}, test::ScriptedRun{});
  REQUIRE(toolchain::install_toolchain(fixture.world.env(), **missing));
  CHECK(
      fixture.world.process.command_lines() ==
      std::vector<std::string>{"/h/.cargo/bin/rustup toolchain install 1.51.0 --profile minimal --no-self-update --target wasm32-wasip1"});
}

TEST_CASE("select: a bad toolchain file is shown", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"\npath = \"x\"\n");
  CHECK(fixture.choice_text() == R"(error[CW0502]: `toolchain.channel` and `toolchain.path` exclude one another
  --> /w/app/rust-toolchain.toml:3:8
   |
 3 | path = "x"
   |        ^^^
)");
  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\n");
  CHECK(fixture.choose().error().message == "`[toolchain]` chooses nothing");
  fixture.world.fs.add("/w/app/rust-toolchain", "\n");
  CHECK(fixture.choose().error().message == "toolchain file `/w/app/rust-toolchain` is empty");
}

TEST_CASE("select: a compiler that is no proxy is used as it is", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/usr/bin/rustc", "a distribution's", 0755);
  fixture.world.vars["PATH"] = "/usr/bin:/h/.cargo/bin";
  CHECK(fixture.choice_text() == "/usr/bin/rustc because it is the first `rustc` on PATH");
  CHECK_FALSE(fixture.choose()->name.has_value());
  // Somebody who writes +NAME wants rustup's.
  CHECK(fixture.choice_text("1.99.1") == k_1_99 + "because of `+1.99.1`");
}

TEST_CASE("select: RUSTC and build.rustc win, a proxy among them is looked through", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", "build.rustc = \"tools/rustc\"\nbuild.rustc-wrapper = \"sccache\"\n");
  CHECK(fixture.choice_text("1.99.1") == "/w/app/tools/rustc because of `build.rustc` in `/w/app/.cargo/config.toml`");
  fixture.world.vars["RUSTC"] = "rustc";
  CHECK(fixture.choice_text() == k_stable + "because it is rustup's default");
  CHECK(fixture.choose()->wrapper == base::Path("sccache"));
  fixture.world.vars["RUSTC_WRAPPER"] = "";
  fixture.world.vars["RUSTC_WORKSPACE_WRAPPER"] = "./w";
  CHECK_FALSE(fixture.choose()->wrapper.has_value());
  CHECK(fixture.choose()->workspace_wrapper == base::Path("/w/app/./w"));
}

TEST_CASE("select: without rustup and rustc there is an error", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.vars = {{"CARGO_HOME", "/empty"}, {"PATH", "/usr/bin"}};
  CHECK(fixture.choice_text() == "error[CW0501]: there is no `rustc` on PATH\n"
                                 "   = help: install Rust with rustup, or set `RUSTC` to a compiler\n");
  CHECK(fixture.choice_text("1.99.1").starts_with("error[CW0503]: `+1.99.1` needs rustup, which is not installed\n"));
}

TEST_CASE("select: a PATH without rustup's directory still finds its toolchains", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.vars["PATH"] = "/usr/bin";
  CHECK(fixture.choice_text() == k_stable + "because it is rustup's default");
}

TEST_CASE("select: damaged settings of rustup are named", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/h/.rustup/settings.toml", "default_toolchain = \n");
  CHECK(fixture.choose().error().id == "CW0507");
}

TEST_CASE("select: the manifest's key wins over toolchain files and rustup's default", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"\n");
  fixture.want_in_manifest("1.99.1");
  CHECK(fixture.choice_text() == k_1_99 + "because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`");
  const auto choice = fixture.choose();
  REQUIRE(choice);
  REQUIRE(choice->where);
  CHECK(choice->where->line == 5);
}

TEST_CASE("select: +NAME and the variable win over the manifest's key", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.want_in_manifest("1.99.1");
  CHECK(fixture.choice_text("stable") == k_stable + "because of `+stable`");
  fixture.world.vars["RUSTUP_TOOLCHAIN"] = "stable";
  CHECK(fixture.choice_text() == k_stable + "because of `RUSTUP_TOOLCHAIN`");
}

TEST_CASE("select: rustup's override of a directory of the project wins over the manifest's key, one above it does not",
          "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.want_in_manifest("1.99.1");
  fixture.world.fs.add_directory("/w/app/src");
  fixture.world.cwd = "/w/app/src";
  const std::string settings = "default_toolchain = \"1.99.1\"\n[overrides]\n";
  fixture.world.fs.add("/h/.rustup/settings.toml", settings + "\"/w/app\" = \"stable-x86_64-unknown-linux-gnu\"\n");
  CHECK(fixture.choice_text() == k_stable + "because of rustup's override for `/w/app`");
  fixture.world.fs.add("/h/.rustup/settings.toml", settings + "\"/w\" = \"stable-x86_64-unknown-linux-gnu\"\n");
  CHECK(fixture.choice_text() == k_1_99 + "because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`");
  // From elsewhere (`--manifest-path`) the working directory says nothing about the project.
  fixture.world.cwd = "/w";
  CHECK(fixture.choice_text() == k_1_99 + "because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`");
}

TEST_CASE("select: a toolchain that the manifest wants and nobody installed is shown where it stands", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.want_in_manifest("1.50.0");
  CHECK(fixture.choice_text() == R"(error[CW0500]: toolchain `1.50.0` is not installed: run `rustup toolchain install 1.50.0`
  --> /w/app/Cargo.toml:5:13
   |
 5 | toolchain = "1.50.0"
   |             ^^^^^^^^
   = note: it is wanted because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`
)");
  const auto missing = toolchain::find_missing_toolchain(fixture.world.env(), fixture.config(), fixture.wish_for(std::nullopt));
  REQUIRE(missing);
  REQUIRE(*missing);
  CHECK((*missing)->name == "1.50.0");
}

TEST_CASE("select: the manifest's key asks for rustup's compiler, RUSTC says otherwise", "[toolchain][select]")
{
  ToolchainFixture fixture;
  fixture.want_in_manifest("1.99.1");
  fixture.world.fs.add("/usr/bin/rustc", "a distribution's", 0755);
  fixture.world.vars["PATH"] = "/usr/bin:/h/.cargo/bin";
  CHECK(fixture.choice_text() == k_1_99 + "because of `[package.metadata.wasm] toolchain` in `/w/app/Cargo.toml`");
  fixture.world.vars = {{"CARGO_HOME", "/empty"}, {"PATH", "/usr/bin"}};
  CHECK(fixture.choice_text() == R"(error[CW0503]: toolchain `1.99.1` needs rustup, which is not installed
  --> /w/app/Cargo.toml:5:13
   |
 5 | toolchain = "1.99.1"
   |             ^^^^^^^^
   = note: it is wanted because of `[package.metadata.wasm] toolchain`
   = help: install rustup, or set `RUSTC` to the compiler to use
)");
  fixture.world.vars["RUSTC"] = "rustc";
  CHECK(fixture.choice_text() == "/usr/bin/rustc because of `RUSTC`");
}
