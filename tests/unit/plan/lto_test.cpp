#include "plan_world.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using plan::CompileMode;
using plan::UnitLto;

namespace {

/// A program, a library it uses, and `lto` in release.
PlanWorld with_lto(std::vector<CrateTarget> targets)
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .targets = std::move(targets), .dependencies = {{.name = "util"}}});
  world.add({.name = "util"});
  manifest::BuildProfileToml release;
  release.lto = true;
  world.workspace.profiles["release"] = release;
  world.request.profile_name = "release";
  world.request.kinds = {toolchain::CompileKind::target("wasm32-unknown-unknown")};
  return world;
}

} // namespace

TEST_CASE("lto: programs run it, libraries below make bitcode only", "[plan][lto]")
{
  PlanWorld world = with_lto({bin("app")});
  const plan::UnitGraph graph = *world.units();
  CHECK(unit_of(graph, "app", "app", CompileMode::build).lto == UnitLto{UnitLto::Kind::run, {}});
  CHECK(unit_of(graph, "util", "util", CompileMode::build).lto.kind == UnitLto::Kind::only_bitcode);
}

TEST_CASE("lto: a cdylib beside an rlib runs none, as in cargo", "[plan][lto]")
{
  PlanWorld world = with_lto({lib({CrateType::cdylib, CrateType::rlib})});
  const plan::UnitGraph graph = *world.units();
  CHECK(unit_of(graph, "app", "app", CompileMode::build).lto.kind == UnitLto::Kind::object_and_bitcode);
}

TEST_CASE("lto: an rlib nobody links to does not stand in the way of the module", "[plan][lto]")
{
  PlanWorld world = with_lto({lib({CrateType::cdylib, CrateType::rlib})});
  world.request.strict_cargo = false;
  const plan::UnitGraph alone = *world.units();
  CHECK(unit_of(alone, "app", "app", CompileMode::build).crate_types == std::vector{CrateType::cdylib});
  CHECK(unit_of(alone, "app", "app", CompileMode::build).lto.kind == UnitLto::Kind::run);

  // A program of the same package links to the rlib: then it has to be made.
  PlanWorld linked = with_lto({lib({CrateType::cdylib, CrateType::rlib}), bin("tool")});
  linked.request.strict_cargo = false;
  const plan::UnitGraph both = *linked.units();
  CHECK(unit_of(both, "app", "app", CompileMode::build).crate_types.size() == 2);
}

TEST_CASE("lto: what runs on the build machine takes no part", "[plan][lto]")
{
  PlanWorld world = with_lto({bin("app"), build_script()});
  const plan::UnitGraph graph = *world.units();
  CHECK(unit_of(graph, "app", "build-script-build", CompileMode::build).lto.kind == UnitLto::Kind::only_object);
}
