// Command lines, whole, against tests/ui/rustc_args/NAME.txt. Each file is the plan of one small workspace: an action a
// paragraph, arguments as one would type them, hashes as [HASH]. CW_TEST_ACCEPT=1 rewrites the files; read the difference like code.
#include "plan_world.hpp"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string text_of(const plan::ArgPiece& piece)
{
  if (const auto* text = std::get_if<std::string>(&piece.value)) {
    return text->find(' ') == std::string::npos && text->find('"') == std::string::npos ? *text : fmt::format("'{}'", *text);
  }
  if (const auto* script = std::get_if<plan::ScriptArgs>(&piece.value)) {
    return fmt::format("{{script {}{}{}}}", script->script, script->own_package ? " own" : "", script->pass_l ? " -l" : "");
  }
  return "{output}";
}

std::string command_lines(const plan::ActionGraph& graph)
{
  std::string text;
  for (std::size_t i = 0; i < graph.actions.size(); ++i) {
    const plan::ActionTemplate& action = graph.actions[i];
    text += fmt::format("{} {} {}\n", i, action.label.progress_name, action.kind == plan::ActionKind::rustc ? "" : "runs");
    text += fmt::format("  cd {}\n ", action.cwd.native());
    text += action.program_ref ? fmt::format(" {{output {} of {}}}", action.program_ref->output, action.program_ref->action)
                               : " " + action.program.native();
    for (const plan::TemplateArg& argument : action.args) {
      text += " ";
      for (const plan::ArgPiece& piece : argument) {
        text += text_of(piece);
      }
    }
    text += "\n\n";
  }
  static const std::regex k_hash("[0-9a-f]{16}(?![0-9a-f])");
  return std::regex_replace(text, k_hash, "[HASH]");
}

void check_golden(const std::string& name, PlanWorld& world)
{
  world.platforms.rustc.commit_hash = "c0ffee"; // shorter than what is taken for a hash
  const Result<plan::ActionGraph> graph = world.actions();
  REQUIRE(graph.has_value());
  const std::string actual = command_lines(*graph);
  const std::string file = std::string(CW_UI_DIR) + "/rustc_args/" + name + ".txt";
  if (std::getenv("CW_TEST_ACCEPT") != nullptr) {
    std::ofstream(file) << actual;
    WARN("rewritten: " << file);
    return;
  }
  std::ifstream in(file);
  std::stringstream expected;
  expected << in.rdbuf();
  CHECK(actual == expected.str());
}

/// A library for JavaScript, a program, a derive macro and a C library's build script: one of each thing that changes a command line.
PlanWorld everything()
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib({CrateType::cdylib, CrateType::rlib}), bin("tool"), build_script()},
             .dependencies = {{.name = "serde", .features = {"derive"}}, {.name = "z-sys"}, {.name = "cc", .kind = DependencyKind::build}},
             .features = {{"default", {"fast"}}, {"fast", {}}, {"slow", {}}},
             .lints = {"--warn=unused", "--check-cfg", "cfg(mycfg)"}});
  world.add(
      {.name = "serde", .dependencies = {{.name = "serde-derive", .optional = true}}, .features = {{"derive", {"dep:serde-derive"}}}});
  world.add({.name = "serde-derive", .targets = {proc_macro()}, .dependencies = {{.name = "syn"}}});
  world.add({.name = "syn"});
  world.add(
      {.name = "z-sys", .targets = {lib(), build_script()}, .dependencies = {{.name = "cc", .kind = DependencyKind::build}}, .links = "z"});
  world.add({.name = "cc"});
  world.request.kinds = {toolchain::CompileKind::target("wasm32-unknown-unknown")};
  return world;
}

} // namespace

TEST_CASE("rustc arguments: dev build for wasm, as cargo", "[plan][args]")
{
  PlanWorld world = everything();
  check_golden("dev-strict", world);
}

TEST_CASE("rustc arguments: release build for wasm with lto, as cargo", "[plan][args]")
{
  PlanWorld world = everything();
  manifest::BuildProfileToml release;
  release.lto = std::string("thin");
  release.codegen_units = 1;
  release.panic = "abort";
  world.workspace.profiles["release"] = release;
  world.request.profile_name = "release";
  check_golden("release-strict", world);
}

TEST_CASE("rustc arguments: our own defaults drop debug info of host units and name places neutrally", "[plan][args]")
{
  PlanWorld world = everything();
  world.request.strict_cargo = false;
  check_golden("dev", world);
}

TEST_CASE("rustc arguments: check with tests", "[plan][args]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib(), target(TargetKind::test, "it")},
             .dependencies = {{.name = "util", .kind = DependencyKind::development}}});
  world.add({.name = "util"});
  world.request.intent = plan::UserIntent::check;
  world.request.targets.all_targets = true;
  check_golden("check-all-targets", world);
}
