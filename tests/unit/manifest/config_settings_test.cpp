// Settings with a meaning of their own: [env], [alias], [http], paths, profiles, patches.
#include <cargo_wasm/manifest/token_variables.hpp>

#include "config_fixture.hpp"

using namespace cargo_wasm;
using test::ConfigFixture;

TEST_CASE("config: [env] adds variables, replaces with force, resolves with relative", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/w/.cargo/config.toml",
       "[env]\nNEW = \"1\"\nOLD = \"2\"\nFORCED = { value = \"3\", force = true }\nDIR = { value = \"d\", relative = true }\n"}};
  fixture.world.vars["OLD"] = "kept";
  fixture.world.vars["FORCED"] = "lost";
  CHECK(*fixture.load()->extra_env() == EnvMap{{"DIR", "/w/d"}, {"FORCED", "3"}, {"NEW", "1"}});
}

TEST_CASE("config: [env] cannot move the homes", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[env]\nCARGO_HOME = \"/x\"\n"}};
  CHECK(test::rendered_error(fixture.load()->extra_env()) == R"(error[CW0188]: `CARGO_HOME` cannot be set in `[env]`
  --> /w/app/.cargo/config.toml:2:14
   |
 2 | CARGO_HOME = "/x"
   |              ^^^^
   = help: set it in the environment that cargo-wasm is started in
)");
}

TEST_CASE("config: the variables of tokens are those of each remote cache and of the executor", "[manifest][config]")
{
  ConfigFixture project(
      {{"/w/app/.cargo/config.toml",
        "[cargo-wasm.cache.remote.\"eu.west\"]\ntoken-env = \"EU\"\n[cargo-wasm.cache.remote.us]\nurl = \"http://us.test\"\n"
        "[cargo-wasm.execution]\ntoken-env = \"EXECUTOR\"\n"}});
  CHECK(manifest::variables_of_tokens(*project.load()) == std::vector<std::string>{"EU", "EXECUTOR"});
  CHECK(manifest::variables_of_tokens(*ConfigFixture().load()).empty());
}

TEST_CASE("config: aliases are words, from tables and variables", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[alias]\nbb = \"build --release\"\ncc = [\"check\", \"a b\"]\n"}};
  fixture.world.vars["CARGO_ALIAS_DD"] = "doc --open";
  CHECK(*fixture.load()->aliases() == std::map<std::string, std::vector<std::string>>{
                                          {"bb", {"build", "--release"}}, {"cc", {"check", "a b"}}, {"dd", {"doc", "--open"}}});
}

TEST_CASE("config: [http] and [net] become the options of the client", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/w/.cargo/config.toml",
       "[http]\ntimeout = 5\ncainfo = \"ca.pem\"\nmultiplexing = false\nuser-agent = \"me\"\n[net]\nretry = 9\noffline = true\n"}};
  const auto config = fixture.load();
  const auto http = config->http_options();
  REQUIRE(http);
  CHECK(http->timeout == std::chrono::seconds(5));
  CHECK(http->cainfo == "/w/ca.pem");
  CHECK_FALSE(http->multiplexing);
  CHECK(http->user_agent == "me");
  CHECK(http->retries == 9);
  CHECK(http->low_speed_limit_bytes_per_s == 10);
  CHECK(config->offline());

  fixture.world.vars["CARGO_NET_RETRY"] = "-1";
  CHECK(test::rendered_error(fixture.load()->http_options()) ==
        "error[CW0195]: configuration key `net.retry` must be between 0 and 4294967295, but it is -1\n"
        "   = note: it is set by environment variable `CARGO_NET_RETRY`\n");
}

TEST_CASE("config: --frozen is locked and offline", "[manifest][config]")
{
  ConfigFixture fixture;
  CHECK_FALSE(fixture.load()->offline());
  fixture.options.frozen = true;
  CHECK(fixture.load()->offline());
  CHECK(fixture.load()->locked());
}

