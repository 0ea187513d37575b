#include "plan_world.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

PlanWorld two_members()
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .features = {{"color", {}}}});
  world.add({.name = "app-core", .is_member = true, .features = {{"simd", {}}, {"color", {}}}});
  return world;
}

std::string names(const std::vector<resolve::ResolveRoot>& roots)
{
  std::string text;
  for (const auto& root : roots) {
    text += root.summary->id.name().str() + "(";
    for (const InternedString feature : root.features.features) {
      text += feature.str() + " ";
    }
    text += ") ";
  }
  return text;
}

} // namespace

TEST_CASE("selection: names, patterns and exclusions", "[plan][selection]")
{
  PlanWorld world = two_members();
  const auto selected = [&](const plan::PackageSelection& selection) {
    std::string text;
    const auto packages = plan::select_packages(world.workspace, selection);
    REQUIRE(packages.has_value());
    for (const PackagePtr& member : packages->members) {
      text += member->id().name().str() + " ";
    }
    return text;
  };
  CHECK(selected({.packages = {"app"}}) == "app ");
  CHECK(selected({.packages = {"app-*"}}) == "app-core ");
  CHECK(selected({.workspace = true, .exclude = {"app"}}) == "app-core ");
}

TEST_CASE("selection: what is wrong is said with the nearest name", "[plan][selection]")
{
  PlanWorld world = two_members();
  const auto error = [&](const plan::PackageSelection& selection) { return plan::select_packages(world.workspace, selection).error(); };
  CHECK(error({.exclude = {"app"}}) == Error("CW0352", "`--exclude` only works together with `--workspace`", Blame::usage));
  CHECK(error({.packages = {"app?"}}) == Error("CW0351", "pattern `app?` matches no package of the workspace `/project`", Blame::usage)
                                             .help("a package with a similar name exists: `app`"));
  CHECK(error({.workspace = true, .exclude = {"app*"}}).message == "no packages to compile");
}

TEST_CASE("selection: a package that is no member is looked up after resolution", "[plan][selection]")
{
  PlanWorld world = two_members();
  CHECK(plan::select_packages(world.workspace, {.packages = {"serde"}})->outside == std::vector<std::string>{"serde"});
}

TEST_CASE("selection: from resolver 2 on features go to every selected member that has them", "[plan][selection]")
{
  PlanWorld world = two_members();
  world.request.packages.workspace = true;
  world.request.features.features = {"color", "app-core/simd"};
  CHECK(names(*plan::plan_resolve_roots(world.workspace, world.request)) == "app(color ) app-core(color simd ) ");
}

TEST_CASE("selection: resolver 1 gives features to the package of the current directory", "[plan][selection]")
{
  PlanWorld world = two_members();
  world.workspace.resolver = manifest::ResolverBehavior::v1;
  world.request.packages.workspace = true;
  world.request.features.features = {"color", "app-core/simd"};
  CHECK(names(*plan::plan_resolve_roots(world.workspace, world.request)) == "app(color ) app-core(simd ) ");
}

TEST_CASE("selection: an unknown feature says who has it, or what is spelled alike", "[plan][selection]")
{
  PlanWorld world = two_members();
  world.request.packages.packages = {"app"};
  world.request.features.features = {"simd"};
  CHECK(plan::plan_resolve_roots(world.workspace, world.request).error() ==
        Error("CW0353", "package `app` has no feature `simd`", Blame::usage)
            .help("package `app-core` has it; select it with `--package app-core`"));
  world.request.features.features = {"colour"};
  CHECK(plan::plan_resolve_roots(world.workspace, world.request).error() ==
        Error("CW0353", "package `app` has no feature `colour`", Blame::usage).help("a feature with a similar name exists: `color`"));
  world.request.features.features = {"dep:serde"};
  CHECK(plan::plan_resolve_roots(world.workspace, world.request).error().id == "CW0355");
}
