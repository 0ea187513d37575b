// Whole builds on a real directory with a scripted compiler: two libraries, a program, a build script.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/execute.hpp>

#include "support/catch.hpp"
#include "support/fake_process_runner.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

plan::TemplateArg text(const std::string& value)
{
  return {plan::ArgPiece{value}};
}

void write_file(const base::Path& path, std::string_view content)
{
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

std::string read_file(const base::Path& path)
{
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Longer than a clock tick: what was written before is not racy any more.
void settle()
{
  std::this_thread::sleep_for(std::chrono::milliseconds(25));
}

/// A project "app" (program, build script) that uses library "b", which uses library "a".
struct Project
{
  test::TempDir dir;
  test::RealEnv real{dir.path()};
  test::FakeProcessRunner process;
  plan::ActionGraph graph;
  std::string diagnostics; ///< what the compiler of `a` prints to stderr
  std::string script_out = "cargo:rustc-cfg=from_script\ncargo:rerun-if-changed=data.txt\n";
  int compiler_status = 0;
  std::vector<std::string> ran; ///< crate names and "script", in the order they were started
  std::function<void(const std::string&)> while_running;

  Project()
  {
    for (const char* file : {"a/lib.rs", "b/lib.rs", "app/main.rs", "app/build.rs", "app/data.txt"}) {
      dir.write(file, file);
    }
    settle();
    graph.workspace_root = dir.path();
    graph.target_directory = dir / "target";
    graph.state_directory = dir / "target/.cargo-wasm";
    add_library("a", {});
    add_library("b", {0});
    add_script();
    add_program();
    graph.roots = {4};
    process.on(
        "rustc", {}, [this](const base::Command& command, base::OutputSink& sink, std::stop_token) { return compile(command, sink); });
    process.on("build-script", {}, [this](const base::Command& command, base::OutputSink& sink, std::stop_token) {
      ran.emplace_back("script");
      write_file(base::Path(command.env.at("OUT_DIR")) / "generated.rs", "generated");
      sink.on_stdout(script_out);
      return Result<base::Exit>(base::Exit{compiler_status, 0});
    });
  }

  base::Path at(const std::string& name) const { return graph.state_directory / name; }

  plan::ActionTemplate compile_action(const std::string& name, const std::string& source)
  {
    plan::ActionTemplate action;
    action.program = "/rust/rustc";
    action.cwd = dir.path();
    action.identity = name;
    action.label.package_display = name + " v1.0.0";
    action.label.package_id = "path+file:///" + name + "#1.0.0";
    action.label.package_name = name;
    action.label.package_version = "1.0.0";
    action.label.description = "`" + name + "` (lib)";
    action.label.progress_name = name;
    action.label.fix_arguments = "--lib -p " + name;
    action.label.verb = "Compiling";
    action.label.is_local = true;
    action.package_root = dir / name;
    action.args = {text("--crate-name"), text(name), text(source)};
    action.dep_info = at(name + ".d");
    return action;
  }

  void add_library(const std::string& name, const std::vector<plan::ActionIndex>& below)
  {
    plan::ActionTemplate action = compile_action(name, name + "/lib.rs");
    action.outputs = {{.path = at("lib" + name + ".rlib")}, {.path = at("lib" + name + ".rmeta"), .early = true}};
    for (const plan::ActionIndex other : below) {
      action.dependencies.push_back({other, true, {1}});
    }
    action.priority = 100 - graph.actions.size();
    graph.actions.push_back(action);
  }

  void add_script()
  {
    plan::ActionTemplate compile = compile_action("build_script", "app/build.rs");
    compile.outputs = {{.path = at("build-script")}};
    compile.label.package_id = "path+file:///app#1.0.0";
    compile.label.package_display = "app v1.0.0";
    graph.actions.push_back(compile);
    plan::ActionTemplate run = compile_action("app", "");
    run.kind = plan::ActionKind::run_build_script;
    run.identity = "app-script";
    run.args.clear();
    run.program_ref = plan::OutputRef{2, 0};
    run.out_dir = at("out");
    run.outputs = {{.path = at("out"), .is_directory = true}};
    run.env = {{"OUT_DIR", at("out").string()}};
    run.dep_info.reset();
    run.dependencies = {{2, false, {0}}};
    run.cwd = dir / "app";
    run.inputs = {{plan::TemplateInput::Kind::package_tree, dir / "app", ""}};
    graph.actions.push_back(run);
  }

  void add_program()
  {
    plan::ActionTemplate action = compile_action("app", "app/main.rs");
    action.label.description = "`app` (bin \"app\")";
    action.outputs = {{.path = at("app.wasm"), .user_visible = true}};
    action.uplifted = {{0, dir / "target/debug/app.wasm"}};
    action.artifact_outputs = {0};
    action.executable_output = 0;
    action.dependencies = {{0, false, {0}}, {1, false, {0}}, {3, false, {0}}};
    action.out_dir = at("out");
    action.env = {{"OUT_DIR", at("out").string()}};
    action.args.push_back({plan::ArgPiece{plan::ScriptArgs{3, true, true, true, {"all"}}}});
    action.artifact_message =
        std::make_shared<const nlohmann::json>(nlohmann::json{{"package_id", "app"}, {"features", nlohmann::json::array()}});
    action.message_target = std::make_shared<const nlohmann::json>(nlohmann::json{{"name", "app"}});
    graph.actions.push_back(action);
  }

  /// Writes each output as "NAME(source)"; dep-info names the source and whatever the source says with "include FILE".
  Result<base::Exit> compile(const base::Command& command, base::OutputSink& sink)
  {
    const std::string name = command.args[1];
    ran.push_back(name);
    const base::Path source = command.cwd / command.args[2];
    const std::string content = read_file(source);
    if (while_running) {
      while_running(name);
    }
    if (name == "a" && !diagnostics.empty()) {
      sink.on_stderr(diagnostics);
    }
    if (compiler_status != 0) {
      return base::Exit{compiler_status, 0};
    }
    for (const plan::ActionTemplate& action : graph.actions) {
      if (action.kind != plan::ActionKind::rustc || action.identity != name) {
        continue;
      }
      std::string files = source.string();
      if (content.starts_with("include ")) {
        files += " " + (dir / content.substr(8)).string();
      }
      for (auto it = action.outputs.rbegin(); it != action.outputs.rend(); ++it) {
        write_file(it->path, name + "(" + content + ")");
        if (it->early) {
          sink.on_stderr(R"({"$message_type":"artifact","artifact":")" + it->path.string() + "\"}\n");
        }
      }
      write_file(*action.dep_info, "x: " + files + "\n\n# env-dep:GREETING\n");
    }
    return base::Exit{};
  }

  BuildOutcome build(ExecuteOptions options = {}, base::Verbosity verbosity = base::Verbosity::normal)
  {
    ran.clear();
    base::Env env = real.env();
    test::BufferReporter reporter(verbosity);
    const base::Env with{env.fs, process, env.http, env.clock, reporter, env.vars, env.cwd};
    options.jobs = 1;
    auto outcome = execute(with, graph, options);
    err = reporter.err();
    out = reporter.out();
    if (!outcome) {
      FAIL(base::render(outcome.error(), base::Severity::error, false));
    }
    return *outcome;
  }

  std::string err, out;
};

std::vector<std::string> sorted(std::vector<std::string> names)
{
  std::sort(names.begin(), names.end());
  return names;
}
using Names = std::vector<std::string>;

} // namespace

