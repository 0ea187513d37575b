#include "plan_world.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

const plan::ActionTemplate& action_of(const plan::ActionGraph& graph, std::string_view progress_name)
{
  const auto found =
      std::ranges::find_if(graph.actions, [&](const plan::ActionTemplate& a) { return a.label.progress_name == progress_name; });
  REQUIRE(found != graph.actions.end());
  return *found;
}

std::string argument_after(const plan::ActionTemplate& action, std::string_view prefix)
{
  for (const plan::TemplateArg& argument : action.args) {
    const auto* text = std::get_if<std::string>(&argument.front().value);
    if (text != nullptr && text->starts_with(prefix)) {
      return text->substr(prefix.size());
    }
  }
  return {};
}

PlanWorld program_with_library()
{
  PlanWorld world;
  world.add({.name = "my-app", .is_member = true, .targets = {bin("my-app")}, .dependencies = {{.name = "util"}}});
  world.add({.name = "util"});
  world.request.kinds = {toolchain::CompileKind::target("wasm32-wasip1")};
  return world;
}

} // namespace

TEST_CASE("actions: dependencies come first, and a library's dependents wait for metadata only", "[plan][actions]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app")}, .dependencies = {{.name = "outer"}}});
  world.add({.name = "outer", .dependencies = {{.name = "inner"}}});
  world.add({.name = "inner"});
  const plan::ActionGraph graph = *world.actions();
  for (std::size_t i = 0; i < graph.actions.size(); ++i) {
    for (const plan::TemplateDependency& dependency : graph.actions[i].dependencies) {
      CHECK(dependency.action < i);
    }
  }
  const plan::ActionTemplate& outer = action_of(graph, "outer");
  REQUIRE(outer.dependencies.size() == 1);
  CHECK(outer.dependencies.front().early_is_enough);
  CHECK(graph.actions[outer.dependencies.front().action].outputs[outer.dependencies.front().outputs.front()].early);

  // The program links, so it needs every library below it, complete.
  const plan::ActionTemplate& app = action_of(graph, "app(bin)");
  CHECK(app.dependencies.size() == 2);
  CHECK(std::ranges::none_of(app.dependencies, &plan::TemplateDependency::early_is_enough));
  CHECK(action_of(graph, "inner").priority > outer.priority);
}

TEST_CASE("actions: programs keep their hyphens, modules lose them, both lie where cargo puts them", "[plan][actions]")
{
  PlanWorld world = program_with_library();
  const plan::ActionGraph program = *world.actions();
  CHECK(action_of(program, "my-app(bin)").uplifted.front().second == "/project/target/wasm32-wasip1/debug/my-app.wasm");
  CHECK(action_of(program, "my-app(bin)").executable_output == 0U);
  CHECK(action_of(program, "util").uplifted.empty());

  PlanWorld module;
  module.add({.name = "my-app", .is_member = true, .targets = {lib({CrateType::cdylib})}});
  module.request.kinds = {toolchain::CompileKind::target("wasm32-unknown-unknown")};
  module.request.profile_name = "release";
  CHECK(action_of(*module.actions(), "my-app").uplifted.front().second == "/project/target/wasm32-unknown-unknown/release/my_app.wasm");
}

TEST_CASE("actions: a program and a module of one name collide, and always the same one wins", "[plan][actions]")
{
  PlanWorld world;
  world.add({.name = "foo", .is_member = true, .targets = {lib({CrateType::cdylib}), bin("foo")}});
  world.request.kinds = {toolchain::CompileKind::target("wasm32-wasip1")};
  const plan::ActionGraph graph = *world.actions();
  REQUIRE(graph.collisions.size() == 1);
  CHECK(graph.collisions.front().path == "/project/target/wasm32-wasip1/debug/foo.wasm");
  CHECK(graph.actions[graph.collisions.front().winner].label.target_kind == "bin");
  CHECK(graph.actions[graph.collisions.front().loser].uplifted.empty());
  CHECK(world.env.reporter.err() == "warning[CW0381]: two artifacts belong at `/project/target/wasm32-wasip1/debug/foo.wasm`\n"
                                    "   = note: `foo` (bin \"foo\") is put there, `foo` (lib) is not\n"
                                    "   = help: give them different names, or build them one at a time\n");
}

