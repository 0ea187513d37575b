// What is no manifest at all: the whole text that a person gets.
#include <support/test_env.hpp>

#include <cargo_wasm/manifest/workspace.hpp>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// What a build in `directory` is told.
std::string load_error(TestEnv& env, const base::Path& directory)
{
  env.cwd = directory;
  env.vars["HOME"] = "/home/u";
  const base::Env seams = env.env();
  const auto config = manifest::Config::load(seams, {});
  REQUIRE(config.has_value());
  const auto loaded = manifest::load_workspace(seams, **config, {});
  return loaded ? "no error" : base::render(loaded.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("bad input: malformed TOML is shown at its line", "[manifest][bad-input]")
{
  CHECK(error_of("[dependencies\nx = \"1\"\n") == R"(error[CW0100]: expected `]`, saw `\n`
  --> /p/Cargo.toml:5:14
   |
 5 | [dependencies
   |              ^ in this table header
)");
}

TEST_CASE("bad input: a binary file is no manifest", "[manifest][bad-input]")
{
  CHECK(error_of(std::string("\0\x01", 2)) == R"(error[CW0101]: `/p/Cargo.toml` is not a text file
   = note: it contains zero bytes
)");
  CHECK(error_of("description = \"\xFF\"\n") == R"(error[CW0101]: `/p/Cargo.toml` is not a text file
   = note: it is not valid UTF-8
)");
}

TEST_CASE("bad input: an empty file is no manifest", "[manifest][bad-input]")
{
  CHECK(ReadOneManifest("").error() == R"(error[CW0103]: the manifest has neither `[package]` nor `[workspace]`
  --> /p/Cargo.toml:1:1
)");
  CHECK(ReadOneManifest("# a comment alone\n").error() == R"(error[CW0103]: the manifest has neither `[package]` nor `[workspace]`
  --> /p/Cargo.toml:1:1
   |
 1 | # a comment alone
   | ^
)");
}

TEST_CASE("bad input: nesting without end is an error at the place where it is too deep", "[manifest][bad-input]")
{
  std::string keys = "metadata.a";
  for (int i = 0; i < 10000; ++i) {
    keys += ".a";
  }
  CHECK(error_of(keys + " = 1\n") == R"(error[CW0100]: tables and arrays are nested more than 128 levels deep
  --> /p/Cargo.toml:5:263
)");
  CHECK(error_of("metadata.x = " + std::string(10000, '[') + "\n") ==
        R"(error[CW0100]: tables and arrays are nested more than 128 levels deep
  --> /p/Cargo.toml:5:140
)");
}

TEST_CASE("bad input: a directory in the place of the manifest", "[manifest][bad-input]")
{
  TestEnv env;
  env.fs.add("/w/Cargo.toml/file");
  CHECK(load_error(env, "/w") == "error[CW0002]: cannot read `/w/Cargo.toml`\n   = note: is a directory\n");
}

TEST_CASE("bad input: no manifest anywhere", "[manifest][bad-input]")
{
  TestEnv env;
  env.fs.add("/w/src/main.rs");
  CHECK(load_error(env, "/w/src") == "error[CW0151]: no `Cargo.toml` in `/w/src` or any directory above it\n"
                                     "   = help: change to a project's directory, or name one with `--manifest-path`\n");
}

TEST_CASE("bad input: workspaces that name one another in a circle", "[manifest][bad-input]")
{
  TestEnv env;
  for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "a")}) {
    const base::Path directory = base::Path("/") / from;
    env.fs.add(directory / "src/lib.rs");
    env.fs.add(directory / "Cargo.toml",
               fmt::format("[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2021\"\nworkspace = \"../{}\"\n", from, to));
  }
  CHECK(load_error(env, "/a") == R"(error[CW0153]: `/b/Cargo.toml` is taken for a workspace root but has no `[workspace]`
   = note: `/a/Cargo.toml` belongs to it
)");
}

TEST_CASE("bad input: members that list one another in a circle", "[manifest][bad-input]")
{
  TestEnv env;
  env.fs.add("/w/Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n");
  env.fs.add("/w/a/Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"..\"]\n");
  CHECK(load_error(env, "/w") == R"(error[CW0156]: the workspace has more than one root
   = note: `/w/a/Cargo.toml` has a `[workspace]` table
   = note: `/w/Cargo.toml` has a `[workspace]` table
   = help: remove `[workspace]` from all but one, or list the others in `workspace.exclude`
)");
}

TEST_CASE("bad input: features that enable one another in a circle are all enabled, as cargo has it", "[manifest][bad-input]")
{
  // Only a feature that names itself is an error, and one of the resolver (CW0304).
  const auto manifest = ReadOneManifest(k_package + "[features]\na = [\"b\"]\nb = [\"a\"]\n").manifest();
  CHECK(manifest->summary->features.size() == 2);
}

TEST_CASE("bad input: two targets that would write one file", "[manifest][bad-input]")
{
  CHECK(error_of("[[bin]]\nname = \"a\"\npath = \"src/a.rs\"\n[[bin]]\nname = \"a\"\npath = \"src/b.rs\"\n", {"src/a.rs", "src/b.rs"}) ==
        R"(error[CW0116]: two binary targets are named `a`
  --> /p/Cargo.toml:9:8
   |
 9 | name = "a"
   |        ^^^
)");
}

TEST_CASE("bad input: an edition that does not exist", "[manifest][bad-input]")
{
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2077\"\n").error() ==
        R"(error[CW0105]: `2077` is not an edition
  --> /p/Cargo.toml:4:11
   |
 4 | edition = "2077"
   |           ^^^^^^
   = help: editions are `2015`, `2018`, `2021` and `2024`
)");
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = 2021\n").error() ==
        R"(error[CW0102]: `package.edition` must be a string, not an integer
  --> /p/Cargo.toml:4:11
   |
 4 | edition = 2021
   |           ^^^^
)");
}