TEST_CASE("execute: everything is built once, and a second build runs nothing", "[exec][execute]")
{
  Project p;
  const BuildOutcome first = p.build();
  CHECK(first.success);
  CHECK(sorted(p.ran) == Names{"a", "app", "b", "build_script", "script"});
  CHECK(p.err == "   Compiling a v1.0.0\n   Compiling b v1.0.0\n   Compiling app v1.0.0\n");
  CHECK(p.dir.read("target/debug/app.wasm") == "app(app/main.rs)");
  CHECK(p.dir.read("target/debug/app.d") == (p.dir / "target/debug/app.wasm").string() + ": " + (p.dir / "a/lib.rs").string() + " " +
                                                (p.dir / "app/build.rs").string() + " " + (p.dir / "app/data.txt").string() + " " +
                                                (p.dir / "app/main.rs").string() + " " + (p.dir / "b/lib.rs").string() + "\n");
  const BuildOutcome second = p.build();
  CHECK(second.success);
  CHECK(p.ran.empty());
  CHECK(second.fresh == 5);
  CHECK(p.err.empty());
}

TEST_CASE("execute: the flags of a build script reach the program", "[exec][execute]")
{
  Project p;
  p.build();
  const auto lines = p.process.command_lines();
  CHECK(
      std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return line.find("--cfg from_script") != std::string::npos; }));
}

