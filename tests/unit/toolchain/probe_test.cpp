// What is asked of rustc, how it is read, and that it is asked once.
#include "toolchain_fixture.hpp"

using namespace cargo_wasm;
using manifest::CrateType;
using test::ToolchainFixture;
using toolchain::CompileKind;

namespace {

const std::vector<std::string> k_wasi = {"wasm32-wasip1"};
const base::Path k_cache = "/w/app/target/.cargo-wasm/rustc-info.json";

Result<toolchain::TargetData> probe(ToolchainFixture& fixture,
                                    const std::vector<std::string>& triples = k_wasi,
                                    const toolchain::RustcCachePlaces& cache = {k_cache, {}},
                                    const toolchain::FlagsOfTriple& first_flags = {})
{
  manifest::Config& config = fixture.config();
  const auto choice = toolchain::select_toolchain(fixture.world.env(), config, {});
  REQUIRE(choice);
  return toolchain::probe_target_data(fixture.world.env(), config, *choice, triples, cache, first_flags);
}

std::size_t processes(ToolchainFixture& fixture)
{
  return fixture.world.process.commands().size();
}

} // namespace

TEST_CASE("probe: what rustc says about itself", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  const auto data = probe(fixture);
  REQUIRE(data);
  CHECK(spec::to_string(data->rustc.version) == "1.99.1");
  CHECK(data->rustc.host == "x86_64-unknown-linux-gnu");
  CHECK(data->rustc.commit_hash == "58cf8f9c35b355199727627d07ae34a4e2846d67");
  CHECK(data->rustc.llvm_version == "23.1.1");
  CHECK(data->rustc.sysroot == "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu");
  CHECK(data->rustc.verbose_version == test::k_verbose_version);
  CHECK_FALSE(data->rustc.is_nightly());
}

TEST_CASE("probe: what rustc says about a target", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  const auto data = probe(fixture);
  REQUIRE(data);
  const toolchain::TargetInfo& wasi = data->info(CompileKind::target("wasm32-wasip1"));
  CHECK(*wasi.pattern(CrateType::bin) == toolchain::FilePattern{"", ".wasm"});
  CHECK(*wasi.pattern(CrateType::lib) == toolchain::FilePattern{"lib", ".rlib"});
  CHECK(*wasi.pattern(CrateType::cdylib) == toolchain::FilePattern{"", ".wasm"});
  CHECK(*wasi.pattern(CrateType::staticlib) == toolchain::FilePattern{"lib", ".a"});
  CHECK_FALSE(wasi.supports(CrateType::dylib));
  CHECK_FALSE(wasi.supports(CrateType::proc_macro));
  CHECK(wasi.split_debuginfo == std::vector<std::string>{"off"});
  CHECK(wasi.cfg_values("target_feature") == std::vector<std::string>{"bulk-memory", "sign-ext"});
  CHECK(wasi.cfg_values("proc_macro").empty());
  CHECK(std::is_sorted(wasi.cfgs.begin(), wasi.cfgs.end()));
  CHECK(wasi.libdir == "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/wasm32-wasip1/lib");
  CHECK(data->platform_matches(*spec::parse_platform("cfg(target_os = \"wasi\")"), CompileKind::target("wasm32-wasip1")));
  CHECK(data->platform_matches(*spec::parse_platform("cfg(unix)"), CompileKind::host()));
  CHECK(*data->host.pattern(CrateType::proc_macro) == toolchain::FilePattern{"lib", ".so"});
}

TEST_CASE("probe: the question is cargo's", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  REQUIRE(probe(fixture));
  const auto lines = fixture.world.process.command_lines();
  REQUIRE(lines.size() == 5);
  const std::string rustc = "/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc ";
  CHECK(lines[0] == rustc + "-vV");
  CHECK(lines[1] == rustc + "--print=sysroot");
  CHECK(lines[3] == rustc +
                        "- --crate-name ___ --print=file-names --target wasm32-wasip1 --crate-type bin --crate-type rlib --crate-type "
                        "dylib --crate-type cdylib "
                        "--crate-type staticlib --crate-type proc-macro --print=split-debuginfo --print=crate-name --print=cfg -Wwarnings");
  CHECK(lines[4] == rustc + "-Zunstable-options --print=target-spec-json --target wasm32-wasip1");
}

