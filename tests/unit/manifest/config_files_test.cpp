// Which files are read, what they include, and what `--config` takes.
#include "config_fixture.hpp"

using namespace cargo_wasm;
using test::ConfigFixture;
using test::words;

namespace {

using Words = std::vector<std::string>;

std::string warnings_of(const manifest::Config& config)
{
  std::string text;
  for (const Error& warning : config.warnings()) {
    text += base::render(warning, base::Severity::warning, false);
  }
  return text;
}

std::string argument_error(std::string argument)
{
  ConfigFixture fixture;
  fixture.options.config_arguments = {std::move(argument)};
  return fixture.load_error();
}

} // namespace

TEST_CASE("config: the name without extension is read first, with a warning", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config", "build.rustflags = [\"old\"]\n"},
                        {"/w/app/.cargo/config.toml", "build.rustflags = [\"new\"]\n"}};
  const auto config = fixture.load();
  CHECK(words(*config, "build.rustflags") == Words{"old"});
  CHECK(warnings_of(*config) == "warning[CW0197]: both `/w/app/.cargo/config` and `/w/app/.cargo/config.toml` exist; the first is used\n");
}

TEST_CASE("config: a link from the old name to the new one is what people do on purpose", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "build.rustflags = [\"new\"]\n"}};
  fixture.world.fs.add_symlink("/w/app/.cargo/config", "config.toml");
  CHECK(warnings_of(*fixture.load()).empty());
}

TEST_CASE("config: the home is not read twice when the project lies below it", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/.cargo/config.toml", "build.rustflags = [\"once\"]\n"}};
  fixture.world.vars["CARGO_HOME"] = "/w/.cargo";
  CHECK(words(*fixture.load(), "build.rustflags") == Words{"once"});
}

TEST_CASE("config: without any home there is an error", "[manifest][config]")
{
  ConfigFixture fixture;
  fixture.world.vars.clear();
  CHECK(fixture.load_error() == "error[CW0182]: there is no home directory: neither `CARGO_HOME` nor `HOME` is set\n"
                                "   = help: set `CARGO_HOME` to a directory for downloaded crates\n");
}

TEST_CASE("config: included files come before the file that includes them", "[manifest][config]")
{
  ConfigFixture fixture{
      {"/h/.cargo/config.toml", "build.rustflags = [\"home\"]\n"},
      {"/w/app/.cargo/config.toml",
       "include = [\"a.toml\", { path = \"no.toml\", optional = true }, { path = \"sub/b.toml\" }]\nbuild.rustflags = [\"own\"]\n"},
      {"/w/app/.cargo/a.toml", "build.rustflags = [\"a\"]\nbuild.jobs = 1\nbuild.target-dir = \"t\"\n"},
      {"/w/app/.cargo/sub/b.toml", "build.rustflags = [\"b\"]\nbuild.jobs = 2\n"}};
  const auto config = fixture.load();
  CHECK(words(*config, "build.rustflags") == Words{"home", "a", "b", "own"});
  CHECK((*config->get_integer("build.jobs"))->value == 2);
  CHECK((*config->get_path("build.target-dir"))->value == "/w/app/t");
}