TEST_CASE("execute: a change rebuilds what depends on it and says why", "[exec][freshness]")
{
  Project p;
  p.build();
  settle();
  ExecuteOptions explain;
  explain.explain_rebuild = true;
  SECTION("a source of a library")
  {
    p.dir.write("a/lib.rs", "new");
    p.build(explain);
    CHECK(p.ran == Names{"a", "b", "app"});
    CHECK(p.err == "       Dirty a v1.0.0 a: the file `a/lib.rs` changed\n   Compiling a v1.0.0\n"
                   "       Dirty b v1.0.0 b: the dependency `a v1.0.0` changed\n   Compiling b v1.0.0\n"
                   "       Dirty app v1.0.0 app: the dependency `a v1.0.0` changed\n   Compiling app v1.0.0\n");
  }
  SECTION("a file that rerun-if-changed names: its output is the same, so the program is not compiled")
  {
    p.dir.write("app/data.txt", "new");
    p.build(explain);
    CHECK(p.ran == Names{"script"});
    CHECK(p.err == "       Dirty app v1.0.0 app: the file `app/data.txt` changed\n   Compiling app v1.0.0\n");
  }
  SECTION("touched but unchanged")
  {
    p.dir.write("a/lib.rs", "a/lib.rs");
    p.build(explain);
    CHECK(p.ran.empty());
  }
  SECTION("changed with its old time stamp")
  {
    const auto time = std::filesystem::last_write_time(p.dir / "a/lib.rs");
    p.dir.write("a/lib.rs", "A/lib.rs");
    std::filesystem::last_write_time(p.dir / "a/lib.rs", time);
    p.build(explain);
    CHECK(p.ran == Names{"a", "b", "app"});
  }
  SECTION("a feature")
  {
    p.graph.actions[0].args.push_back(text("--cfg"));
    p.graph.actions[0].args.push_back(text("feature=\"simd\""));
    p.build(explain);
    CHECK(p.ran == Names{"a"}); // the library's bytes are the same
    CHECK(p.err == "       Dirty a v1.0.0 a: the features changed (was ``, is `simd`)\n   Compiling a v1.0.0\n");
  }
  SECTION("a profile setting")
  {
    p.graph.actions[4].args.push_back(text("-C"));
    p.graph.actions[4].args.push_back(text("opt-level=3"));
    p.build(explain);
    CHECK(p.err == "       Dirty app v1.0.0 app: the profile settings changed (was ``, is `-C opt-level=3`)\n   Compiling app v1.0.0\n");
  }
  SECTION("a variable that the compiler looked at")
  {
    p.real.vars["GREETING"] = "hello";
    p.build(explain);
    CHECK(sorted(p.ran) == Names{"a", "app", "b", "build_script"});
    CHECK(p.err.find("Dirty a v1.0.0 a: the environment variable `GREETING` changed\n") != std::string::npos);
  }
  SECTION("a variable that nobody looked at")
  {
    p.real.vars["OTHER"] = "hello";
    p.build(explain);
    CHECK(p.ran.empty());
  }
  SECTION("a result was removed")
  {
    std::filesystem::remove(p.at("liba.rmeta"));
    p.build(explain);
    CHECK(p.ran == Names{"a"});
    CHECK(p.err.starts_with("       Dirty a v1.0.0 a: the result `" + p.at("liba.rmeta").string() + "` is missing\n"));
  }
  SECTION("a result was overwritten")
  {
    write_file(p.at("liba.rlib"), "garbage!");
    p.build(explain);
    CHECK(p.ran == Names{"a"});
    CHECK(p.err.starts_with("       Dirty a v1.0.0 a: the result `" + p.at("liba.rlib").string() + "` was changed by somebody else\n"));
  }
  SECTION("a generated file was removed")
  {
    std::filesystem::remove(p.at("out/generated.rs"));
    p.build(explain);
    CHECK(p.ran == Names{"script"});
  }
  SECTION("the record is gone")
  {
    std::filesystem::remove(p.at("state"));
    p.build(explain);
    CHECK(p.ran.size() == 5);
  }
}