TEST_CASE("probe: a second time starts no process, another compiler is asked again", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  const auto first = probe(fixture);
  REQUIRE(first);
  CHECK(processes(fixture) == 5);
  const auto second = probe(fixture);
  REQUIRE(second);
  CHECK(processes(fixture) == 5);
  CHECK(second->rustc.verbose_version == first->rustc.verbose_version);
  CHECK(second->info(CompileKind::target("wasm32-wasip1")).cfgs == first->info(CompileKind::target("wasm32-wasip1")).cfgs);

  SECTION("the driver library changed, rustc itself did not")
  {
    fixture.world.fs.tick();
    fixture.world.fs.add("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/librustc_driver-0.so", "updated");
    REQUIRE(probe(fixture));
    CHECK(processes(fixture) == 10);
  }
  SECTION("a wrapper was added")
  {
    fixture.world.fs.add("/usr/bin/sccache", "", 0755);
    fixture.world.vars["RUSTC_WRAPPER"] = "sccache";
    fixture.world.process.on("sccache", {"-vV"}, test::ScriptedRun{test::k_verbose_version, {}, {}});
    fixture.world.process.on(
        "sccache", {"--print=sysroot"}, test::ScriptedRun{"/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu\n", {}, {}});
    fixture.world.process.on("sccache", {"--print=cfg"}, test::ScriptedRun{test::k_host_answer, {}, {}});
    REQUIRE(probe(fixture, {}));
    CHECK(processes(fixture) == 8);
    CHECK(fixture.world.process.command_lines().back().starts_with(
        "sccache /h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc - "));
  }
  SECTION("other flags are another question")
  {
    fixture.world.vars["RUSTFLAGS"] = "--cfg x";
    REQUIRE(probe(fixture));
    CHECK(processes(fixture) == 6); // host units have no flags when a target is named
  }
  SECTION("the file is damaged")
  {
    fixture.world.fs.add(k_cache, "{\"format\": 1, \"answers\": 3");
    REQUIRE(probe(fixture));
    CHECK(processes(fixture) == 10);
  }
  SECTION("the user turned it off")
  {
    fixture.world.vars["CARGO_CACHE_RUSTC_INFO"] = "0";
    REQUIRE(probe(fixture));
    CHECK(processes(fixture) == 10);
  }
}

