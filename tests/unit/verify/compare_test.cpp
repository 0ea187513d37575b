#include <cargo_wasm/verify/compare.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::verify;
using Cause = ActionDifference::Cause;

namespace {

base::Digest digest(const char* text)
{
  return base::digest_of(text);
}

ActionOfBuild action(std::string name, std::vector<std::uint32_t> after)
{
  ActionOfBuild made;
  made.identity = name;
  made.unit = name;
  made.command = digest("command");
  made.inputs = digest("inputs");
  made.after = std::move(after);
  made.outputs = {{"target/" + name, digest("bytes"), {{"code section", digest("code")}, {"data section", digest("data")}}}};
  return made;
}

/// script ► library ► program, and one beside them.
BuildRecord chain()
{
  BuildRecord record;
  record.rustc_version = "1.99.1";
  record.actions = {action("script", {}), action("library", {0}), action("program", {1}), action("other", {})};
  return record;
}

} // namespace

TEST_CASE("two equal records have no difference, and it is told how much was compared", "[verify]")
{
  const Comparison found = compare(chain(), chain(), Machine::same);
  CHECK(found.differences.empty());
  CHECK(found.other_settings.empty());
  CHECK(found.actions == 4);
  CHECK(found.outputs == 4);
}

TEST_CASE("the first difference in the order of dependencies comes first, and what follows from it says so", "[verify]")
{
  const BuildRecord was = chain();
  BuildRecord is = chain();
  for (const std::size_t changed : {1U, 2U}) {
    is.actions[changed].outputs[0].digest = digest("others");
  }
  is.actions[1].outputs[0].parts[1].digest = digest("others");
  is.actions[2].inputs = digest("others");
  const Comparison found = compare(was, is, Machine::same);
  REQUIRE(found.differences.size() == 2);
  CHECK(found.differences[0] ==
        ActionDifference{Cause::not_deterministic, 1, 1, "library", "target/library", "data section", false, false});
  CHECK(found.differences[1] == ActionDifference{Cause::inputs, 2, 2, "program", "target/program", "", false, true});
}

TEST_CASE("actions are found by identity, in whatever order the second build lists them", "[verify]")
{
  const BuildRecord was = chain();
  BuildRecord is = chain();
  std::swap(is.actions[0], is.actions[3]);
  is.actions[1].after = {3};
  CHECK(compare(was, is, Machine::same).differences.empty());
  is.actions[3].outputs[0].digest = digest("others");
  const Comparison found = compare(was, is, Machine::same);
  REQUIRE(found.differences.size() == 1);
  CHECK(found.differences[0].was == 0);
  CHECK(found.differences[0].is == 3);
}

TEST_CASE("a cause is told apart: another command, other files, or neither", "[verify]")
{
  BuildRecord is = chain();
  is.actions[0].outputs[0].digest = digest("others");
  CHECK(compare(chain(), is, Machine::same).differences.front().cause == Cause::not_deterministic);
  is.actions[0].inputs = digest("others");
  CHECK(compare(chain(), is, Machine::same).differences.front().cause == Cause::inputs);
  is.actions[0].command = digest("others");
  CHECK(compare(chain(), is, Machine::same).differences.front().cause == Cause::command);
}

TEST_CASE("other inputs without other outputs are no difference", "[verify]")
{
  BuildRecord is = chain();
  is.actions[0].inputs = digest("others");
  is.actions[0].command = digest("others");
  CHECK(compare(chain(), is, Machine::same).differences.empty());
}

TEST_CASE("an output that is there on one side only is a difference, on either side", "[verify]")
{
  BuildRecord more = chain();
  more.actions[3].outputs.push_back({"target/more", digest("more"), {}});
  for (const Comparison& found : {compare(chain(), more, Machine::same), compare(more, chain(), Machine::same)}) {
    REQUIRE(found.differences.size() == 1);
    CHECK(found.differences[0].output == "target/more");
    CHECK(found.differences[0].is_missing);
  }
}

TEST_CASE("actions of one build only are told, and what reads them follows", "[verify]")
{
  BuildRecord is = chain();
  is.actions[0].identity = "another script";
  is.actions[1].outputs[0].digest = digest("others");
  const Comparison found = compare(chain(), is, Machine::same);
  REQUIRE(found.differences.size() == 3);
  CHECK(found.differences[0].cause == Cause::only_before);
  CHECK(found.differences[1].follows);
  CHECK(found.differences[2].cause == Cause::only_now);
}

TEST_CASE("what the heads of the records do not share is told by name", "[verify]")
{
  BuildRecord was = chain();
  BuildRecord is = chain();
  was.settings = {{"TZ", "UTC"}};
  was.tools = {{"wasm-opt", digest("one")}};
  is.tools = {{"wasm-opt", digest("other")}};
  is.rustc_version = "1.98.1";
  is.lock = digest("lock");
  CHECK(compare(was, is, Machine::same).other_settings ==
        std::vector<std::string>{"rustc: 1.99.1, then 1.98.1", "Cargo.lock", "TZ: UTC, then nothing", "the tool `wasm-opt`"});
  is.rustc_version = was.rustc_version;
  is.toolchain_contents = digest("toolchain");
  CHECK(compare(was, is, Machine::same).other_settings.front() == "the files of the toolchain");
}

TEST_CASE("what a script left, and what had no effect on anybody who read it, stands apart", "[verify]")
{
  BuildRecord was = chain();
  was.actions[0].kind = "build-script";
  BuildRecord is = was;
  is.actions[0].outputs[0].digest = digest("others");
  is.actions[1].inputs = digest("others");
  const Comparison found = compare(was, is, Machine::same);
  CHECK(found.differences.empty());
  REQUIRE(found.without_effect.size() == 1);
  CHECK(found.without_effect[0].unit == "script");
  is.actions[1].outputs[0].digest = digest("others");
  const Comparison effective = compare(was, is, Machine::same);
  CHECK(effective.without_effect.empty());
  REQUIRE(effective.differences.size() == 2);
  CHECK(effective.differences[0].unit == "script");
}

TEST_CASE("on another machine the programs that run while building may differ, and are counted", "[verify]")
{
  BuildRecord was = chain();
  was.actions[0].identity = "host/release/script";
  was.actions[0].kind = "rustc";
  BuildRecord is = was;
  is.actions[0].outputs[0].digest = digest("others");
  is.actions[1].inputs = digest("others");
  CHECK(compare(was, is, Machine::same).differences.size() == 1);
  const Comparison found = compare(was, is, Machine::other);
  CHECK(found.differences.empty());
  CHECK(found.host_programs == std::vector<std::string>{"script"});
  is.actions[1].outputs[0].digest = digest("others");
  CHECK(compare(was, is, Machine::other).differences.front().cause == Cause::inputs);
}