TEST_CASE("execute: a script that names what is not there runs in every build, and others when it says something else", "[exec][freshness]")
{
  Project p;
  p.script_out = "cargo:rerun-if-changed=data.txt\ncargo:rerun-if-changed=protos/*.proto\n";
  CHECK(p.build().actions[3].is_for_once);
  ExecuteOptions explaining;
  explaining.explain_rebuild = true;
  CHECK(p.build(explaining).actions[3].is_for_once);
  CHECK(p.ran == Names{"script"});
  CHECK(p.err == "       Dirty app v1.0.0 app: the file `app/protos/*.proto` is missing\n   Compiling app v1.0.0\n");
  p.script_out += "cargo:rustc-cfg=more\n";
  p.build();
  CHECK(p.ran == Names{"script", "app"});
  p.dir.write("app/protos/*.proto", "there");
  settle();
  CHECK_FALSE(p.build().actions[3].is_for_once);
  CHECK(p.ran == Names{"script"});
  p.build();
  CHECK(p.ran.empty());
}

TEST_CASE("execute: the final artifact is put back without running anything", "[exec][freshness]")
{
  Project p;
  p.build();
  SECTION("removed")
  {
    std::filesystem::remove(p.dir / "target/debug/app.wasm");
  }
  SECTION("replaced by another build's")
  {
    std::filesystem::remove(p.dir / "target/debug/app.wasm");
    p.dir.write("target/debug/app.wasm", "cargo's");
  }
  p.build();
  CHECK(p.ran.empty());
  CHECK(p.dir.read("target/debug/app.wasm") == "app(app/main.rs)");
  p.build();
  CHECK(p.ran.empty());
}

TEST_CASE("execute: a checkout that moved stays fresh", "[exec][freshness]")
{
  Project p;
  p.build();
  const base::Path old_root = p.dir.path();
  const base::Path new_root = old_root / "moved";
  std::filesystem::create_directories(new_root);
  for (const char* name : {"a", "b", "app", "target"}) {
    std::filesystem::rename(old_root / name, new_root / name);
  }
  const auto move = [&](base::Path& path) { path = new_root.string() + path.string().substr(old_root.native().size()); };
  for (plan::ActionTemplate& action : p.graph.actions) {
    for (plan::TemplateOutput& output : action.outputs) {
      move(output.path);
    }
    for (auto& [output, path] : action.uplifted) {
      move(path);
    }
    for (plan::TemplateInput& input : action.inputs) {
      move(input.path);
    }
    move(action.cwd);
    move(action.package_root);
    if (action.dep_info) {
      move(*action.dep_info);
    }
    if (action.out_dir) {
      move(*action.out_dir);
      action.env["OUT_DIR"] = action.out_dir->string();
    }
  }
  move(p.graph.target_directory);
  move(p.graph.state_directory);
  p.graph.workspace_root = new_root;
  ExecuteOptions explain;
  explain.explain_rebuild = true;
  p.build(explain);
  CHECK(p.err == "");
}