TEST_CASE("probe: another project is told what the compiler said to the first", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  const base::Path of_user = "/h/.cache/cargo-wasm/toolchains";
  const auto probe_in = [&](const char* target) { return probe(fixture, k_wasi, {base::Path(target) / "rustc-info.json", of_user}); };
  const auto first = probe_in("/w/app/target");
  REQUIRE(first);
  CHECK(processes(fixture) == 5);
  const auto processes_after_two_more = [&] {
    REQUIRE(probe_in("/w/one/target"));
    REQUIRE(probe_in("/w/two/target"));
    return processes(fixture);
  };

  SECTION("the same questions start no process, and the project keeps the answers for itself")
  {
    const auto second = probe_in("/w/other/target");
    REQUIRE(second);
    CHECK(processes(fixture) == 5);
    CHECK(second->rustc.verbose_version == first->rustc.verbose_version);
    CHECK(second->info(CompileKind::target("wasm32-wasip1")).cfgs == first->info(CompileKind::target("wasm32-wasip1")).cfgs);
    const base::Path users = of_user / (first->rustc.identity + ".json");
    REQUIRE(fixture.world.fs.read(users));
    CHECK(fixture.world.fs.read("/w/other/target/rustc-info.json") == fixture.world.fs.read("/w/app/target/rustc-info.json"));
    fixture.world.fs.add(users, "damaged");
    REQUIRE(probe_in("/w/other/target"));
    CHECK(processes(fixture) == 5);
    REQUIRE(probe_in("/w/third/target"));
    CHECK(processes(fixture) == 10);
  }
  SECTION("another compiler at the path is asked")
  {
    fixture.world.fs.tick();
    fixture.world.fs.add("/h/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/librustc_driver-0.so", "updated");
    REQUIRE(probe_in("/w/other/target"));
    CHECK(processes(fixture) == 10);
  }
  SECTION("flags whose meaning lies in a file or in the machine are asked about in each project")
  {
    for (const char* flags : {"@flags.txt", "-Ctarget-cpu=native", "--sysroot=../std", "-Zcodegen-backend=./x.so"}) {
      INFO(flags);
      const std::size_t before = processes(fixture);
      fixture.world.vars["RUSTFLAGS"] = flags;
      REQUIRE(probe_in("/w/one/target"));
      REQUIRE(probe_in("/w/two/target"));
      CHECK(processes(fixture) == before + 2);
      REQUIRE(probe_in("/w/two/target"));
      CHECK(processes(fixture) == before + 2);
      REQUIRE(fixture.world.fs.remove("/w/one/target/rustc-info.json"));
      REQUIRE(fixture.world.fs.remove("/w/two/target/rustc-info.json"));
    }
  }
  SECTION("targets may be defined in RUST_TARGET_PATH: asked in each project")
  {
    fixture.world.vars["RUST_TARGET_PATH"] = "/w/specs";
    CHECK(processes_after_two_more() == 15);
  }
  SECTION("variables of `[env]` that change the compiler: asked in each project")
  {
    fixture.world.fs.add("/w/app/.cargo/config.toml", "[env]\nRUST_TARGET_PATH = \"targets\"\n");
    CHECK(processes_after_two_more() == 15);
  }
  SECTION("with another library path it may be another compiler")
  {
    fixture.world.vars["LD_LIBRARY_PATH"] = "/opt/lib";
    REQUIRE(probe_in("/w/one/target"));
    CHECK(processes(fixture) == 10);
  }
  SECTION("a script that starts some compiler is asked in each project, be it in a toolchain")
  {
    fixture.world.fs.add("/opt/lib/librustc_driver-0.so", "driver");
    fixture.world.fs.add("/opt/bin/rustc", "#!/bin/sh", 0755);
    fixture.world.vars["RUSTC"] = "/opt/bin/rustc";
    CHECK(processes_after_two_more() == 15);
  }
  SECTION("the user turned it off")
  {
    fixture.world.vars["CARGO_CACHE_RUSTC_INFO"] = "0";
    REQUIRE(probe_in("/w/other/target"));
    CHECK(processes(fixture) == 10);
  }
}

TEST_CASE("probe: flags that switch a cfg are asked for twice, not for ever", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", "[target.'cfg(not(x))']\nrustflags = [\"--cfg\", \"x\"]\n");
  const std::string with_x = std::string(test::k_wasi_answer) + "x\n";
  fixture.world.process.on("rustc", {"--print=cfg", "wasm32-wasip1", "x"}, test::ScriptedRun{with_x, test::k_wasi_warnings, {}});
  const auto data = probe(fixture);
  REQUIRE(data);
  CHECK(processes(fixture) == 6);
  CHECK(data->info(CompileKind::target("wasm32-wasip1")).rustflags == std::vector<std::string>{"--cfg", "x"});
  CHECK(
      data->warnings ==
      std::vector<std::string>{
          "the flags for `wasm32-wasip1` switch cfgs that select other flags in the configuration; it was asked twice and did not settle"});
}

TEST_CASE("probe: an unknown target is an error that passes rustc's words on", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  fixture.world.process.on(
      "rustc",
      {"wasm32-foo"},
      test::ScriptedRun{{}, "error: error loading target specification: could not find specification for target \"wasm32-foo\"\n", {1, 0}});
  const std::vector<std::string> triples = {"wasm32-foo"};
  const auto data = probe(fixture, triples);
  REQUIRE_FALSE(data);
  CHECK(base::render(data.error(), base::Severity::error, false) ==
        "error[CW0506]: rustc 1.99.1 does not know the target `wasm32-foo`\n"
        "   = note: error: error loading target specification: could not find specification for target \"wasm32-foo\"\n"
        "   = help: `rustc --print target-list` lists the targets it knows\n");
}