TEST_CASE("badges: a table of tables of strings, though nothing of it is used", "[manifest][package]")
{
  CHECK(error_of("[badges.ci]\nbranch = \"main\"\n") == "no error");
  CHECK(error_of("[badges]\nx = \"y\"\n") == R"(error[CW0102]: `badges.x` must be a table, not a string
  --> /p/Cargo.toml:6:5
   |
 6 | x = "y"
   |     ^^^
)");
  CHECK(error_of("[badges.ci]\nbranch = 1\n") == R"(error[CW0102]: `badges.ci.branch` must be a string, not an integer
  --> /p/Cargo.toml:6:10
   |
 6 | branch = 1
   |          ^
)");
  CHECK(ReadOneManifest("badges = []\n" + k_package).error() == R"(error[CW0102]: `badges` must be a table, not an array
  --> /p/Cargo.toml:1:10
   |
 1 | badges = []
   |          ^^
)");
  CHECK(error_of("[workspace.package.badges.ci]\nbranch = true\n") ==
        R"(error[CW0102]: `workspace.package.badges.ci.branch` must be a string, not a boolean
  --> /p/Cargo.toml:6:10
   |
 6 | branch = true
   |          ^^^^
)");
}

TEST_CASE("names: letters of all languages are letters, signs are not", "[manifest][names]")
{
  const auto named = [](const std::string& name) {
    return ReadOneManifest("[package]\nname = \"" + name + "\"\nversion = \"0.1.0\"\nedition = \"2021\"\n").error();
  };
  // Größe, 日本, a·b, ℘a: cargo accepts them.
  for (const char* name : {"Gr\xC3\xB6\xC3\x9F"
                           "e",
                           "\xE6\x97\xA5\xE6\x9C\xAC",
                           "a\xC2\xB7"
                           "b",
                           "\xE2\x84\x98"
                           "a",
                           "_a"}) {
    CHECK(named(name) == "no error");
  }
  CHECK(named("a\xF0\x9F\x98\x80") == "error[CW0104]: `a\xF0\x9F\x98\x80` is not a valid package name: it contains `\xF0\x9F\x98\x80`; "
                                      "letters, digits, `-` and `_` are allowed\n"
                                      "  --> /p/Cargo.toml:2:8\n"
                                      "   |\n"
                                      " 2 | name = \"a\xF0\x9F\x98\x80\"\n"
                                      "   |        ^^^^\n");
  CHECK(named("1a").starts_with("error[CW0104]: `1a` is not a valid package name: it starts with a digit\n"));
  CHECK(named("a\xC2\xB2").starts_with("error[CW0104]: `a\xC2\xB2` is not a valid package name: it contains `\xC2\xB2`;"));
  const auto feature = [](const std::string& name) { return error_of("[features]\n\"" + name + "\" = []\n"); };
  // größe, 日本, 1a, c++20, a·b, and a letter from beyond the basic plane.
  for (const char* name : {"gr\xC3\xB6\xC3\x9F"
                           "e",
                           "\xE6\x97\xA5\xE6\x9C\xAC",
                           "1a",
                           "c++20",
                           "a\xC2\xB7"
                           "b",
                           "a\xF0\xA0\x80\x80"}) {
    CHECK(feature(name) == "no error");
  }
  CHECK(feature("a\xE2\x86\x92"
                "b")
            .starts_with("error[CW0104]: `a\xE2\x86\x92"
                         "b` is not a valid feature name: it contains `\xE2\x86\x92`;"));
  CHECK(feature("\xCC\x81"
                "a")
            .starts_with("error[CW0104]: `\xCC\x81"
                         "a` is not a valid feature name: it starts with `\xCC\x81` instead of a letter, a digit or `_`\n"));
}

TEST_CASE("manifest: an unknown key is named in whatever table it stands", "[manifest][warnings]")
{
  // cargo accepts all of them with a warning, too.
  const auto first_line = [](const std::string& rest) {
    const std::string text = warnings_of(rest);
    const auto help = text.find("   = help: ");
    return text.substr(0, text.find('\n') + 1) + (help == std::string::npos ? "" : text.substr(help));
  };
  const auto unknown = [](const std::string& key, const std::string& nearest) {
    return "warning[CW0130]: unknown key `" + key + "` is ignored\n" +
           (nearest.empty() ? "" : "   = help: a key with a similar name exists: `" + nearest + "`\n");
  };
  CHECK(first_line("[dependancies]\nx = \"1\"\n") == unknown("dependancies", "dependencies"));
  CHECK(first_line("[feature]\na = []\n") == unknown("feature", "features"));
  CHECK(first_line("[lib]\nproc-macros = true\n") == unknown("lib.proc-macros", "proc-macro"));
  CHECK(first_line("[workspace]\nmember = []\n") == unknown("workspace.member", "members"));
  CHECK(first_line("[workspace.dependencies]\nx = { version = \"1\", featurse = [] }\n") ==
        unknown("workspace.dependencies.x.featurse", "features"));
  CHECK(first_line("[target.x]\ndependancies = {}\n") == unknown("target.x.dependancies", "dependencies"));
  CHECK(first_line("[profile.dev]\noptlevel = 1\n") == unknown("profile.dev.optlevel", "opt-level"));
  CHECK(first_line("zzzzzzzz = 1\n") == unknown("package.zzzzzzzz", ""));
}
