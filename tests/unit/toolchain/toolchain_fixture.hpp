// A machine with rustup, two toolchains and a fake rustc that answers like a real one.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/toolchain/target_settings.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>
#include <support/catch.hpp>
#include <support/test_env.hpp>

namespace cargo_wasm::test {

constexpr const char* k_verbose_version = "rustc 1.99.1 (58cf8f9c3 2026-10-13)\n"
                                          "binary: rustc\n"
                                          "commit-hash: 58cf8f9c35b355199727627d07ae34a4e2846d67\n"
                                          "commit-date: 2026-10-13\n"
                                          "host: x86_64-unknown-linux-gnu\n"
                                          "release: 1.99.1\n"
                                          "LLVM version: 23.1.1\n";
constexpr const char* k_host_answer = "___\nlib___.rlib\nlib___.so\nlib___.so\nlib___.a\nlib___.so\n"
                                      "off\npacked\nunpacked\n___\n"
                                      "debug_assertions\npanic=\"unwind\"\nproc_macro\ntarget_os=\"linux\"\nunix\n";
constexpr const char* k_wasi_answer =
    "___.wasm\nlib___.rlib\n___.wasm\nlib___.a\noff\n___\n"
    "debug_assertions\npanic=\"abort\"\nproc_macro\ntarget_arch=\"wasm32\"\ntarget_feature=\"bulk-memory\"\n"
    "target_feature=\"sign-ext\"\ntarget_os=\"wasi\"\n";
constexpr const char* k_wasi_warnings = "warning: dropping unsupported crate type `dylib` for target `wasm32-wasip1`\n\n"
                                        "warning: dropping unsupported crate type `proc-macro` for target `wasm32-wasip1`\n";

struct ToolchainFixture
{
  ToolchainFixture()
  {
    world.cwd = "/w/app";
    world.vars = {{"HOME", "/h"}, {"PATH", "/h/.cargo/bin:/usr/bin"}};
    world.fs.add_directory("/w/app");
    world.fs.add("/h/.cargo/bin/rustup", "rustup's program", 0755);
    world.fs.add_symlink("/h/.cargo/bin/rustc", "rustup");
    world.fs.add("/h/.rustup/settings.toml",
                 "default_toolchain = \"stable-x86_64-unknown-linux-gnu\"\n"
                 "default_host_triple = \"x86_64-unknown-linux-gnu\"\nversion = \"12\"\n\n[overrides]\n");
    add_toolchain("stable-x86_64-unknown-linux-gnu");
    add_toolchain("1.99.1-x86_64-unknown-linux-gnu");
    world.process.on("rustc", {"-vV"}, ScriptedRun{k_verbose_version, {}, {}});
    world.process.on("rustc", {"--print=sysroot"}, ScriptedRun{"/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu\n", {}, {}});
    world.process.on("rustc", {"--print=target-spec-json"}, ScriptedRun{"{\"linker\": \"rust-lld\"}\n", {}, {}});
    world.process.on("rustc", {"--print=cfg"}, ScriptedRun{k_host_answer, {}, {}});
    world.process.on("rustc", {"--print=cfg", "wasm32-wasip1"}, ScriptedRun{k_wasi_answer, k_wasi_warnings, {}});
  }

  void add_toolchain(const std::string& name)
  {
    const base::Path root = base::Path("/h/.rustup/toolchains") / name;
    world.fs.add(root / "bin/rustc", "rustc of " + name, 0755);
    world.fs.add(root / "bin/rustdoc", "rustdoc", 0755);
    world.fs.add(root / "lib/librustc_driver-0.so", "driver of " + name);
    world.fs.add(root / "lib/rustlib/x86_64-unknown-linux-gnu/lib/libcore-1.rlib", "core");
    world.fs.add(root / "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld", "linker", 0755);
  }

  manifest::Config& config()
  {
    const base::Env env = world.env();
    auto loaded = manifest::Config::load(env, options);
    REQUIRE(loaded);
    m_config = std::move(*loaded);
    return *m_config;
  }

  toolchain::ToolchainWish wish_for(std::optional<std::string> plus) { return {std::move(plus), manifest_wish, "/w/app"}; }
  /// `[package.metadata.wasm] toolchain` of /w/app/Cargo.toml.
  void want_in_manifest(const std::string& name)
  {
    const std::string line = "toolchain = \"" + name + "\"";
    manifest_wish = manifest::WantedToolchain{
        name, "`[package.metadata.wasm] toolchain`", {"/w/app/Cargo.toml", 5, 13, static_cast<std::uint32_t>(name.size()) + 2, line, ""}};
  }

  Result<toolchain::ToolchainChoice> choose(std::optional<std::string> plus = std::nullopt)
  {
    return toolchain::select_toolchain(world.env(), config(), wish_for(std::move(plus)));
  }

  std::string choice_text(std::optional<std::string> plus = std::nullopt)
  {
    const auto choice = choose(std::move(plus));
    return choice ? choice->rustc.string() + " " + choice->reason : base::render(choice.error(), base::Severity::error, false);
  }

  TestEnv world;
  manifest::ConfigOptions options;
  std::optional<manifest::WantedToolchain> manifest_wish;

private:
  std::unique_ptr<manifest::Config> m_config;
};

} // namespace cargo_wasm::test