TEST_CASE("probe: a program that is no compiler is named", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  fixture.world.process.on("rustc", {"-vV"}, test::ScriptedRun{"hello\n", {}, {}});
  CHECK(probe(fixture).error().id == "CW0505");
  fixture.world.process.on("rustc", {"-vV"}, test::ScriptedRun{{}, "broken\n", {2, 0}});
  const auto failed = probe(fixture);
  CHECK(failed.error().id == "CW0504");
  CHECK(failed.error().notes == std::vector<std::string>{"broken"});
}

TEST_CASE("probe: [env] of the configuration reaches rustc", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  fixture.world.fs.add("/w/app/.cargo/config.toml", "[env]\nRUST_TARGET_PATH = \"/t\"\n");
  fixture.world.vars["RUSTC_LOG"] = "debug";
  REQUIRE(probe(fixture));
  const EnvMap env = fixture.world.process.commands().back().env;
  CHECK(env.at("RUST_TARGET_PATH") == "/t");
  CHECK(env.count("RUSTC_LOG") == 0);
}

TEST_CASE("file types: programs, libraries and what lies beside them", "[toolchain][probe]")
{
  using Flavor = toolchain::OutputFile::Flavor;
  ToolchainFixture fixture;
  const auto data = probe(fixture);
  REQUIRE(data);
  const toolchain::TargetInfo& wasi = data->info(CompileKind::target("wasm32-wasip1"));
  const auto bin = toolchain::output_files(wasi, CrateType::bin);
  REQUIRE(bin.size() == 2);
  CHECK(bin[0] == toolchain::OutputFile{Flavor::normal, CrateType::bin, {"", ".wasm"}, false});
  CHECK(bin[1] == toolchain::OutputFile{Flavor::debug_info, CrateType::bin, {"", ".wasm.dwp"}, false});
  const auto lib = toolchain::output_files(wasi, CrateType::lib);
  REQUIRE(lib.size() == 1);
  CHECK(lib[0] == toolchain::OutputFile{Flavor::linkable, CrateType::rlib, {"lib", ".rlib"}, true});
  CHECK(toolchain::output_files(wasi, CrateType::dylib).empty());
}

TEST_CASE("capabilities: by version where the tool cannot be asked", "[toolchain][probe]")
{
  const auto version = [](std::string_view text) { return *spec::parse_version(text); };
  CHECK_FALSE(toolchain::supports_remap_path_scope(version("1.94.9")));
  CHECK(toolchain::supports_remap_path_scope(version("1.95.0")));
  CHECK_FALSE(toolchain::supports_check_cfg(version("1.79.0")));
  CHECK(toolchain::has_wasip1_target_name(version("1.78.0")));
  CHECK_FALSE(toolchain::has_wasip2_target(version("1.81.0")));
}

TEST_CASE("probe: what a host asks of code comes before the user's flags, for the target that it asks it of alone", "[toolchain][probe]")
{
  ToolchainFixture fixture;
  fixture.world.vars["RUSTFLAGS"] = "--cfg x";
  const auto data =
      probe(fixture, k_wasi, {k_cache, {}}, {{"wasm32-wasip1", {"-Ctarget-feature=+atomics"}}, {"x86_64-unknown-linux-gnu", {"-Cother"}}});
  REQUIRE(data);
  CHECK(data->info(CompileKind::target("wasm32-wasip1")).rustflags == std::vector<std::string>{"-Ctarget-feature=+atomics", "--cfg", "x"});
  CHECK(data->host.rustflags.empty());
  bool is_asked = false;
  for (const std::string& line : fixture.world.process.command_lines()) {
    is_asked = is_asked || line.find("-Ctarget-feature=+atomics --cfg x --target wasm32-wasip1") != std::string::npos;
    CHECK(line.find("-Cother") == std::string::npos);
  }
  CHECK(is_asked);
}
