#include "list_index.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using resolve::resolve_versions;

TEST_CASE("search: the newest version that fits, one for each compatibility class", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("c", "1.0");
  index.add("b", "1.0.0").depends("c", "0.9");
  for (const char* version : {"0.9.0", "0.9.4", "1.0.0", "1.3.0", "2.0.0", "1.4.0-rc.1"}) {
    index.add("c", version);
  }
  auto root = app().depends("a", "1").depends("b", "1");
  CHECK(chosen(index, root) == "a 1.0.0, b 1.0.0, c 0.9.4, c 1.3.0");
}

TEST_CASE("search: build metadata breaks ties", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0+1");
  index.add("a", "1.0.0+10");
  index.add("a", "1.0.0+2");
  auto root = app().depends("a", "1");
  CHECK(chosen(index, root) == "a 1.0.0+10");
}

TEST_CASE("search: one version satisfies everybody in its class", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("c", "=1.1.0");
  for (const char* version : {"1.0.0", "1.1.0", "1.2.0"}) {
    index.add("c", version);
  }
  // `a` has fewer candidates than `c`, so its pin is met first.
  auto root = app().depends("c", "1").depends("a", "1");
  CHECK(chosen(index, root) == "a 1.0.0, c 1.1.0");
}

TEST_CASE("search: goes back to an older version when the newest leads nowhere", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("c", "=1.0.0");
  index.add("a", "1.1.0").depends("c", "=1.1.0");
  index.add("b", "1.0.0").depends("c", "=1.0.0");
  index.add("b", "1.1.0").depends("c", "=1.0.0");
  index.add("c", "1.0.0");
  index.add("c", "1.1.0");
  auto root = app().depends("a", "1").depends("b", "1");
  CHECK(chosen(index, root) == "a 1.0.0, b 1.1.0, c 1.0.0");
}

TEST_CASE("search: a deep dead end jumps back over decisions that have nothing to do with it", "[resolve][search]")
{
  // Without conflict sets this is 5^10 ways to fail.
  ListIndex index;
  auto root = app();
  for (int i = 0; i < 10; ++i) {
    const std::string name = fmt::format("filler{}", i);
    for (int v = 0; v < 5; ++v) {
      index.add(name, fmt::format("1.{}.0", v));
    }
    root.depends(name, "1");
  }
  for (int v = 0; v < 6; ++v) {
    index.add("left", fmt::format("1.{}.0", v)).depends("shared", v == 0 ? "=1.0.0" : "=1.1.0");
    index.add("right", fmt::format("1.{}.0", v)).depends("middle", "1");
  }
  for (int v = 0; v < 6; ++v) {
    index.add("middle", fmt::format("1.{}.0", v)).depends("shared", "=1.0.0");
  }
  index.add("shared", "1.0.0");
  index.add("shared", "1.1.0");
  root.depends("left", "1").depends("right", "1");
  const auto resolved = resolve_versions(index, request_for(root));
  REQUIRE(resolved.has_value());
  CHECK(chosen(resolved).find("left 1.0.0, middle 1.5.0, right 1.5.0, shared 1.0.0") != std::string::npos);
}

