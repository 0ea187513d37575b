#include <cargo_wasm/plan/profiles.hpp>

#include <support/catch.hpp>

#include "built_in_profiles.hpp"

using namespace cargo_wasm;
using manifest::BuildProfileToml;
using plan::BuildProfile;
using plan::BuildProfiles;
using plan::DebugInfoLevel;
using Tables = std::map<std::string, BuildProfileToml>;

namespace {

spec::PackageId package(std::string_view name)
{
  return {name, *spec::parse_version("1.2.0"), spec::SourceId::crates_io()};
}

BuildProfile
profile(const Tables& tables, std::string_view requested, const plan::ProfileQuery& query, std::optional<bool> incremental = {})
{
  const Result<BuildProfiles> profiles = BuildProfiles::make(tables, requested, incremental);
  REQUIRE(profiles.has_value());
  return profiles->profile_for(query);
}

Error error_of(const Tables& tables, std::string_view requested)
{
  const Result<BuildProfiles> profiles = BuildProfiles::make(tables, requested, {});
  REQUIRE_FALSE(profiles.has_value());
  return profiles.error();
}

BuildProfileToml table(const std::function<void(BuildProfileToml&)>& change)
{
  BuildProfileToml result;
  change(result);
  return result;
}

} // namespace

TEST_CASE("profiles: dev and release have cargo's values", "[plan][profiles]")
{
  const BuildProfile dev = profile({}, "dev", {.package = package("a"), .is_member = true, .is_local = true});
  CHECK(dev.opt_level == "0");
  CHECK(dev.debuginfo.level == DebugInfoLevel::full);
  CHECK(dev.debug_assertions);
  CHECK(dev.overflow_checks);
  CHECK(dev.incremental);
  CHECK(dev.strip.deferred);

  const BuildProfile release = profile({}, "release", {.package = package("a"), .is_member = true, .is_local = true});
  CHECK(release.opt_level == "3");
  CHECK(release.debuginfo.level == DebugInfoLevel::none);
  CHECK_FALSE(release.debug_assertions);
  CHECK_FALSE(release.incremental);
  CHECK(release.root_is_release);
}

TEST_CASE("profiles: what runs on the build machine is not optimised, and its debug info stays open", "[plan][profiles]")
{
  const Tables tables{{"release", table([](auto& t) { t.codegen_units = 1; })}};
  const BuildProfile host = profile(tables, "release", {.package = package("a"), .for_host = true});
  CHECK(host.opt_level == "0");
  CHECK_FALSE(host.codegen_units.has_value());
  CHECK(host.debuginfo.deferred);
}

TEST_CASE("profiles: later tables win: chain, build-override, all packages, one package", "[plan][profiles]")
{
  BuildProfileToml release = table([](auto& t) {
    t.opt_level = "1";
    t.build_override = std::make_shared<const BuildProfileToml>(table([](auto& o) {
      o.opt_level = "2";
      o.debug = "1";
    }));
    t.package["*"] = table([](auto& o) { o.opt_level = "s"; });
    t.package["regex"] = table([](auto& o) { o.opt_level = "z"; });
  });
  const Tables tables{{"release", release}, {"dist", table([](auto& t) {
                                               t.inherits = "release";
                                               t.codegen_units = 4;
                                             })}};

  const BuildProfile member = profile(tables, "dist", {.package = package("app"), .is_member = true, .is_local = true});
  CHECK(member.opt_level == "1");
  CHECK(member.codegen_units == 4U);
  CHECK(member.name == "dist");
  CHECK(profile(tables, "dist", {.package = package("other")}).opt_level == "s");
  CHECK(profile(tables, "dist", {.package = package("regex")}).opt_level == "z");
  const BuildProfile host = profile(tables, "dist", {.package = package("app"), .is_member = true, .for_host = true});
  CHECK(host.opt_level == "2");
  CHECK(host.debuginfo.level == DebugInfoLevel::limited);
  CHECK_FALSE(host.debuginfo.deferred); // chosen, so nothing may weaken it
}

TEST_CASE("profiles: a table that does not set strip makes it undecided again", "[plan][profiles]")
{
  // Surprising, but the unit graph of cargo shows it: `strip = true` in [profile.release] does not reach packages with an override.
  const Tables tables{{"release", table([](auto& t) {
                         t.strip = true;
                         t.package["regex"] = table([](auto& o) { o.opt_level = "s"; });
                       })}};
  CHECK(profile(tables, "release", {.package = package("app")}).strip == plan::Strip{plan::Strip::Kind::named, "symbols", false});
  CHECK(profile(tables, "release", {.package = package("regex")}).strip.deferred);
}

TEST_CASE("profiles: panic settings do not reach what has to unwind", "[plan][profiles]")
{
  const Tables tables{{"dev", table([](auto& t) { t.panic = "abort"; })}};
  CHECK(profile(tables, "dev", {.package = package("a")}).panic == plan::PanicStrategy::abort);
  CHECK(profile(tables, "dev", {.package = package("a"), .always_unwind = true}).panic == plan::PanicStrategy::unwind);
}

