// Patterns of `include` and `exclude`. What cargo does with them is compared in tests/differential/package; here are the corners.
#include <support/catch.hpp>

#include "glob_set.hpp"

using cargo_wasm::package::GlobSet;
using cargo_wasm::package::path_glob_matches;

namespace {

GlobSet set_of(std::initializer_list<std::string_view> lines)
{
  GlobSet set;
  for (const auto line : lines) {
    REQUIRE(set.add(line));
  }
  return set;
}

} // namespace

TEST_CASE("a star stops at a slash, two of them between slashes do not")
{
  CHECK(path_glob_matches("src/*.rs", "src/a.rs"));
  CHECK_FALSE(path_glob_matches("src/*.rs", "src/x/a.rs"));
  CHECK(path_glob_matches("src/**/*.rs", "src/a.rs"));
  CHECK(path_glob_matches("src/**/*.rs", "src/x/y/a.rs"));
  CHECK(path_glob_matches("**/a", "a"));
  CHECK(path_glob_matches("a/**", "a/b/c"));
  CHECK_FALSE(path_glob_matches("a?b", "a/b"));
  CHECK(path_glob_matches("[!a-c]x", "dx"));
  CHECK_FALSE(path_glob_matches("[!a-c]x", "bx"));
  CHECK(path_glob_matches("\\*", "*"));
  CHECK_FALSE(path_glob_matches("\\*", "x"));
}

TEST_CASE("a pattern without a slash counts at every depth, one with a slash from the root")
{
  const GlobSet set = set_of({"*.log", "/top", "a/b"});
  CHECK(set.matches("x.log", false));
  CHECK(set.matches("deep/er/x.log", false));
  CHECK(set.matches("top", false));
  CHECK_FALSE(set.matches("deep/top", false));
  CHECK(set.matches("a/b", false));
  CHECK_FALSE(set.matches("x/a/b", false));
}

TEST_CASE("the last rule decides, and what lies in a directory that a rule matches goes with it")
{
  const GlobSet set = set_of({"data/", "!data/keep"});
  CHECK(set.matches("data/x/y", false));
  CHECK_FALSE(set.matches("data/keep", false));
  CHECK_FALSE(set.matches("data", false)); // a file of that name
}

TEST_CASE("alternatives in braces are each tried, and have to be closed")
{
  const GlobSet set = set_of({"*.{md,t{x,o}t}"});
  CHECK(set.matches("a.md", false));
  CHECK(set.matches("a.txt", false));
  CHECK(set.matches("a.tot", false));
  CHECK_FALSE(set.matches("a.tt", false));
  GlobSet broken;
  CHECK_FALSE(broken.add("a{b"));
}

TEST_CASE("comments, empty lines and blanks at the end add nothing")
{
  const GlobSet set = set_of({"# *", "", "a   ", "\\#b"});
  CHECK(set.matches("a", false));
  CHECK(set.matches("#b", false));
  CHECK_FALSE(set.matches("c", false));
}