TEST_CASE("search: features pull optional dependencies in, and their features", "[resolve][features]")
{
  ListIndex index;
  index.add("lib", "1.0.0")
      .depends("opt", "1", {.optional = true})
      .depends("hidden", "1", {.optional = true})
      .depends("weak", "1", {.optional = true})
      .depends("never", "1", {.optional = true})
      .feature("default", {"opt"})
      .feature("more", {"dep:hidden", "hidden/extra"})
      .feature("std", {"weak?/std"});
  index.add("opt", "1.0.0");
  index.add("hidden", "1.0.0").depends("deep", "1", {.optional = true}).feature("extra", {"dep:deep"});
  index.add("weak", "1.0.0").feature("std");
  index.add("deep", "1.0.0");
  index.add("never", "1.0.0");

  SECTION("defaults")
  {
    auto root = app().depends("lib", "1");
    CHECK(chosen(index, root) == "lib 1.0.0, opt 1.0.0");
  }
  SECTION("no defaults, one feature")
  {
    auto root = app().depends("lib", "1", {.features = {"more"}, .default_features = false});
    const auto resolved = resolve_versions(index, request_for(root));
    CHECK(chosen(resolved) == "deep 1.0.0, hidden 1.0.0, lib 1.0.0");
    const spec::PackageId lib(InternedString("lib"), spec::parse_version("1.0.0").value(), spec::SourceId::crates_io());
    CHECK(resolved->find(lib)->features == std::set<InternedString>{"more"});
  }
  SECTION("a weak feature locks the package without turning its feature on")
  {
    auto root = app().depends("lib", "1", {.features = {"std"}, .default_features = false});
    CHECK(chosen(index, root) == "lib 1.0.0, weak 1.0.0");
  }
  SECTION("two dependents add up")
  {
    index.add("user", "1.0.0").depends("lib", "1", {.features = {"more"}, .default_features = false});
    auto root = app().depends("lib", "1").depends("user", "1");
    CHECK(chosen(index, root) == "deep 1.0.0, hidden 1.0.0, lib 1.0.0, opt 1.0.0, user 1.0.0");
  }
}

TEST_CASE("search: a version without the feature is passed over", "[resolve][features]")
{
  ListIndex index;
  index.add("a", "1.0.0").feature("old");
  index.add("a", "1.1.0").feature("new");
  auto root = app().depends("a", "1", {.features = {"old"}});
  CHECK(chosen(index, root) == "a 1.0.0");
}

TEST_CASE("search: dev-dependencies of members only", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("c", "1", {.kind = DependencyKind::development});
  index.add("b", "1.0.0");
  index.add("c", "1.0.0");
  auto root = app().depends("a", "1").depends("b", "1", {.kind = DependencyKind::development});
  CHECK(chosen(index, root) == "a 1.0.0, b 1.0.0");
}

TEST_CASE("search: a withdrawn version is used only when it was locked", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0");
  index.add("a", "1.1.0").yanked();
  auto root = app().depends("a", "1");
  CHECK(chosen(index, root) == "a 1.0.0");
  auto request = request_for(root);
  request.yanked_whitelist.insert(spec::PackageId("a", spec::parse_version("1.1.0").value(), spec::SourceId::crates_io()));
  CHECK(chosen(resolve_versions(index, request)) == "a 1.1.0");
}

TEST_CASE("search: preferred versions first, then compilers, then newest", "[resolve][search]")
{
  ListIndex index;
  index.add("a", "1.0.0");
  index.add("a", "1.1.0").rust_version("1.60");
  index.add("a", "1.2.0").rust_version("1.80");
  index.add("a", "1.3.0").rust_version("1.90");
  auto root = app().depends("a", "1");
  auto request = request_for(root);
  request.preferences.rust_versions = {spec::parse_rust_version("1.80").value(), spec::parse_rust_version("1.85").value()};
  CHECK(chosen(resolve_versions(index, request)) == "a 1.2.0");
  // Two compilers: a version that both accept is better than one that a single one accepts.
  request.preferences.rust_versions = {spec::parse_rust_version("1.70").value(), spec::parse_rust_version("1.85").value()};
  CHECK(chosen(resolve_versions(index, request)) == "a 1.1.0");
  request.preferences.prefer.insert(spec::PackageId("a", spec::parse_version("1.3.0").value(), spec::SourceId::crates_io()));
  CHECK(chosen(resolve_versions(index, request)) == "a 1.3.0");
  request.preferences = {};
  request.preferences.minimal_versions = true;
  CHECK(chosen(resolve_versions(index, request)) == "a 1.0.0");
}