TEST_CASE("profiles: incremental compilation is for path packages, and one switch overrides every profile", "[plan][profiles]")
{
  CHECK_FALSE(profile({}, "dev", {.package = package("a")}).incremental);
  CHECK_FALSE(profile({}, "dev", {.package = package("a"), .is_local = true}, false).incremental);
  CHECK(profile({}, "release", {.package = package("a"), .is_local = true}, true).incremental);
}

TEST_CASE("profiles: lto has four spellings of off", "[plan][profiles]")
{
  for (const char* text : {"off", "n", "no", "none"}) {
    const Tables tables{{"release", table([&](auto& t) { t.lto = std::string(text); })}};
    CHECK(profile(tables, "release", {.package = package("a")}).lto.kind == plan::Lto::Kind::off);
  }
  const Tables thin{{"release", table([](auto& t) { t.lto = std::string("thin"); })}};
  CHECK(profile(thin, "release", {.package = package("a")}).lto == plan::Lto{plan::Lto::Kind::named, false, "thin"});
}

TEST_CASE("profiles: directories are cargo's", "[plan][profiles]")
{
  const Tables tables{{"dist", table([](auto& t) { t.inherits = "release"; })}};
  const auto directory = [&](std::string_view name) { return BuildProfiles::make(tables, name, {})->directory_name().str(); };
  CHECK(directory("dev") == "debug");
  CHECK(directory("test") == "debug");
  CHECK(directory("release") == "release");
  CHECK(directory("bench") == "release");
  CHECK(directory("dist") == "dist");
}

TEST_CASE("profiles: an undefined profile names its nearest neighbour", "[plan][profiles]")
{
  CHECK(error_of({}, "relase") ==
        Error("CW0356", "profile `relase` is not defined", Blame::usage).help("a profile with a similar name exists: `release`"));
}

TEST_CASE("profiles: broken inheritance is told apart", "[plan][profiles]")
{
  const auto inherits = [](const char* parent) { return table([&](auto& t) { t.inherits = parent; }); };
  CHECK(error_of({{"dev", inherits("release")}}, "dev").message == "profile `dev` cannot inherit from another one");
  CHECK(error_of({{"a", inherits("b")}, {"b", inherits("a")}}, "dev").message ==
        "profiles inherit from one another in a circle: `a` → `b` → `a`");
  CHECK(error_of({{"dist", inherits("relase")}}, "dist").message == "profile `dist` inherits from `relase`, which is not defined");
  CHECK(error_of({{"dist", BuildProfileToml()}}, "dist").message == "profile `dist` has no `inherits`");
}

TEST_CASE("profiles: two overrides for one package are refused, an override for none is a warning", "[plan][profiles]")
{
  resolve::Resolve resolve;
  resolve.packages.emplace(package("regex"), resolve::ResolvedPackage{package("regex"), nullptr, {}, {}, {}, {}});
  const Tables twice{{"dev", table([](auto& t) {
                        t.package["regex"] = {};
                        t.package["regex@1.2"] = {};
                      })}};
  const Result<std::vector<Error>> refused = BuildProfiles::make(twice, "dev", {})->check_package_overrides(resolve, twice);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "several package overrides of profile `dev` match `regex v1.2.0`: `regex`, `regex@1.2`");

  const Tables typo{{"dev", table([](auto& t) { t.package["regxe"] = {}; })}};
  const Result<std::vector<Error>> warned = BuildProfiles::make(typo, "dev", {})->check_package_overrides(resolve, typo);
  REQUIRE(warned.has_value());
  REQUIRE(warned->size() == 1);
  CHECK(warned->front() == Error("CW0362", "package override `regxe` of profile `dev` matches no package")
                               .help("a package with a similar name exists: `regex`"));
}

TEST_CASE("profiles that come with cargo-wasm can be read, and stand behind the project's own", "[plan][profiles]")
{
  const auto known = plan::built_in_profiles();
  REQUIRE(known.has_value());
  REQUIRE(known->contains("size"));
  CHECK(known->at("size").wasm.wasm_opt == "z");
  CHECK(known->at("freestanding").wasm.provenance == false);
  CHECK(known->at("size").cargo.inherits == "release");
  for (const auto& [name, profile] : *known) {
    CHECK_FALSE(profile.title.empty());
    CHECK(plan::BuildProfiles::make({{name, profile.cargo}}, name, std::nullopt).has_value());
  }
  manifest::BuildProfileToml own;
  own.inherits = "dev";
  const auto tables = plan::with_built_in_profiles({{"size", own}}, false);
  REQUIRE(tables.has_value());
  CHECK(tables->at("size").inherits == "dev");
  CHECK_FALSE(tables->at("size").opt_level.has_value());
  CHECK_FALSE(tables->contains("dev"));
}

TEST_CASE("profiles: dev starts from line tables where only wasm is built, and what a project says wins", "[plan][profiles]")
{
  const auto plain = plan::with_built_in_profiles({}, true);
  REQUIRE(plain.has_value());
  CHECK(plain->at("dev").debug == "line-tables-only");
  CHECK_FALSE(plain->at("release").debug.has_value());
  manifest::BuildProfileToml own;
  own.debug = "2";
  own.opt_level = "1";
  const auto tables = plan::with_built_in_profiles({{"dev", own}}, true);
  REQUIRE(tables.has_value());
  CHECK(tables->at("dev").debug == "2");
  CHECK(tables->at("dev").opt_level == "1");
}