TEST_CASE("actions: names follow from identity, not from place", "[plan][actions]")
{
  PlanWorld here = program_with_library();
  const std::string name = argument_after(action_of(*here.actions(), "my-app(bin)"), "extra-filename=");
  CHECK(name.size() == 17);

  PlanWorld flags = program_with_library();
  flags.platforms.targets.at("wasm32-wasip1").rustflags = {"--cfg", "x"};
  const plan::ActionGraph with_flags = *flags.actions();
  CHECK(argument_after(action_of(with_flags, "my-app(bin)"), "extra-filename=") != name);
  // Symbols stay the same, so that profiles recorded without the flag still fit.
  CHECK(argument_after(action_of(with_flags, "my-app(bin)"), "metadata=") ==
        argument_after(action_of(*here.actions(), "my-app(bin)"), "metadata="));

  PlanWorld release = program_with_library();
  release.request.profile_name = "release";
  CHECK(argument_after(action_of(*release.actions(), "my-app(bin)"), "metadata=") !=
        argument_after(action_of(*here.actions(), "my-app(bin)"), "metadata="));
}

TEST_CASE("actions: a change far below changes the names above", "[plan][actions]")
{
  PlanWorld before = program_with_library();
  PlanWorld after;
  after.add({.name = "my-app", .is_member = true, .targets = {bin("my-app")}, .dependencies = {{.name = "util"}}});
  after.add({.name = "util", .version = "1.0.1"});
  after.request.kinds = before.request.kinds;
  CHECK(argument_after(action_of(*before.actions(), "my-app(bin)"), "metadata=") !=
        argument_after(action_of(*after.actions(), "my-app(bin)"), "metadata="));
}

TEST_CASE("actions: what build scripts see", "[plan][actions]")
{
  PlanWorld world;
  world.add({.name = "z-sys",
             .is_member = true,
             .targets = {lib(), build_script()},
             .features = {{"default", {"static-link"}}, {"static-link", {}}},
             .links = "z"});
  world.request.kinds = {toolchain::CompileKind::target("wasm32-wasip1")};
  world.request.profile_name = "release";
  const plan::ActionGraph graph = *world.actions();
  const plan::ActionTemplate& run = action_of(graph, "z-sys(build)");
  const auto& env = run.env;
  CHECK(env.at("TARGET") == "wasm32-wasip1");
  CHECK(env.at("HOST") == "x86_64-unknown-linux-gnu");
  CHECK(env.at("PROFILE") == "release");
  CHECK(env.at("OPT_LEVEL") == "3");
  CHECK(env.at("DEBUG") == "false");
  CHECK(env.at("CARGO_MANIFEST_LINKS") == "z");
  CHECK(env.at("CARGO_FEATURE_STATIC_LINK") == "1");
  CHECK(env.at("CARGO_CFG_TARGET_FAMILY") == "wasm");
  CHECK(env.at("CARGO_CFG_FEATURE") == "default,static-link");
  CHECK_FALSE(env.contains("CARGO_CFG_DEBUG_ASSERTIONS")); // release, whatever rustc says
  CHECK(env.at("CARGO_ENCODED_RUSTFLAGS").empty());
  CHECK(std::ranges::find(run.env_removed, "RUSTFLAGS") != run.env_removed.end());
  CHECK(env.at("CARGO_PKG_DESCRIPTION").empty()); // set even when the manifest says nothing
  CHECK(run.out_dir->native().starts_with("/project/target/.cargo-wasm/wasm32-wasip1/release/build/z-sys-"));
  CHECK(action_of(graph, "z-sys").env.at("OUT_DIR") == run.out_dir->native());
  CHECK(graph.actions[run.program_ref->action].label.progress_name == "z-sys(build.rs)");
}

