#include <nlohmann/json.hpp>

#include <cargo_wasm/exec/failure_advice.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

/// app → middle → the failing crate.
plan::ActionGraph graph_with(plan::ActionKind kind, const std::string& name, const std::string& version)
{
  plan::ActionGraph graph;
  graph.actions.resize(1);
  graph.actions[0].kind = kind;
  graph.actions[0].label.package_name = name;
  graph.actions[0].label.package_version = version;
  graph.actions[0].label.package_display = name + " v" + version;
  return graph;
}

std::optional<FailureAdvice>
advice(const plan::ActionGraph& graph, std::string_view text, std::string_view triple, std::vector<std::string> path)
{
  return advise({graph, 0, text, triple, std::move(path)});
}

} // namespace

TEST_CASE("advice: C code without a compiler for WASI names crate, path and way out", "[exec][advice]")
{
  // jaq 3.1.2 → mimalloc; the text is cc's.
  const auto graph = graph_with(plan::ActionKind::run_build_script, "libmimalloc-sys", "0.1.49");
  const auto got =
      advice(graph,
             "  running: \"clang\" \"-O3\" \"--target=wasm32-wasip1\"\n  cargo:warning=c_src/mimalloc/include/mimalloc.h:93:10: "
             "fatal error: 'stddef.h' file not found\n",
             "wasm32-wasip1",
             {"jaq v3.1.2 (/x)", "mimalloc v0.1.52", "libmimalloc-sys v0.1.49"});
  REQUIRE(got);
  CHECK(got->notes == std::vector<std::string>{
                          "`libmimalloc-sys v0.1.49` compiles C code, and there is no C library (sysroot with headers) for wasm32-wasip1",
                          "needed through `jaq v3.1.2` → `mimalloc v0.1.52` → `libmimalloc-sys v0.1.49`"});
  REQUIRE(got->helps.size() == 2);
  CHECK(got->helps[0].starts_with("an allocator written in C is not needed here"));
  CHECK(got->helps[1].find("CC_wasm32_wasip1=") != std::string::npos);
}

TEST_CASE("advice: a tool that is not installed is told apart from missing headers", "[exec][advice]")
{
  const auto graph = graph_with(plan::ActionKind::run_build_script, "libdeflate-sys", "1.25.2");
  const auto got = advice(graph,
                          "error occurred in cc-rs: failed to find tool \"clang\": No such file or directory (os error 2)",
                          "wasm32-wasip1",
                          {"oxipng v10.2.1", "libdeflate-sys v1.25.2"});
  REQUIRE(got);
  CHECK(got->notes[0] == "`libdeflate-sys v1.25.2` compiles C code, and there is no C compiler for wasm32-wasip1");
  CHECK(got->helps[0] == "look for a feature that selects a pure Rust deflate (miniz_oxide, zlib-rs) instead of libdeflate");
}

TEST_CASE("advice: what std lacks on the target is named", "[exec][advice]")
{
  // tokei 15.0.0 → etcetera.
  const auto graph = graph_with(plan::ActionKind::rustc, "etcetera", "0.11.0");
  const auto got = advice(
      graph, "error[E0425]: cannot find function `home_dir` in module `std::env`", "wasm32-wasip1", {"tokei v15.0.0", "etcetera v0.11.0"});
  REQUIRE(got);
  CHECK(got->notes[0] == "`etcetera v0.11.0` uses a home directory (`home_dir`), which wasm32-wasip1 does not have");
  CHECK(got->notes[1] == "needed through `tokei v15.0.0` → `etcetera v0.11.0`");
  CHECK(got->helps.size() == 1);
}

TEST_CASE("advice: host compilations, ordinary errors and scripts that merely fail get none", "[exec][advice]")
{
  const auto script = graph_with(plan::ActionKind::run_build_script, "a", "1.0.0");
  CHECK_FALSE(advice(script, "failed to find tool \"clang\"", "x86_64-unknown-linux-gnu", {}));
  CHECK_FALSE(advice(script, "thread 'main' panicked at build.rs:3:5", "wasm32-wasip1", {}));
  const auto rustc = graph_with(plan::ActionKind::rustc, "a", "1.0.0");
  CHECK_FALSE(advice(rustc, "error[E0308]: mismatched types", "wasm32-wasip1", {}));
}

TEST_CASE("advice: never more than five lines", "[exec][advice]")
{
  const auto graph = graph_with(plan::ActionKind::run_build_script, "zstd-sys", "2.0.0");
  const auto got =
      advice(graph, "cc-rs: clang", "wasm32-unknown-unknown", {"a v1", "b v1", "c v1", "d v1", "e v1", "f v1", "zstd-sys v2.0.0"});
  REQUIRE(got);
  CHECK(got->notes.size() + got->helps.size() <= 5);
  CHECK(got->notes[1] == "needed through `a v1` → `b v1` → … → `f v1` → `zstd-sys v2.0.0`");
}