TEST_CASE("execute: a source edited while it is compiled is compiled again next time", "[exec][freshness]")
{
  Project p;
  p.while_running = [&](const std::string& name) {
    if (name == "a") {
      p.dir.write("a/lib.rs", "edited");
    }
  };
  CHECK(p.build().success);
  p.while_running = nullptr;
  settle();
  p.build();
  CHECK(p.ran == Names{"a", "b", "app"});
  CHECK(p.dir.read("target/debug/app.wasm") == "app(app/main.rs)");
  p.build();
  CHECK(p.ran.empty());
}

TEST_CASE("execute: without rerun-if the whole package decides about its script", "[exec][freshness]")
{
  Project p;
  p.script_out.clear();
  p.build();
  settle();
  p.build();
  CHECK(p.ran.empty());
  p.dir.write("app/notes.txt", "new");
  p.build();
  CHECK(p.ran == Names{"script"});
}

TEST_CASE("execute: warnings are shown, counted, and shown again when the crate is fresh", "[exec][messages]")
{
  Project p;
  p.diagnostics = R"({"message":"unused","level":"warning","code":null,"rendered":"warning: unused\n\n","children":[]})"
                  "\n"
                  R"({"message":"1 warning emitted","level":"warning","code":null,"rendered":"warning: 1 warning emitted\n","children":[]})"
                  "\n";
  p.build();
  CHECK(p.err.find("warning: unused\n\nwarning: `a` (lib) generated 1 warning\n") != std::string::npos);
  const BuildOutcome again = p.build();
  CHECK(p.err == "warning: unused\n\nwarning: `a` (lib) generated 1 warning\n");
  CHECK(again.repeated_stderr == p.err);
  CHECK(again.warnings == 1);
  p.graph.actions[0].label.is_local = false;
  p.build();
  CHECK(p.err.empty());
}

TEST_CASE("execute: a failed compilation is reported once and nothing of it is recorded", "[exec][failure]")
{
  Project p;
  p.diagnostics = R"({"message":"bad","level":"error","code":null,"rendered":"error: bad\n\n","children":[]})"
                  "\n";
  p.compiler_status = 1;
  const BuildOutcome outcome = p.build();
  CHECK_FALSE(outcome.success);
  CHECK(outcome.failed == 1);
  CHECK(p.err == "   Compiling a v1.0.0\nerror: bad\n\nerror[CW0601]: could not compile `a` (lib) due to 1 previous error\n");
  p.compiler_status = 0;
  p.diagnostics.clear();
  CHECK(p.build().success);
  CHECK(p.ran.size() == 5);
}

TEST_CASE("execute: a compiler that fails without a word is shown with its command", "[exec][failure]")
{
  Project p;
  p.compiler_status = 254;
  p.build();
  CHECK(p.err == "   Compiling a v1.0.0\nerror[CW0601]: could not compile `a` (lib)\n   = note: `/rust/rustc --crate-name a a/lib.rs` "
                 "ended with exit status: 254\n");
}

TEST_CASE("execute: keep-going builds what does not depend on the failure", "[exec][failure]")
{
  Project p;
  p.process.on("rustc", {"a"}, test::ScriptedRun{"", "", {1, 0}});
  ExecuteOptions options;
  options.keep_going = true;
  const BuildOutcome outcome = p.build(options);
  CHECK_FALSE(outcome.success);
  CHECK(outcome.actions[0].state == ActionState::failed);
  CHECK(outcome.actions[1].state == ActionState::not_reached);
  CHECK(outcome.actions[3].state == ActionState::ran);
  CHECK(outcome.actions[4].state == ActionState::not_reached);
}

