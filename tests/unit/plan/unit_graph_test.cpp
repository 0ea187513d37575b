#include "plan_world.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using plan::CompileMode;
using plan::DebugInfoLevel;

namespace {

toolchain::CompileKind wasi()
{
  return toolchain::CompileKind::target("wasm32-wasip1");
}

} // namespace

TEST_CASE("unit graph: a build script is compiled for the host and run for the target", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app")}, .dependencies = {{.name = "ffi"}}});
  world.add({.name = "ffi", .targets = {lib(), build_script()}, .dependencies = {{.name = "cc", .kind = DependencyKind::build}}});
  world.add({.name = "cc"});
  world.request.kinds = {wasi()};
  CHECK(describe(*world.units()) == "app:app:build@wasm32-wasip1 [] -> ffi:ffi:build@wasm32-wasip1\n"
                                    "cc:cc:build [] -> \n"
                                    "ffi:ffi:build@wasm32-wasip1 [] -> ffi:build.rs:run-custom-build@wasm32-wasip1\n"
                                    "ffi:build.rs:run-custom-build@wasm32-wasip1 [] -> ffi:build.rs:build\n"
                                    "ffi:build.rs:build [] -> cc:cc:build\n");
}

TEST_CASE("unit graph: build scripts see the scripts of direct dependencies with `links`", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {lib(), build_script()}, .dependencies = {{.name = "z-sys"}, {.name = "plain"}}});
  world.add({.name = "z-sys", .targets = {lib(), build_script()}, .links = "z"});
  world.add({.name = "plain", .targets = {lib(), build_script()}});
  const std::string text = describe(*world.units());
  CHECK(text.find("app:build.rs:run-custom-build [] -> app:build.rs:build z-sys:build.rs:run-custom-build\n") != std::string::npos);
}

TEST_CASE("unit graph: dev-dependencies do not connect build scripts", "[plan][units]")
{
  // They may be circular: z-sys may test itself with app.
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib(), build_script(), target(TargetKind::test, "t")},
             .dependencies = {{.name = "z-sys", .kind = DependencyKind::development}}});
  world.add({.name = "z-sys", .targets = {lib(), build_script()}, .links = "z"});
  world.request.targets.tests = {"t"};
  const std::string text = describe(*world.units());
  CHECK(text.find("app:build.rs:run-custom-build [] -> app:build.rs:build\n") != std::string::npos);
}

TEST_CASE("unit graph: without --target one library serves program and build script when it can", "[plan][units]")
{
  PlanWorld world;
  world.add(
      {.name = "app",
       .is_member = true,
       .targets = {bin("app"), build_script()},
       .dependencies = {{.name = "log"}, {.name = "log", .kind = DependencyKind::build}, {.name = "cc", .kind = DependencyKind::build}}});
  world.add({.name = "log"});
  world.add({.name = "cc"});
  const plan::UnitGraph graph = *world.units();
  CHECK(graph.units.size() == 5); // app, its script twice, log once, cc
  CHECK(unit_of(graph, "log", "log", CompileMode::build).profile.debuginfo.level == DebugInfoLevel::full);
  CHECK(unit_of(graph, "cc", "cc", CompileMode::build).profile.debuginfo.level == DebugInfoLevel::none); // for the script alone
}

TEST_CASE("unit graph: with --target host units keep debug info only under --strict-cargo", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app")}, .dependencies = {{.name = "derive"}}});
  world.add({.name = "derive", .targets = {proc_macro()}});
  world.request.kinds = {wasi()};
  CHECK(unit_of(*world.units(), "derive", "derive", CompileMode::build).profile.debuginfo.level == DebugInfoLevel::full);
  world.request.strict_cargo = false;
  CHECK(unit_of(*world.units(), "derive", "derive", CompileMode::build).profile.debuginfo.level == DebugInfoLevel::none);
}

TEST_CASE("unit graph: release units without debug info are stripped of std's", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app")}});
  world.request.profile_name = "release";
  CHECK(unit_of(*world.units(), "app", "app", CompileMode::build).profile.strip ==
        plan::Strip{plan::Strip::Kind::named, "debuginfo", false});
}

TEST_CASE("unit graph: a script shared by two sides is compiled once per set of features", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib(), build_script()},
             .dependencies = {{.name = "num", .features = {"std"}}, {.name = "num", .kind = DependencyKind::build}}});
  world.add({.name = "num", .targets = {lib(), build_script()}, .features = {{"std", {}}}});
  world.request.kinds = {wasi()};
  const std::string text = describe(*world.units());
  CHECK(text.find("num:build.rs:build [] ->") != std::string::npos);
  CHECK(text.find("num:build.rs:build [std] ->") != std::string::npos);
}

TEST_CASE("unit graph: check needs metadata of libraries and whole proc macros", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .dependencies = {{.name = "util"}, {.name = "derive"}}});
  world.add({.name = "util"});
  world.add({.name = "derive", .targets = {proc_macro()}, .dependencies = {{.name = "util"}}});
  world.request.intent = plan::UserIntent::check;
  const plan::UnitGraph graph = *world.units();
  CHECK(unit_of(graph, "app", "app", CompileMode::check).mode == CompileMode::check);
  CHECK(unit_of(graph, "util", "util", CompileMode::check).mode == CompileMode::check);
  CHECK(unit_of(graph, "derive", "derive", CompileMode::build).mode == CompileMode::build);
  CHECK(unit_of(graph, "util", "util", CompileMode::build).mode == CompileMode::build); // below the proc macro
}