TEST_CASE("actions: incremental units and what uses them stay in the checkout", "[plan][actions]")
{
  PlanWorld world = program_with_library();
  const plan::ActionGraph graph = *world.actions();
  CHECK_FALSE(action_of(graph, "my-app(bin)").cacheable);
  CHECK(action_of(graph, "my-app(bin)").not_cacheable_because == "incremental compilation: the bytes differ from run to run");
  CHECK(action_of(graph, "util").cacheable);
  world.env.vars["CI"] = "true";
  CHECK(action_of(*world.actions(), "my-app(bin)").cacheable);
}

TEST_CASE("actions: inputs are the package, its checksum, and the compiler for both sides", "[plan][actions]")
{
  PlanWorld world = program_with_library();
  const plan::ActionGraph graph = *world.actions();
  const auto& inputs = action_of(graph, "util").inputs;
  REQUIRE(inputs.size() == 2);
  CHECK(inputs[0].kind == plan::TemplateInput::Kind::registry_package);
  CHECK(inputs[0].text == std::string(64, 'c'));
  CHECK(inputs[1].text == "x86_64-unknown-linux-gnu,wasm32-wasip1");
  CHECK(action_of(graph, "my-app(bin)").inputs[0].kind == plan::TemplateInput::Kind::package_tree);
}

TEST_CASE("actions: wrappers stand before the compiler, one of them for members only", "[plan][actions]")
{
  PlanWorld world = program_with_library();
  world.platforms.rustc.wrapper = "/bin/sccache";
  world.platforms.rustc.workspace_wrapper = "/bin/clippy-driver";
  const plan::ActionGraph graph = *world.actions();
  const auto words = [&](std::string_view name) {
    const plan::ActionTemplate& action = action_of(graph, name);
    return fmt::format("{} {} {}",
                       action.program.native(),
                       std::get<std::string>(action.args[0].front().value),
                       std::get<std::string>(action.args[1].front().value));
  };
  CHECK(words("my-app(bin)") == "/bin/sccache /bin/clippy-driver /rust/bin/rustc");
  CHECK(words("util") == "/bin/sccache /rust/bin/rustc --crate-name");
}

TEST_CASE("actions: JSON messages and labels are cargo's", "[plan][actions]")
{
  PlanWorld world = program_with_library();
  const plan::ActionGraph graph = *world.actions();
  const plan::ActionTemplate& action = action_of(graph, "my-app(bin)");
  CHECK(action.label.description == "`my-app` (bin \"my-app\")");
  CHECK(action.label.fix_arguments == "--bin \"my-app\" -p my-app");
  CHECK(action.label.package_display == "my-app v1.0.0 (/project)");
  CHECK(*action.artifact_message == nlohmann::json::parse(R"({"reason":"compiler-artifact","package_id":"path+file:///project#my-app@1.0.0",
    "manifest_path":"/project/Cargo.toml","target":{"kind":["bin"],"crate_types":["bin"],"name":"my-app","src_path":"/project/src/bin/my-app.rs",
    "edition":"2021","doc":true,"doctest":false,"test":true},"profile":{"opt_level":"0","debuginfo":2,"debug_assertions":true,"overflow_checks":true,
    "test":false},"features":[]})"));
  CHECK(graph.finished == "`dev` profile [unoptimized + debuginfo]");
}

TEST_CASE("actions: a crate type the target cannot make is said before anything runs", "[plan][actions]")
{
  PlanWorld world;
  world.add({.name = "plugin", .is_member = true, .targets = {lib({CrateType::dylib})}});
  world.request.kinds = {toolchain::CompileKind::target("wasm32-unknown-unknown")};
  CHECK(world.actions().error() == Error("CW0380", "target `wasm32-unknown-unknown` cannot produce dylib for `plugin v1.0.0 (/project)`")
                                       .help("build for another target, or change `crate-type`"));
}