TEST_CASE("search: one package for each native library", "[resolve][links]")
{
  ListIndex index;
  index.add("z-sys", "1.0.0").links("z");
  index.add("z-sys", "2.0.0").links("z");
  index.add("a", "1.0.0").depends("z-sys", "1");
  index.add("a", "1.1.0").depends("z-sys", "2");
  index.add("b", "1.0.0").depends("z-sys", "1");
  auto root = app().depends("a", "1").depends("b", "1");
  CHECK(chosen(index, root) == "a 1.0.0, b 1.0.0, z-sys 1.0.0");
}

TEST_CASE("search: a patch stands for the version it provides", "[resolve][patch]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("b", "1");
  index.add("b", "1.0.0");
  index.add("b", "1.1.0");
  auto patch = PackageBuilder("b", "1.2.0", spec::SourceId::for_path("/b"));
  auto root = app().depends("a", "1").depends("b", "=1.2.0");
  auto request = request_for(root);
  request.patches.push_back({spec::SourceId::crates_io(), {patch.build()}});
  const auto resolved = resolve_versions(index, request);
  CHECK(chosen(resolved) == "a 1.0.0");
  CHECK(resolved->packages.size() == 3);

  // 1.2.0 of the patch and 1.1.0 of the registry cannot stand side by side.
  auto other = app().depends("a", "1").depends("b", "=1.1.0").depends("c", "1");
  index.add("c", "1.0.0").depends("b", "=1.2.0");
  auto second = request_for(other);
  second.patches = request.patches;
  CHECK_FALSE(resolve_versions(index, second).has_value());
}

TEST_CASE("search: a replacement takes the place of its package, both are listed", "[resolve][replace]")
{
  ListIndex index;
  const auto local = spec::SourceId::for_path("/b");
  index.add("b", "1.0.0");
  index.add("b", "1.0.0", local).depends("c", "1");
  index.add("c", "1.0.0");
  auto root = app().depends("b", "1");
  auto request = request_for(root);
  auto by = app().depends("b", "=1.0.0", {.source = local});
  request.replacements.emplace_back(spec::parse_package_id_spec("b@1.0.0").value(), by.build()->dependencies.front());
  const auto resolved = resolve_versions(index, request);
  CHECK(chosen(resolved) == "b 1.0.0, c 1.0.0");
  const spec::PackageId original("b", spec::parse_version("1.0.0").value(), spec::SourceId::crates_io());
  REQUIRE(resolved->find(original) != nullptr);
  CHECK(resolved->find(original)->replaced_by == original.with_source(local));
}

TEST_CASE("search: cycles are errors except through dev-dependencies", "[resolve][cycle]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("b", "1");
  index.add("b", "1.0.0").depends("a", "1", {.kind = DependencyKind::build});
  auto root = app().depends("a", "1");
  CHECK(chosen(index, root) == "error[CW0305]: package `a v1.0.0` depends on itself\n"
                               "   = note: `a v1.0.0` depends on `b v1.0.0`\n"
                               "   = note: `b v1.0.0` depends on `a v1.0.0`\n"
                               "   = help: break the cycle: move what both need into a package of "
                               "its own, or make one of the edges a dev-dependency\n");

  ListIndex fine;
  fine.add("a", "1.0.0").depends("app", "0.1", {.kind = DependencyKind::development, .source = spec::SourceId::for_path("/app")});
  auto member = app().depends("a", "1");
  CHECK(chosen(fine, member) == "a 1.0.0");
}

TEST_CASE("search: a candidate list is asked of the index once", "[resolve][speed]")
{
  ListIndex index;
  auto root = app();
  for (int i = 0; i < 20; ++i) {
    index.add(fmt::format("p{}", i), "1.0.0").depends("shared", "1.0");
    root.depends(fmt::format("p{}", i), "1");
  }
  index.add("shared", "1.0.0");
  CHECK(resolve_versions(index, request_for(root)).has_value());
  CHECK(index.queries == 21);
}
