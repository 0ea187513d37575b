#include "plan_world.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using plan::FeaturesFor;

namespace {

std::string active(const plan::ResolvedFeatures& features,
                   std::string_view name,
                   FeaturesFor side = FeaturesFor::normal_or_dev,
                   const spec::SourceId& source = spec::SourceId::crates_io())
{
  const std::set<InternedString>* set = features.find({name, *spec::parse_version("1.0.0"), source}, side);
  if (set == nullptr) {
    return "inactive";
  }
  std::string text;
  for (const InternedString feature : *set) {
    text += feature.str() + " ";
  }
  return text;
}

/// app uses `log` with feature std for itself, and with feature kv in its build script.
PlanWorld shared_with_build_script()
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .targets = {lib(), build_script()},
             .dependencies = {{.name = "log", .features = {"std"}}, {.name = "log", .kind = DependencyKind::build, .features = {"kv"}}}});
  world.add({.name = "log", .features = {{"std", {}}, {"kv", {}}}});
  return world;
}

} // namespace

TEST_CASE("features: build dependencies do not add to the program's features from resolver 2 on", "[plan][features]")
{
  PlanWorld world = shared_with_build_script();
  CHECK(active(world.features(), "log") == "std ");
  CHECK(active(world.features(), "log", FeaturesFor::host) == "kv ");

  world.workspace.resolver = manifest::ResolverBehavior::v1;
  CHECK(active(world.features(), "log") == "kv std ");
}

TEST_CASE("features: a proc macro and what is below it have the host's features", "[plan][features]")
{
  PlanWorld world;
  world.add({.name = "app", .is_member = true, .dependencies = {{.name = "derive"}, {.name = "syn", .features = {"visit"}}}});
  world.add({.name = "derive", .targets = {proc_macro()}, .dependencies = {{.name = "syn", .features = {"full"}}}});
  world.add({.name = "syn", .features = {{"full", {}}, {"visit", {}}}});
  CHECK(active(world.features(), "syn") == "visit ");
  CHECK(active(world.features(), "syn", FeaturesFor::host) == "full ");
}

TEST_CASE("features: a weak feature waits for somebody else to activate the dependency", "[plan][features]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .dependencies = {{.name = "serde", .optional = true}},
             .features = {{"std", {"serde?/std"}}, {"json", {"dep:serde"}}}});
  world.add({.name = "serde", .features = {{"std", {}}}});
  world.request.features.features = {"std"};
  CHECK(active(world.features(), "serde") == "inactive");
  world.request.features.features = {"std", "json"}; // in this order the weak one comes first
  CHECK(active(world.features(), "serde") == "std ");
}

TEST_CASE("features: `x/f` switches on x and, where there is one, the feature x", "[plan][features]")
{
  PlanWorld world;
  world.add(
      {.name = "app", .is_member = true, .dependencies = {{.name = "serde", .optional = true}}, .features = {{"std", {"serde/std"}}}});
  world.add({.name = "serde", .features = {{"std", {}}}});
  world.request.features.features = {"std"};
  const spec::SourceId app = spec::SourceId::for_path("/project");
  CHECK(active(world.features(), "serde") == "std ");
  CHECK(active(world.features(), "app", FeaturesFor::normal_or_dev, app) == "serde std ");
}

TEST_CASE("features: dependencies for other platforms count only for resolver 1", "[plan][features]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .dependencies = {{.name = "libc"}, {.name = "libc", .features = {"extra"}, .platform = "cfg(target_os = \"wasi\")"}}});
  world.add({.name = "libc", .features = {{"extra", {}}}});
  CHECK(active(world.features(), "libc") == "");
  world.request.kinds = {toolchain::CompileKind::target("wasm32-wasip1")};
  CHECK(active(world.features(), "libc") == "extra ");
  world.request.kinds = {toolchain::CompileKind::host()};
  world.workspace.resolver = manifest::ResolverBehavior::v1;
  CHECK(active(world.features(), "libc") == "extra ");
}

TEST_CASE("features: dev-dependencies count when tests are built", "[plan][features]")
{
  PlanWorld world;
  world.add({.name = "app",
             .is_member = true,
             .dependencies = {{.name = "log"}, {.name = "log", .kind = DependencyKind::development, .features = {"test"}}}});
  world.add({.name = "log", .features = {{"test", {}}}});
  CHECK(active(world.features(), "log") == "");
  world.request.targets.all_tests = true;
  CHECK(active(world.features(), "log") == "test ");
}

TEST_CASE("features: a selected proc macro is active on both sides", "[plan][features]")
{
  PlanWorld world;
  world.add({.name = "derive", .is_member = true, .targets = {proc_macro()}, .dependencies = {{.name = "syn", .features = {"full"}}}});
  world.add({.name = "syn", .features = {{"full", {}}}});
  CHECK(active(world.features(), "syn", FeaturesFor::host) == "full ");
  CHECK(active(world.features(), "syn") == "full ");
}