TEST_CASE("unit graph: check --all-targets checks libraries and programs twice, once with --test", "[plan][units]")
{
  PlanWorld world;
  world.add(
      {.name = "app",
       .is_member = true,
       .targets = {
           lib(), bin("tool"), target(TargetKind::example, "demo"), target(TargetKind::test, "it"), target(TargetKind::bench, "speed")}});
  world.request.intent = plan::UserIntent::check;
  world.request.targets.all_targets = true;
  const plan::UnitGraph graph = *world.units();
  std::string roots;
  for (const plan::UnitIndex root : graph.roots) {
    const plan::Unit& unit = graph.units[root];
    roots += unit.target->name + (unit.mode == CompileMode::check_test ? "+test " : " ");
  }
  CHECK(roots == "app app+test tool tool+test it+test speed+test demo ");
}

TEST_CASE("unit graph: targets whose features are off are skipped, but named ones are an error", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app"), bin("cli", {"clap"})}, .features = {{"clap", {}}}});
  CHECK(world.units()->roots.size() == 1);
  world.request.targets.bins = {"cli"};
  CHECK(world.units().error() == Error("CW0365", "target `cli` of `app` needs features that are off: `clap`", Blame::usage)
                                     .help("switch them on: `--features \"clap\"`"));
  world.request.features.features = {"clap"};
  CHECK(world.units()->roots.size() == 1);
}

TEST_CASE("unit graph: an unknown target lists what there is", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("server")}});
  world.request.targets.bins = {"sever"};
  CHECK(world.units().error() ==
        Error("CW0364", "no binary target `sever` in `app`", Blame::usage).help("a target with a similar name exists: `server`"));
  world.request.targets = {};
  world.request.targets.lib = true;
  CHECK(world.units().error() == Error("CW0363", "no library in the selected packages `app`", Blame::usage));
}

TEST_CASE("unit graph: a renamed dependency keeps its name for the compiler", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .dependencies = {{.name = "log", .rename = "my-log"}}});
  world.add({.name = "log"});
  const plan::UnitGraph graph = *world.units();
  CHECK(unit_of(graph, "app", "app", CompileMode::build).dependencies.front().extern_name == "my_log");
}

TEST_CASE("unit graph: a package under two names is refused", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib(), build_script()},
             .dependencies = {{.name = "log"}, {.name = "log", .kind = DependencyKind::build, .rename = "logging"}}});
  world.add({.name = "log"});
  CHECK(world.units().error().message == "`app v1.0.0 (/project)` depends on `log v1.0.0` under two names, `log` and `logging`");
}

TEST_CASE("unit graph: two packages with one `links` are refused", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .dependencies = {{.name = "a-sys"}, {.name = "b-sys"}}});
  world.add({.name = "a-sys", .targets = {lib(), build_script()}, .links = "z"});
  world.add({.name = "b-sys", .targets = {lib(), build_script()}, .links = "z"});
  CHECK(world.units().error().message == "two packages link to the native library `z`: `a-sys v1.0.0` and `b-sys v1.0.0`");
}

TEST_CASE("unit graph: a missing source file is found before the compiler runs", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = {bin("app")}});
  REQUIRE(world.env.fs.remove("/project/src/bin/app.rs").has_value());
  CHECK(world.units().error() ==
        Error("CW0369", "the source file of binary `app` is missing: `/project/src/bin/app.rs`").note("declared in `/project/Cargo.toml`"));
}

TEST_CASE("unit graph: printed as cargo prints it", "[plan][units]")
{
  PlanWorld world;
  world.add({.name = "demo",
             .version = "0.1.0",
             .is_member = true,
             .targets = {lib({CrateType::cdylib, CrateType::rlib})},
             .features = {{"default", {"x"}}, {"x", {}}}});
  manifest::BuildProfileToml release;
  release.lto = std::string("thin");
  world.workspace.profiles["release"] = release;
  world.request.profile_name = "release";
  CHECK(
      plan::unit_graph_json(*world.units()) ==
      R"({"version":1,"units":[{"pkg_id":"path+file:///project#demo@0.1.0","target":{"kind":["cdylib","rlib"],"crate_types":["cdylib","rlib"],"name":"demo",)"
      R"("src_path":"/project/src/lib.rs","edition":"2021","doc":true,"doctest":true,"test":true},"profile":{"name":"release","opt_level":"3","lto":"thin",)"
      R"("codegen_backend":null,"codegen_units":null,"debuginfo":0,"split_debuginfo":null,"debug_assertions":false,"overflow_checks":false,"rpath":false,)"
      R"("incremental":false,"panic":"unwind","strip":{"resolved":{"Named":"debuginfo"}}},"platform":null,"mode":"build","features":["default","x"],)"
      R"("dependencies":[]}],"roots":[0]})"
      "\n");
}
