// A failed link in a world of fakes: the crate `app` in one file, and below it the crate `logger` of a registry.
#pragma once
#include <nlohmann/json.hpp>

#include <cargo_wasm/exec/execute.hpp>

#include <support/test_env.hpp>

namespace cargo_wasm::test {

struct FailedLink
{
  static constexpr const char* k_report = "/project/target/deps/app.link.json";
  static constexpr plan::ActionIndex k_logger = 0, k_script = 1, k_app = 2;

  FailedLink()
  {
    graph.actions = {crate("logger", "/home/registry/logger-1.0.0/src/lib.rs", "/project/target/deps/liblogger-1a.rlib"),
                     plan::ActionTemplate(),
                     crate("app", "/project/src/lib.rs", "/project/target/deps/app.wasm")};
    graph.actions[k_script].kind = plan::ActionKind::run_build_script;
    graph.actions[k_script].label.package_name = "native-sys";
    graph.actions[k_script].label.package_version = "2.0.0";
    graph.actions[k_script].out_dir = "/project/target/build/native-sys-2b/out";
    graph.actions[k_app].outputs.push_back({.path = k_report});
    graph.actions[k_app].link_report = 1;
    graph.actions[k_app].label.is_local = true;
    graph.actions[k_app].dependencies = {{k_logger, false, {0}}, {k_script, false, {0}}};
    graph.roots = {k_app};
  }

  void source(plan::ActionIndex action, const std::string& text)
  {
    const std::string file = graph.actions[action].message_target->at("src_path").get<std::string>();
    world.fs.add(file, text);
    world.fs.add(*graph.actions[action].dep_info, "out: " + file + "\n");
    world.process.on("rustc", {graph.actions[action].label.package_name, "-Zunpretty=expanded"}, {.out = text, .err = {}, .exit = {}});
    world.process.on(
        "rustc", {graph.actions[action].label.package_name, "--print=cfg"}, {.out = "target_os=\"unknown\"\n", .err = {}, .exit = {}});
  }

  [[nodiscard]] exec::InspectedAction failed()
  {
    return {env, graph, k_app, [this](plan::ActionIndex action) {
              base::Command command;
              command.program = "/rust/bin/rustc";
              command.args = {graph.actions[action].label.package_name, "--emit=link", "--error-format=json"};
              return command;
            }};
  }

  TestEnv world;
  Env env = world.env();
  plan::ActionGraph graph;

private:
  static plan::ActionTemplate crate(const std::string& name, const std::string& root, const std::string& output)
  {
    plan::ActionTemplate action;
    action.label.package_name = name;
    action.label.package_version = "1.0.0";
    action.label.package_display = name + " v1.0.0 (/somewhere)";
    action.label.target_kind = "lib";
    action.cwd = "/project";
    action.outputs = {{.path = output}};
    action.dep_info = "/project/target/deps/" + name + ".d";
    action.message_target = std::make_shared<const nlohmann::json>(nlohmann::json{{"src_path", root}, {"edition", "2021"}});
    return action;
  }
};

} // namespace cargo_wasm::test