TEST_CASE("config: path overrides count from their file", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/.cargo/config.toml", "paths = [\"x\", \"/abs\"]\n"}, {"/w/app/.cargo/config.toml", "paths = [\"y\"]\n"}};
  CHECK(*fixture.load()->path_overrides() == std::vector<base::Path>{"/w/x", "/abs", "/w/app/y"});
}

TEST_CASE("config: profiles are laid over one another: files, variables, command line", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/h/.cargo/config.toml",
       "[profile.release]\nopt-level = 1\nlto = \"thin\"\ncodegen-units = 4\n[profile.release.package.serde]\nopt-level = 2\n"},
      {"/w/app/.cargo/config.toml", "[profile.release]\nopt-level = \"s\"\n[profile.dist]\ninherits = \"release\"\n"}};
  fixture.world.vars["CARGO_PROFILE_RELEASE_CODEGEN_UNITS"] = "8";
  fixture.world.vars["CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL"] = "3";
  fixture.world.vars["CARGO_PROFILE_RELEASE_PACKAGE_serde_DEBUG"] = "true";
  fixture.world.vars["CARGO_PROFILE_DEV_PANIC"] = "abort";
  fixture.options.config_arguments = {"profile.release.strip=true"};
  const auto profiles = fixture.load()->profiles();
  INFO((profiles ? std::string() : base::render(profiles.error(), base::Severity::error, false)));
  REQUIRE(profiles);
  CHECK(profiles->size() == 3);
  const manifest::BuildProfileToml& release = profiles->at("release");
  CHECK(release.opt_level == "s");
  CHECK(release.lto == std::variant<bool, std::string>("thin"));
  CHECK(release.codegen_units == 8U);
  CHECK(release.strip == std::variant<bool, std::string>(true));
  REQUIRE(release.build_override);
  CHECK(release.build_override->opt_level == "3");
  REQUIRE(release.package.count("serde") == 1);
  CHECK(release.package.at("serde").opt_level == "2");
  CHECK(release.package.at("serde").debug.has_value());
  CHECK(profiles->at("dev").panic == "abort");
  CHECK(profiles->at("dist").inherits == "release");
}

TEST_CASE("config: a profile only the environment knows is found by its name", "[manifest][config]")
{
  ConfigFixture fixture;
  fixture.world.vars["CARGO_PROFILE_MY_PROFILE_LTO"] = "fat";
  const auto config = fixture.load();
  const auto profile = config->profile("my-profile");
  REQUIRE(profile);
  REQUIRE(*profile);
  CHECK((*profile)->lto == std::variant<bool, std::string>("fat"));
  CHECK(config->profile("other")->has_value() == false);
}

TEST_CASE("config: a bad profile value is shown in its own file, or blamed on the environment", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[profile.dev]\ncodegen-units = \"x\"\n"}};
  const auto bad = fixture.load()->profile("dev");
  REQUIRE_FALSE(bad);
  CHECK(std::get<base::TextSpan>(bad.error().where).file == "/w/app/.cargo/config.toml");
  CHECK(std::get<base::TextSpan>(bad.error().where).line == 2);

  ConfigFixture by_variable;
  by_variable.world.vars["CARGO_PROFILE_DEV_CODEGEN_UNITS"] = "x";
  const auto blamed = by_variable.load()->profile("dev");
  REQUIRE_FALSE(blamed);
  CHECK(blamed.error().notes.back() == "it is set by an environment variable that begins with `CARGO_PROFILE_DEV_`");
}

TEST_CASE("config: patches merge by source and name, the deeper file wins", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/.cargo/config.toml", "[patch.crates-io]\na = { path = \"a\" }\nb = { path = \"b\" }\n"},
                        {"/w/app/.cargo/config.toml", "[patch.crates-io]\nb = { path = \"mine\" }\n"}};
  const auto patches = fixture.load()->patches();
  REQUIRE(patches);
  REQUIRE(patches->size() == 1);
  CHECK(patches->front().source_key == "crates-io");
  REQUIRE(patches->front().dependencies.size() == 2);
  CHECK(patches->front().dependencies[0]->source.path() == "/w/a");
  CHECK(patches->front().dependencies[1]->source.path() == "/w/app/mine");
}