TEST_CASE("execute: a failed build script passes its words through", "[exec][failure]")
{
  Project p;
  p.process.on("build-script", {}, test::ScriptedRun{"hello\ncargo:warning=look\n", "panicked\n", {101, 0}});
  CHECK_FALSE(p.build().success);
  CHECK(p.err.ends_with("warning: app@1.0.0: look\noutput of the build script of `app v1.0.0`:\n  --- stdout\n  hello\n"
                        "  cargo:warning=look\n  --- stderr\n  panicked\nerror[CW0610]: the build script of `app v1.0.0` failed\n"
                        "   = note: `" +
                        p.at("build-script").string() + "` ended with exit status: 101\n"));
}

TEST_CASE("execute: a stop kills what runs and records nothing of it", "[exec][interrupt]")
{
  Project p;
  std::stop_source source;
  p.while_running = [&](const std::string&) { source.request_stop(); };
  ExecuteOptions options;
  options.stop = source.get_token();
  p.compiler_status = 1; // a killed compiler
  const BuildOutcome outcome = p.build(options);
  CHECK(outcome.interrupted);
  CHECK_FALSE(outcome.success);
  CHECK(p.ran.size() == 1);
  CHECK(p.err == "   Compiling a v1.0.0\n"); // no error: we asked for it
}

TEST_CASE("execute: a dry run says what would run and touches nothing", "[exec][dry-run]")
{
  Project p;
  ExecuteOptions options;
  options.dry_run = true;
  const BuildOutcome outcome = p.build(options);
  CHECK(p.ran.empty());
  CHECK_FALSE(std::filesystem::exists(p.dir / "target"));
  CHECK(
      std::all_of(outcome.actions.begin(), outcome.actions.end(), [](const ActionRecord& r) { return r.state == ActionState::would_run; }));
}

TEST_CASE("execute: JSON messages name artifacts where users find them", "[exec][json]")
{
  Project p;
  ExecuteOptions options;
  options.message_format.kind = MessageFormat::Kind::json;
  p.build(options);
  const std::string artifact = R"({"reason":"compiler-artifact","package_id":"app","features":[],"filenames":[")" +
                               (p.dir / "target/debug/app.wasm").string() + R"("],"executable":")" +
                               (p.dir / "target/debug/app.wasm").string() +
                               R"(","fresh":false})"
                               "\n";
  CHECK(p.out.find(artifact) != std::string::npos);
  CHECK(p.out.find(R"({"reason":"build-script-executed","package_id":"path+file:///app#1.0.0","linked_libs":[],"linked_paths":[],)"
                   R"("cfgs":["from_script"],"env":[],"out_dir":")" +
                   p.at("out").string() + "\"}\n") != std::string::npos);
  CHECK(p.out.ends_with(R"({"reason":"build-finished","success":true})"
                        "\n"));
}

TEST_CASE("execute: a long command line goes through a file", "[exec][execute]")
{
  Project p;
  for (int i = 0; i < 3000; ++i) {
    p.graph.actions[0].args.push_back(text("--cfg"));
    p.graph.actions[0].args.push_back(text("feature=\"some_rather_long_feature_name_" + std::to_string(i) + "\""));
  }
  std::string seen;
  p.process.on("rustc", {}, [&](const base::Command& command, base::OutputSink& sink, std::stop_token) {
    if (command.args.size() == 1 && command.args[0].starts_with('@')) {
      seen = read_file(command.args[0].substr(1));
      base::Command whole = command;
      whole.args.clear();
      for (const std::string_view line : base::split(seen, '\n')) {
        whole.args.emplace_back(line);
      }
      return p.compile(whole, sink);
    }
    return p.compile(command, sink);
  });
  CHECK(p.build().success);
  CHECK(std::count(seen.begin(), seen.end(), '\n') == 6003);
}

TEST_CASE("execute: a target directory that cannot be written is said in one error", "[exec][failure]")
{
  Project p;
  p.dir.write("target", "a file where the directory should be");
  const base::Env env = p.real.env();
  const auto outcome = execute(env, p.graph, {});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().id == "CW0630");
  CHECK(outcome.error().blame == Blame::environment);
  CHECK(outcome.error().message == "cannot write to the target directory `" + (p.dir / "target").string() + "`");
}