TEST_CASE("config: an include that is missing, circular or no file name is an error", "[manifest][config]")
{
  const auto error_with = [](std::string include) {
    ConfigFixture fixture{{"/w/app/.cargo/config.toml", "include = " + include + "\n"},
                          {"/w/app/.cargo/loop.toml", "include = [\"config.toml\"]\n"}};
    return fixture.load_error();
  };
  CHECK(error_with("[\"no.toml\"]") == "error[CW0180]: configuration file `/w/app/.cargo/no.toml` cannot be read\n"
                                       "   = note: `/w/app/.cargo/no.toml` does not exist\n"
                                       "  while reading `no.toml`, included by `/w/app/.cargo/config.toml`\n"
                                       "  while reading the configuration\n");
  CHECK(error_with("[\"loop.toml\"]")
            .starts_with("error[CW0183]: configuration file `/w/app/.cargo/config.toml` includes itself or is included twice\n"));
  CHECK(error_with("\"a.toml\"") == R"(error[CW0183]: `include` must be an array, but it is a string
  --> /w/app/.cargo/config.toml:1:11
   |
 1 | include = "a.toml"
   |           ^^^^^^^^
  while reading the configuration
)");
  CHECK(error_with("[\"a.json\"]").starts_with("error[CW0183]: `a.json` cannot be included: its name does not end in `.toml`\n"));
  CHECK(error_with("[\"*.toml\"]").starts_with("error[CW0183]: `*.toml` cannot be included: patterns and braces are not expanded\n"));
}

TEST_CASE("config: --config takes a file or one dotted key", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/extra.toml", "build.rustflags = [\"file\"]\nbuild.target-dir = \"t\"\n"}};
  fixture.options.config_arguments = {"extra.toml", "target.'cfg(unix)'.linker = \"sub/ld\""};
  const auto config = fixture.load();
  CHECK(words(*config, "build.rustflags") == Words{"file"});
  CHECK((*config->get_path("build.target-dir"))->value == "/w/t");
  CHECK((*config->get_tool("target.\"cfg(unix)\".linker"))->value == "/w/app/sub/ld");

  CHECK(argument_error("build.jobs").starts_with("error[CW0184]: `--config build.jobs` is neither a file nor `KEY=VALUE`\n"));
  CHECK(argument_error("build={jobs=1}") == "error[CW0184]: `--config build={jobs=1}` sets an inline table\n"
                                            "   = help: write one dotted key and its value (`--config build.jobs=2`), or name a file\n");
  CHECK(argument_error("a.b=1\nc.d=2").starts_with("error[CW0184]: `--config a.b=1\n  c.d=2` sets more than one key\n"));
  CHECK(argument_error("[build]\njobs=1").starts_with("error[CW0184]: `--config [build]\n  jobs=1` does not set a value\n"));
  CHECK(argument_error("build.jobs=1 # no").starts_with("error[CW0184]: `--config build.jobs=1 # no` holds a comment\n"));
}

TEST_CASE("config: secrets are refused on the command line", "[manifest][config]")
{
  CHECK(argument_error("registry.token='x'") == "error[CW0189]: `registry.token` cannot be set with `--config`\n"
                                                "   = note: a command line can be read by other users of the machine\n"
                                                "   = help: use `cargo-wasm login`, credentials.toml or an environment variable\n");
  CHECK(argument_error("registries.corp.secret-key='x'")
            .starts_with("error[CW0189]: `registries.corp.secret-key` cannot be set with `--config`\n"));
}

TEST_CASE("config: keys and variables without effect are named, with the nearest that has one", "[manifest][config]")
{
  ConfigFixture fixture{{"/w/app/.cargo/config.toml", "[build]\nrustflag = [\"x\"]\n[target.'cfg(unix)']\nz = 1\n[target.t]\nz = {}\n"}};
  fixture.world.vars["CARGO_TARGET_wasm32-wasip1_RUNNER"] = "x";
  CHECK(warnings_of(*fixture.load()) == R"text(warning[CW0196]: configuration key `build.rustflag` has no effect
  --> /w/app/.cargo/config.toml:2:12
   |
 2 | rustflag = ["x"]
   |            ^^^^^
   = help: did you mean `build.rustflags`?
warning[CW0196]: configuration key `target."cfg(unix)".z` has no effect
  --> /w/app/.cargo/config.toml:4:5
   |
 4 | z = 1
   |     ^
warning[CW0198]: environment variable `CARGO_TARGET_wasm32-wasip1_RUNNER` has no effect
   = help: its name is `CARGO_TARGET_WASM32_WASIP1_RUNNER`
)text");
}
