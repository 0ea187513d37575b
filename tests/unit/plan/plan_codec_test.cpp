#include "plan_world.hpp"

#include <nlohmann/json.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

plan::ActionGraph sample()
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app"), build_script()}, .dependencies = {{.name = "z-sys"}}});
  world.add({.name = "z-sys", .targets = {lib(), build_script()}, .links = "z"});
  Result<plan::ActionGraph> graph = world.actions();
  REQUIRE(graph.has_value());
  graph->actions.back().unkeyed_args = {"--diagnostic-width=80"};
  graph->actions.back().replaced_script_output = std::vector<std::string>{"cargo:rustc-link-lib=z"};
  return std::move(*graph);
}

} // namespace

TEST_CASE("plan file: what is read equals what was written", "[plan][codec]")
{
  const plan::ActionGraph graph = sample();
  const std::string bytes = plan::encode_plan(graph);
  const Result<plan::ActionGraph> back = plan::decode_plan(bytes);
  REQUIRE(back.has_value());
  CHECK(plan::encode_plan(*back) == bytes);
  CHECK(back->actions.size() == graph.actions.size());
  CHECK(back->actions.back().env == graph.actions.back().env);
  CHECK(*back->actions.back().artifact_message == *graph.actions.back().artifact_message);
  CHECK(back->finished == graph.finished);
}

TEST_CASE("plan file: every shortened file is refused, none crashes", "[plan][codec]")
{
  const std::string bytes = plan::encode_plan(sample());
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    CHECK_FALSE(plan::decode_plan(std::string_view(bytes).substr(0, size)).has_value());
  }
}

TEST_CASE("plan file: no flipped byte leads outside the graph", "[plan][codec]")
{
  const std::string bytes = plan::encode_plan(sample());
  for (std::size_t at = 0; at < bytes.size(); at += 11) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const Result<plan::ActionGraph> graph = plan::decode_plan(damaged); // a changed letter is not noticed; an index must be
    if (graph) {
      for (const plan::ActionTemplate& action : graph->actions) {
        for (const plan::TemplateDependency& dependency : action.dependencies) {
          REQUIRE(dependency.action < graph->actions.size());
        }
      }
    }
  }
}

TEST_CASE("plan file: another version is told from damage", "[plan][codec]")
{
  std::string bytes = plan::encode_plan(sample());
  bytes[8] = 99;
  CHECK(plan::decode_plan(bytes).error() == Error("CW0390", "the stored plan is of another version", Blame::environment));
  CHECK(plan::decode_plan(plan::encode_plan(sample()) + "x").error().message == "the stored plan is damaged");
}
