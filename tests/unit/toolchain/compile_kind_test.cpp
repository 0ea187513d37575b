#include <cargo_wasm/toolchain/compile_kind.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using toolchain::compile_kinds;
using toolchain::CompileKind;

TEST_CASE("compile kinds: none is the host, several are sorted and unique", "[toolchain][kind]")
{
  const std::string host = "x86_64-unknown-linux-gnu";
  CHECK(*compile_kinds({}, host) == std::vector{CompileKind::host()});
  const std::vector<std::string> triples = {"wasm32-wasip1", " host-tuple", "wasm32-unknown-unknown", "wasm32-wasip1"};
  CHECK(*compile_kinds(triples, host) ==
        std::vector{CompileKind::target("wasm32-unknown-unknown"), CompileKind::target("wasm32-wasip1"), CompileKind::target(host)});
}

TEST_CASE("compile kinds: the host named as a target is not the host", "[toolchain][kind]")
{
  CHECK(CompileKind::host() != CompileKind::target("x86_64-unknown-linux-gnu"));
  CHECK(CompileKind::host() < CompileKind::target("a"));
}

TEST_CASE("compile kinds: an empty name and a target file are refused", "[toolchain][kind]")
{
  const std::vector<std::string> empty = {" "};
  CHECK(compile_kinds(empty, "h").error() == Error("CW0513", "the name of the target is empty", Blame::usage));
  const std::vector<std::string> file = {"my.json"};
  CHECK(compile_kinds(file, "h").error().message == "`my.json` is a target file, which stable compilers do not take");
}
