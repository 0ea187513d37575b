#include <cargo_wasm/cli/options.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using cli::parse_arguments;

namespace {

Result<cli::ParsedArguments> parse(std::vector<std::string> words)
{
  return parse_arguments(words);
}

std::string rendered(const Result<cli::ParsedArguments>& result)
{
  REQUIRE(!result);
  return base::render(result.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("a verb is known by its alias and short options may be joined", "[cli][parse]")
{
  const auto parsed = parse({"b", "-rvv", "-j4", "--features", "a b", "-F", "c"});
  REQUIRE(parsed);
  CHECK(parsed->verb == "build");
  CHECK(parsed->has("release"));
  CHECK(parsed->counts.at("verbose") == 2);
  CHECK(*parsed->last("jobs") == "4");
  CHECK(parsed->all("features") == std::vector<std::string>{"a b", "c"});
}

TEST_CASE("options before the verb are handed on to it", "[cli][parse]")
{
  const auto parsed = parse({"-q", "--config", "build.jobs=1", "check", "--config", "x=1"});
  REQUIRE(parsed);
  CHECK(parsed->verb == "check");
  CHECK(parsed->has("quiet"));
  CHECK(parsed->all("config") == std::vector<std::string>{"build.jobs=1", "x=1"});
}

TEST_CASE("run keeps everything after the separator for the program, options included", "[cli][parse]")
{
  const auto parsed = parse({"run", "--release", "--", "--release", "-q", "file"});
  REQUIRE(parsed);
  CHECK(parsed->has("release"));
  CHECK(!parsed->has("quiet"));
  CHECK(parsed->trailing == std::vector<std::string>{"--release", "-q", "file"});
}

TEST_CASE("the first free word of run begins the program's arguments", "[cli][parse]")
{
  const auto parsed = parse({"run", "--bin", "tool", "-p", "pkg", "input", "--flag"});
  REQUIRE(parsed);
  CHECK(*parsed->last("bin") == "tool");
  CHECK(*parsed->last("package") == "pkg");
  CHECK(parsed->trailing == std::vector<std::string>{"input", "--flag"});
}

TEST_CASE("an unknown command names the nearest one", "[cli][parse]")
{
  CHECK(rendered(parse({"biuld"})) == "error[CW0780]: no such command: `biuld`\n"
                                      "   = help: did you mean `build`?\n"
                                      "   = help: `cargo-wasm --list` shows all commands\n");
}

TEST_CASE("an unknown option names the nearest one of its verb", "[cli][parse]")
{
  CHECK(rendered(parse({"build", "--relase"})) == "error[CW0781]: unexpected argument `--relase`\n"
                                                  "   = help: did you mean `--release`?\n"
                                                  "   = help: `cargo-wasm build --help` lists the options\n");
}

TEST_CASE("a value outside the possible ones lists them", "[cli][parse]")
{
  CHECK(rendered(parse({"build", "--color", "allways"})) == "error[CW0782]: invalid value `allways` for `--color`\n"
                                                            "   = note: possible values: auto, always, never\n"
                                                            "   = help: did you mean `always`?\n");
}

TEST_CASE("options that contradict each other are refused", "[cli][parse]")
{
  const auto result = parse({"build", "--release", "--profile", "dev"});
  REQUIRE(!result);
  CHECK(result.error().message == "`--release` cannot be used with `--profile`");
  CHECK(base::exit_code_of(result.error().blame) == 2);
}

TEST_CASE("a message format may be a list", "[cli][parse]")
{
  const auto parsed = parse({"build", "--message-format", "json,json-diagnostic-short"});
  REQUIRE(parsed);
  CHECK(parsed->all("message-format") == std::vector<std::string>{"json,json-diagnostic-short"});
  CHECK(!parse({"build", "--message-format", "json,yaml"}));
}

TEST_CASE("a verb of a group is two words, with options of its own", "[cli][parse]")
{
  const auto parsed = parse({"-q", "toolchain", "list", "--json"});
  REQUIRE(parsed);
  CHECK(parsed->verb == "toolchain list");
  CHECK(parsed->has("json"));
  CHECK(parsed->has("quiet"));
}

TEST_CASE("a group without its second word, or with a wrong one, names those it has", "[cli][parse]")
{
  CHECK(rendered(parse({"toolchain"}))
            .starts_with("error[CW0786]: `toolchain` needs to know what to do\n"
                         "   = help: `cargo-wasm toolchain list`\n"));
  CHECK(rendered(parse({"toolchain", "lisst"})) == "error[CW0780]: no such command: `toolchain lisst`\n"
                                                   "   = help: did you mean `toolchain list`?\n"
                                                   "   = help: `cargo-wasm toolchain --help` shows its commands\n");
  CHECK(rendered(parse({"toolchian"})) == "error[CW0780]: no such command: `toolchian`\n"
                                          "   = help: did you mean `toolchain`?\n"
                                          "   = help: `cargo-wasm --list` shows all commands\n");
}

TEST_CASE("the help of a group is asked for without a second word", "[cli][parse]")
{
  const auto parsed = parse({"toolchain", "--help"});
  REQUIRE(parsed);
  CHECK(parsed->verb == "toolchain");
  CHECK(parsed->has("help"));
  for (const auto* verb : cli::verbs_of_group("toolchain")) {
    CHECK(cli::group_help_text("toolchain").find(cli::last_word_of(*verb)) != std::string::npos);
  }
}

TEST_CASE("where free words are the verb's own, only `--` begins what is for the program", "[cli][parse]")
{
  const auto parsed = parse({"module", "browse", "app.wasm", "--timeout", "4", "--", "-q", "--timeout", "--"});
  REQUIRE(parsed);
  CHECK(parsed->all("FILE") == std::vector<std::string>{"app.wasm"});
  CHECK(*parsed->last("timeout") == "4");
  CHECK(parsed->trailing == std::vector<std::string>{"-q", "--timeout", "--"});
  const auto without = parse({"module", "bindgen-test", "app.wasm", "other.wasm"});
  REQUIRE(without);
  CHECK(without->all("FILE") == std::vector<std::string>{"app.wasm", "other.wasm"});
  CHECK(without->trailing.empty());
}

TEST_CASE("of test the first free word is a filter, wherever it stands, and what is behind -- is for the programs", "[cli]")
{
  const std::vector<std::string> words = {
      "test", "--profile", "dev", "name", "--test", "it", "--host", "node,wazero", "--", "--exact", "x"};
  const auto parsed = cli::parse_arguments(words);
  REQUIRE(parsed);
  CHECK(parsed->all("TESTNAME") == std::vector<std::string>{"name"});
  CHECK(parsed->all("test") == std::vector<std::string>{"it"});
  CHECK(*parsed->last("profile") == "dev");
  CHECK(parsed->trailing == std::vector<std::string>{"--exact", "x"});
}

TEST_CASE("an option with one value leaves the word behind it alone", "[cli]")
{
  const auto parsed = cli::parse_arguments(std::vector<std::string>{"test", "--timeout", "5", "name"});
  REQUIRE(parsed);
  CHECK(parsed->all("timeout") == std::vector<std::string>{"5"});
  CHECK(parsed->all("TESTNAME") == std::vector<std::string>{"name"});
}
