// Who wins, and which lists grow. The expected values were printed by cargo 1.99.1 (`cargo config get`).
#include "config_fixture.hpp"

using namespace cargo_wasm;
using test::ConfigFixture;
using test::words;

namespace {

using Words = std::vector<std::string>;

std::int64_t integer(const manifest::Config& config, std::string_view key)
{
  const auto found = config.get_integer(key);
  REQUIRE(found);
  REQUIRE(*found);
  return (*found)->value;
}

std::string text(const manifest::Config& config, std::string_view key)
{
  const auto found = config.get_string(key);
  REQUIRE(found);
  REQUIRE(*found);
  return (*found)->value;
}

} // namespace

TEST_CASE("config: a deeper file wins, the home comes last", "[manifest][config]")
{
  ConfigFixture fixture{{"/h/.cargo/config.toml", "[net]\nretry = 1\n[http]\nproxy = \"home\"\n[build]\njobs = 1\n"},
                        {"/w/.cargo/config.toml", "[net]\nretry = 2\n[build]\njobs = 2\n"},
                        {"/w/app/.cargo/config.toml", "[build]\njobs = 3\n"}};
  const auto config = fixture.load();
  CHECK(integer(*config, "build.jobs") == 3);
  CHECK(integer(*config, "net.retry") == 2);
  CHECK(text(*config, "http.proxy") == "home");
}

TEST_CASE("config: lists grow from the home to the command line", "[manifest][config]")
{
  ConfigFixture fixture{{"/h/.cargo/config.toml", "build.rustflags = [\"home\"]\n"},
                        {"/w/.cargo/config.toml", "build.rustflags = [\"parent\"]\n"},
                        {"/w/app/.cargo/config.toml", "build.rustflags = [\"child\"]\n"}};
  fixture.world.vars["CARGO_BUILD_RUSTFLAGS"] = "env1  env2";
  fixture.options.config_arguments = {"build.rustflags=['cli1']", "build.rustflags=['cli2']"};
  CHECK(words(*fixture.load(), "build.rustflags") == Words{"home", "parent", "child", "env1", "env2", "cli1", "cli2"});
}

TEST_CASE("config: a list that names a program is replaced as a whole", "[manifest][config]")
{
  ConfigFixture fixture{{"/h/.cargo/config.toml", "target.wasm32-wasip1.runner = [\"home\", \"--a\"]\n"},
                        {"/w/app/.cargo/config.toml", "target.wasm32-wasip1.runner = [\"child\"]\n"}};
  CHECK(words(*fixture.load(), "target.wasm32-wasip1.runner") == Words{"child"});

  fixture.world.vars["CARGO_TARGET_WASM32_WASIP1_RUNNER"] = "wasmtime --dir .";
  CHECK(words(*fixture.load(), "target.wasm32-wasip1.runner") == Words{"wasmtime", "--dir", "."});

  fixture.options.config_arguments = {"target.wasm32-wasip1.runner=['cli']"};
  CHECK(words(*fixture.load(), "target.wasm32-wasip1.runner") == Words{"cli"});
}

TEST_CASE("config: a variable beats files, --config beats both", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "build.jobs = 1\nterm.verbose = true\n"}};
  fixture.world.vars["CARGO_BUILD_JOBS"] = "7";
  fixture.world.vars["CARGO_TERM_VERBOSE"] = "false";
  const auto config = fixture.load();
  CHECK(integer(*config, "build.jobs") == 7);
  CHECK((*config->get_integer("build.jobs"))->definition.display() == "environment variable `CARGO_BUILD_JOBS`");
  CHECK((*config->get_bool("term.verbose"))->value == false);

  fixture.options.config_arguments = {"build.jobs=9"};
  CHECK(integer(*fixture.load(), "build.jobs") == 9);
}

TEST_CASE("config: a string is split where a list may stand", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "build.rustflags = \" -C  opt-level=3\\t-v \"\n"}};
  CHECK(words(*fixture.load(), "build.rustflags") == Words{"-C", "opt-level=3", "-v"});
}

