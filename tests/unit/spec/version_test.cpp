#include <cargo_wasm/spec/version.hpp>

#include <algorithm>
#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::spec;

namespace {

Version version(std::string_view text)
{
  return parse_version(text).value();
}

std::string problem(std::string_view text)
{
  const auto parsed = parse_version(text);
  return parsed ? "parsed" : parsed.error().id + " " + parsed.error().message;
}

} // namespace

TEST_CASE("versions: what is written is what is read", "[spec][version]")
{
  for (const std::string text : {"0.0.0",
                                 "1.2.3",
                                 "1.2.3-alpha.1",
                                 "1.0.0+20130313",
                                 "1.0.0-rc.1+build.5",
                                 "1.0.0--.-",
                                 "18446744073709551615.0.1",
                                 "1.0.0+001",
                                 "1.0.0-0a"}) {
    CAPTURE(text);
    CHECK(to_string(version(text)) == text);
  }
}

TEST_CASE("versions: what is not one is refused with the part that is wrong", "[spec][version]")
{
  CHECK(problem("") == "CW0260 `` is not a version: it is empty");
  CHECK(problem("1") == "CW0260 `1` is not a version: the minor number is missing");
  CHECK(problem("1.2") == "CW0260 `1.2` is not a version: the patch number is missing");
  CHECK(problem("1.2.") == "CW0260 `1.2.` is not a version: the patch number is missing");
  CHECK(problem("1.2.3.4") == "CW0260 `1.2.3.4` is not a version: unexpected `.` at its end");
  CHECK(problem("v1.2.3") == "CW0260 `v1.2.3` is not a version: expected the major number, found `v`");
  CHECK(problem("01.2.3") == "CW0260 `01.2.3` is not a version: the major number `01` starts with a zero");
  CHECK(problem("1.2.3-") == "CW0260 `1.2.3-` is not a version: the pre-release has an empty part");
  CHECK(problem("1.2.3-01") == "CW0260 `1.2.3-01` is not a version: the pre-release number `01` starts with a zero");
  CHECK(problem("1.2.3-a..b") == "CW0260 `1.2.3-a..b` is not a version: the pre-release has an empty part");
  CHECK(problem("1.2.3+") == "CW0260 `1.2.3+` is not a version: the build metadata has an empty part");
  CHECK(problem("1.2.18446744073709551616") == "CW0260 `1.2.18446744073709551616` is not a version: the patch number "
                                               "`18446744073709551616` does not fit into 64 bits");
  CHECK(problem("1.2.3 ") == "CW0260 `1.2.3 ` is not a version: unexpected ` ` at its end");
  CHECK(problem("1.é.3") == "CW0260 `1.é.3` is not a version: expected the minor number, found `é`");
}

TEST_CASE("versions: precedence first, then build metadata", "[spec][version]")
{
  // SemVer 2.0 §11, and the `semver` crate's order of metadata.
  const std::vector<std::string> ascending{
      "0.0.1",       "0.1.0",         "1.0.0-0",          "1.0.0-1",    "1.0.0-2",      "1.0.0-10",
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1",  "1.0.0",         "1.0.0+0",          "1.0.0+00",   "1.0.0+1",      "1.0.0+01",
      "1.0.0+2",     "1.0.0+10",      "1.0.0+a",          "1.0.0+a.1",  "1.0.1",        "1.2.0",
      "2.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((version(ascending[i]) <=> version(ascending[j])) == (i <=> j));
    }
  }
}

TEST_CASE("versions: the first number that is not zero decides compatibility", "[spec][version]")
{
  const auto same = [](std::string_view a, std::string_view b) { return compatibility_key(version(a)) == compatibility_key(version(b)); };
  CHECK(same("1.0.0", "1.9.3"));
  CHECK(same("0.2.0", "0.2.9"));
  CHECK(same("0.0.3", "0.0.3-alpha"));
  CHECK_FALSE(same("1.0.0", "2.0.0"));
  CHECK_FALSE(same("0.2.0", "0.3.0"));
  CHECK_FALSE(same("0.0.3", "0.0.4"));
  // 0.1.0 and 0.0.1 share the number, not the level.
  CHECK_FALSE(same("0.1.0", "0.0.1"));
  CHECK_FALSE(same("1.0.0", "0.1.0"));
}

TEST_CASE("rust versions: caret rules, pre-releases of the compiler aside", "[spec][version]")
{
  const auto accepts = [](std::string_view wanted, std::string_view rustc) {
    return parse_rust_version(wanted).value().is_satisfied_by(version(rustc));
  };
  CHECK(accepts("1", "1.70.0"));
  CHECK(accepts("1.70", "1.70.0"));
  CHECK(accepts("1.70", "1.99.1"));
  CHECK(accepts("1.70.0", "1.70.0-nightly"));
  CHECK_FALSE(accepts("1.70.1", "1.70.0"));
  CHECK_FALSE(accepts("1.71", "1.70.9"));
  CHECK_FALSE(accepts("1.70", "2.0.0"));
  CHECK(parse_rust_version("1.70").value().is_satisfied_by(parse_rust_version("1.71").value()));
  CHECK_FALSE(parse_rust_version("1.70.1").value().is_satisfied_by(parse_rust_version("1.70").value()));
}

TEST_CASE("rust versions: one to three numbers and nothing else", "[spec][version]")
{
  CHECK(to_string(parse_rust_version("1").value()) == "1");
  CHECK(to_string(parse_rust_version("1.70").value()) == "1.70");
  CHECK(to_string(parse_rust_version("1.70.2").value()) == "1.70.2");
  const auto problem_of = [](std::string_view text) { return parse_rust_version(text).error().message; };
  CHECK(problem_of("") == "`` is not a Rust version: it is empty");
  CHECK(problem_of("1.70.0-beta") == "`1.70.0-beta` is not a Rust version: a pre-release is not allowed");
  CHECK(problem_of("1.70.0+x") == "`1.70.0+x` is not a Rust version: build metadata is not allowed");
  CHECK(problem_of("1.70.0.1") == "`1.70.0.1` is not a Rust version: unexpected `.`");
  CHECK(problem_of("^1.70") == "`^1.70` is not a Rust version: expected the major number, found `^`");
  CHECK(problem_of("1.x") == "`1.x` is not a Rust version: expected the minor number, found `x`");
  CHECK(parse_rust_version("stable").error().helps == std::vector<std::string>{"write one to three numbers, such as `1.70` or `1.70.1`"});
}
