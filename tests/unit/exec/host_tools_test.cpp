// What code for this machine is linked with and made for.
#include "host_tools.hpp"

#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

using Words = std::vector<std::string>;

std::vector<std::string> linkers(test::TestEnv& world, const Words& arguments)
{
  std::vector<std::string> names;
  for (const base::Path& path : named_linkers(world.env(), "/ws", arguments)) {
    names.push_back(path.native());
  }
  return names;
}

} // namespace

TEST_CASE("a target is one of wasm by its name, also when a file describes it; no target is this machine")
{
  CHECK(is_for_wasm({"--crate-name", "a", "--target", "wasm32-wasip1"}));
  CHECK(is_for_wasm({"--target=wasm64-unknown-unknown"}));
  CHECK(is_for_wasm({"--target", "/targets/wasm32-ours.json"}));
  CHECK_FALSE(is_for_wasm({"--target", "x86_64-unknown-linux-gnu"}));
  CHECK_FALSE(is_for_wasm({"--target", "/wasm/x86_64-ours.json"}));
  CHECK_FALSE(is_for_wasm({"--crate-name", "wasm32"}));
  CHECK_FALSE(is_for_wasm({"--target"}));
}

TEST_CASE("a linker with a slash lies where the compiler runs, another on PATH, and what is not there is none")
{
  test::TestEnv world({{"/ws/mycc", ""}, {"/ws/tools/cc", ""}, {"/opt/cc", ""}});
  world.fs.add("/bin/ourcc", "", 0755);
  world.fs.add("/bin/ld.mold", "", 0755);
  world.vars = {{"PATH", "/ws:/bin"}};
  CHECK(linkers(world, {"-C", "linker=./mycc"}) == Words{"/ws/mycc"});
  CHECK(linkers(world, {"-Clinker=tools/cc"}) == Words{"/ws/tools/cc"});
  CHECK(linkers(world, {"--codegen=linker=/opt/cc", "-C", "linker=ourcc"}) == Words{"/opt/cc", "/bin/ourcc"});
  CHECK(linkers(world, {"-Clinker=./nothing", "-C", "linker=nothing", "-Clinker-flavor=gcc"}).empty());
  CHECK(linkers(world, {"-Clink-arg=-fuse-ld=mold"}) == Words{"/bin/ld.mold"});
  CHECK(linkers(world, {"-C", "link-args=-s -fuse-ld=/opt/cc"}) == Words{"/opt/cc"});
}

TEST_CASE("`target-cpu=native` is the kind of the processor and what it can do, and not how fast it is at the moment")
{
  CHECK(is_for_this_processor({"-C", "target-cpu=native"}));
  CHECK(is_for_this_processor({"-Ctarget-cpu=native"}));
  CHECK_FALSE(is_for_this_processor({"-Ctarget-cpu=x86-64-v3", "native"}));
  const auto processor = [](const std::string& text) { return this_processor(test::TestEnv({{"/proc/cpuinfo", text}}).fs); };
  const std::string rest = "model name\t: One\nflags\t\t: fpu avx2\n";
  const std::string before = processor("processor\t: 0\ncpu MHz\t\t: 2400\n" + rest + "\nprocessor\t: 1\n" + rest);
  CHECK(!before.empty());
  CHECK(processor("processor\t: 0\ncpu MHz\t\t: 3200\n" + rest) == before);
  CHECK(processor("processor\t: 0\nmodel name\t: One\nflags\t\t: fpu avx2 avx512f\n") != before);
  CHECK(processor("").empty());
  CHECK(this_processor(test::TestEnv().fs).empty());
}
