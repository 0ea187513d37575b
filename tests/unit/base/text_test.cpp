#include <cargo_wasm/base/text.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm::base;

TEST_CASE("text: edit distance counts one for each edit and each transposition", "[base][text]")
{
  CHECK(edit_distance("kitten", "sitting", 10) == 3);
  CHECK(edit_distance("dependencies", "dependecies", 10) == 1);
  CHECK(edit_distance("ab", "ba", 10) == 1);
  CHECK(edit_distance("", "abc", 10) == 3);
  CHECK(edit_distance("same", "same", 0) == 0);
}

TEST_CASE("text: above its limit edit distance only says so", "[base][text]")
{
  CHECK(edit_distance("abcdefgh", "z", 3) == 4);
  CHECK(edit_distance("abcdefgh", "hgfedcba", 2) == 3);
}

TEST_CASE("text: the nearest word is near, or there is none", "[base][text]")
{
  const std::vector<std::string> keys = {"authors", "edition", "version", "dependencies"};
  CHECK(nearest("editon", keys) == "edition");
  CHECK(nearest("dependancys", keys) == "dependencies");
  CHECK_FALSE(nearest("license", keys));
  // A word of three letters may differ in one only: else anything is near to it.
  CHECK_FALSE(nearest("bin", std::vector<std::string>{"lab"}));
}

TEST_CASE("text: a word is not its own correction", "[base][text]")
{
  CHECK_FALSE(nearest("edition", std::vector<std::string>{"edition"}));
}

TEST_CASE("text: splitting and joining are inverse", "[base][text]")
{
  const auto parts = split("a,,b,", ',');
  CHECK(parts == std::vector<std::string_view>{"a", "", "b", ""});
  CHECK(join(std::vector<std::string>(parts.begin(), parts.end()), ",") == "a,,b,");
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(trim(" \t x y\n") == "x y");
  CHECK(trim("  ").empty());
}

TEST_CASE("text: environment names are upper case with underscores", "[base][text]")
{
  CHECK(envify("target-feature") == "TARGET_FEATURE");
  CHECK(to_lower("MiXed-Ä") == "mixed-Ä");
}

TEST_CASE("text: only well-formed UTF-8 is valid", "[base][text]")
{
  CHECK(is_valid_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\xA6\x80"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));         // overlong '/'
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));     // a surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80")); // above U+10FFFF
  CHECK_FALSE(is_valid_utf8("\xE2\x82"));         // cut off
  CHECK_FALSE(is_valid_utf8("\x80"));
}

TEST_CASE("text: sizes are read by people", "[base][text]")
{
  CHECK(human_bytes(812) == "812 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1'468'006) == "1.4 MiB");
  CHECK(human_bytes(1024 * 1024 - 1) == "1.0 MiB");
}

TEST_CASE("text: patterns match within one path component", "[base][text][glob]")
{
  CHECK(glob_matches("crates/*", "crates/a"));
  CHECK_FALSE(glob_matches("crates/*", "crates/a/b"));
  CHECK_FALSE(glob_matches("crates/*", "crates"));
  CHECK(glob_matches("foo*", "foo-bar"));
  CHECK(glob_matches("*-sys", "js-sys"));
  CHECK(glob_matches("a?c", "abc"));
  CHECK(glob_matches("a*b*c", "axxbyybzc"));
  CHECK_FALSE(glob_matches("a*b*c", "axxbyybz"));
}

TEST_CASE("text: two stars match any number of components", "[base][text][glob]")
{
  CHECK(glob_matches("a/**/z", "a/z"));
  CHECK(glob_matches("a/**/z", "a/b/c/z"));
  CHECK_FALSE(glob_matches("a/**/z", "b/c/z"));
  CHECK(glob_matches("**/tests", "x/y/tests"));
}

TEST_CASE("text: classes have ranges and negation", "[base][text][glob]")
{
  CHECK(glob_matches("v[0-9]", "v7"));
  CHECK_FALSE(glob_matches("v[!0-9]", "v7"));
  CHECK(glob_matches("[]]x", "]x"));
  CHECK(glob_matches("[-a]", "-"));
  CHECK(glob_matches("a[b", "a[b")); // not closed: an ordinary character
}
