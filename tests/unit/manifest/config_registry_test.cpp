// Registries: where they are, what proves who asks, and what stands in for them.
#include "config_fixture.hpp"

using namespace cargo_wasm;
using test::ConfigFixture;

namespace {

constexpr const char* k_corp = "[registries.corp]\nindex = \"sparse+https://corp.invalid/index/\"\n";

spec::SourceId corp()
{
  return spec::SourceId::for_registry("sparse+https://corp.invalid/index/", "corp");
}

} // namespace

TEST_CASE("config: a registry is found by its name", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", k_corp}};
  fixture.world.vars["CARGO_REGISTRIES_OTHER_INDEX"] = "https://other.invalid/index";
  const auto config = fixture.load();
  CHECK(config->source_of_registry("corp")->same_source(corp()));
  CHECK(config->source_of_registry("other")->same_source(spec::SourceId::for_registry("https://other.invalid/index")));
  CHECK(config->source_of_registry("crates-io")->is_crates_io());
}

TEST_CASE("config: an unknown registry is answered with the nearest name", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", k_corp}};
  CHECK(test::rendered_error(fixture.load()->source_of_registry("cors")) ==
        "error[CW0190]: there is no registry `cors` in the configuration\n"
        "   = help: did you mean `corp`?\n"
        "   = help: define it: `[registries.cors]` with `index = \"URL\"` in .cargo/config.toml\n");
}

TEST_CASE("config: an index is a URL without password", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml",
                         "[registries]\na.index = \"/dir\"\nb.index = \"https://me:secret@b.invalid/\"\nc.index = \"file:../index\"\n"}};
  const auto config = fixture.load();
  CHECK(test::rendered_error(config->source_of_registry("a")) == R"(error[CW0191]: `/dir` is not a URL
  --> /w/app/.cargo/config.toml:2:11
   |
 2 | a.index = "/dir"
   |           ^^^^^^ value of `registries.a.index`
)");
  CHECK(config->source_of_registry("b").error().message == "the URL of registry `b` holds a password");
  CHECK(config->source_of_registry("c")->url() == "file:///w/index");
}

TEST_CASE("config: a token comes from the environment, credentials.toml, then the configuration", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", std::string(k_corp) + "token = \"config\"\n[registry]\ntoken = \"io-config\"\n"}};
  CHECK(*fixture.load()->registry_token(corp()) == "config");
  CHECK(*fixture.load()->registry_token(spec::SourceId::crates_io()) == "io-config");

  fixture.world.fs.add("/h/.cargo/credentials.toml", "[registries.corp]\ntoken = \"file\"\n");
  CHECK(*fixture.load()->registry_token(corp()) == "file");
  CHECK(*fixture.load()->registry_token(spec::SourceId::crates_io()) == "io-config");

  fixture.world.vars["CARGO_REGISTRIES_CORP_TOKEN"] = "env";
  CHECK(*fixture.load()->registry_token(corp()) == "env");
}

TEST_CASE("config: the oldest credentials hold one token at the top", "[manifest][config]")
{
  ConfigFixture fixture{{"/h/.cargo/credentials", "token = \"old\"\n"}};
  CHECK(*fixture.load()->registry_token(spec::SourceId::crates_io()) == "old");
}

TEST_CASE("config: a registry that nobody named has no token", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", k_corp}};
  CHECK(fixture.load()->registry_token(spec::SourceId::for_registry("https://elsewhere.invalid/"))->has_value() == false);
}

TEST_CASE("config: one index under two names is ambiguous", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/w/app/.cargo/config.toml", std::string(k_corp) + "[registries.again]\nindex = \"sparse+https://corp.invalid/index/\"\n"}};
  const auto token = fixture.load()->registry_token(corp());
  REQUIRE_FALSE(token);
  CHECK(token.error().id == "CW0193");
  CHECK(token.error().notes == std::vector<std::string>{"they are named again, corp"});
}

TEST_CASE("config: credential providers, the last one first", "[manifest][config]")
{
  using Providers = std::vector<std::vector<std::string>>;
  ConfigFixture fixture{{"/w/.cargo/config.toml", k_corp}};
  CHECK(fixture.load()->credential_providers(corp())->empty());

  fixture.world.fs.add("/h/.cargo/config.toml",
                       "[registry]\nglobal-credential-providers = [\"cargo:token\", \"mine\", \"bin/ask --now\"]\n[credential-alias]\nmine "
                       "= [\"/opt/ask\", \"-x\"]\n");
  CHECK(*fixture.load()->credential_providers(corp()) == Providers{{"/h/bin/ask", "--now"}, {"/opt/ask", "-x"}, {"cargo:token"}});

  fixture.world.fs.add("/w/app/.cargo/config.toml", "[registries.corp]\ncredential-provider = \"cargo:token\"\n");
  CHECK(*fixture.load()->credential_providers(corp()) == Providers{{"cargo:token"}});
}

TEST_CASE("config: source replacement names the place of each source", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/.cargo/config.toml", R"([source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendor"
[source.lib]
git = "https://example.invalid/lib"
branch = "main"
[source.local]
local-registry = "/abs/local"
)"}};
  const auto sources = fixture.load()->source_replacements();
  REQUIRE(sources);
  REQUIRE(sources->size() == 4);
  CHECK(sources->at(0).name == "crates-io");
  CHECK(sources->at(0).source->is_crates_io());
  CHECK(sources->at(0).replace_with == "vendored");
  CHECK(sources->at(0).definition.position.line == 2);
  CHECK(sources->at(1).source->git_reference().name == "main");
  CHECK(*sources->at(2).source == spec::SourceId::for_local_registry("/abs/local"));
  CHECK(*sources->at(3).source == spec::SourceId::for_directory("/w/vendor"));
}

TEST_CASE("config: a source has exactly one place", "[manifest][config]")
{
  const auto message = [](std::string body) {
    ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[source.x]\n" + body}};
    const auto sources = fixture.load()->source_replacements();
    REQUIRE_FALSE(sources);
    CHECK(sources.error().id == "CW0192");
    return sources.error().message;
  };
  CHECK(message("replace-with = \"y\"\n") == "source `x` does not say where it is");
  CHECK(message("directory = \"d\"\nlocal-registry = \"l\"\n") == "source `x` is in more than one place");
  CHECK(message("directory = \"d\"\nbranch = \"b\"\n") == "source `x` sets `branch` without `git`");
}