TEST_CASE("config: keys of cfg tables are found in either kind of quotes", "[manifest][config]")
{
  const std::string key = R"(cfg(target_os = "wasi"))";
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[target.'" + key + "']\nrunner = \"run\"\n[target.\"a.b\"]\nlinker = \"l\"\n"}};
  const auto config = fixture.load();
  CHECK(config->table_keys("target") == Words{"a.b", key});
  CHECK(words(*config, "target." + manifest::config_key_part(key) + ".runner") == Words{"run"});
  CHECK(words(*config, "target.\"a.b\".linker") == Words{"l"});
}

TEST_CASE("config: a path is relative to the directory above .cargo, a program without slash is not", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/w/.cargo/config.toml", "build.target-dir = \"out\"\ntarget.t.linker = \"tools/ld\"\ntarget.u.linker = \"ld\"\n"}};
  fixture.world.vars["CARGO_HTTP_CAINFO"] = "ca.pem";
  const auto config = fixture.load();
  CHECK((*config->get_path("build.target-dir"))->value == "/w/out");
  CHECK((*config->get_tool("target.t.linker"))->value == "/w/tools/ld");
  CHECK((*config->get_tool("target.u.linker"))->value == "ld");
  CHECK((*config->get_path("http.cainfo"))->value == "/w/app/ca.pem");
}

TEST_CASE("config: the target directory comes from the variable, then the configuration", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/.cargo/config.toml", "build.target-dir = \"out\"\n"}};
  CHECK(*fixture.load()->target_dir() == base::Path("/w/out"));
  fixture.world.vars["CARGO_TARGET_DIR"] = "elsewhere";
  CHECK(*fixture.load()->target_dir() == base::Path("/w/app/elsewhere"));
  fixture.world.vars["CARGO_TARGET_DIR"] = "";
  CHECK(test::rendered_error(fixture.load()->target_dir()) == "error[CW0194]: environment variable `CARGO_TARGET_DIR` is empty\n"
                                                              "   = help: unset it, or name a directory\n");
}

TEST_CASE("config: a table and a scalar do not merge", "[manifest][config]")
{
  ConfigFixture fixture{{"/h/.cargo/config.toml", "[build.jobs]\nx = 1\n"}, {"/w/app/.cargo/config.toml", "build.jobs = 1\n"}};
  CHECK(fixture.load_error() ==
        "error[CW0181]: `build.jobs` is an integer in `/w/app/.cargo/config.toml`, but a table in `/h/.cargo/config.toml`\n"
        "  while reading the configuration\n");
}

TEST_CASE("config: a value of the wrong type is shown where it stands", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[build]\njobs = \"many\"\n"}};
  CHECK(test::rendered_error(fixture.load()->get_integer("build.jobs")) ==
        R"(error[CW0185]: configuration key `build.jobs` must be an integer, but it is a string
  --> /w/app/.cargo/config.toml:2:8
   |
 2 | jobs = "many"
   |        ^^^^^^
)");
  CHECK(test::rendered_error(fixture.load()->get_string("build.jobs.x"))
            .starts_with("error[CW0185]: configuration key `build.jobs` must be a table, but it is a string\n"));
}

TEST_CASE("config: a variable that is no number is an error of the one who set it", "[manifest][config]")
{
  ConfigFixture fixture;
  fixture.world.vars["CARGO_BUILD_JOBS"] = "four";
  CHECK(test::rendered_error(fixture.load()->get_integer("build.jobs")) ==
        "error[CW0186]: environment variable `CARGO_BUILD_JOBS` must be an integer, but it is `four`\n"
        "   = note: it sets the configuration key `build.jobs`\n");
}

TEST_CASE("config: dates and floats are no settings", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[build]\njobs = 1.5\n"}};
  CHECK(fixture.load_error() == R"(error[CW0187]: configuration key `build.jobs` is a float, which no setting can be
  --> /w/app/.cargo/config.toml:2:8
   |
 2 | jobs = 1.5
   |        ^^^ expected a string, an integer, a boolean, an array or a table
  while reading the configuration
)");
}
