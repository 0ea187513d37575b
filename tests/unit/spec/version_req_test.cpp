#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::spec;

namespace {

struct Row
{
  const char* req;
  std::vector<const char*> accepted, refused;
};

Error problem(std::string_view text)
{
  return parse_version_req(text).error();
}

} // namespace

TEST_CASE("requirements: what each operator accepts", "[spec][req]")
{
  const std::vector<Row> rows{
      {"1.2.3", {"1.2.3", "1.2.4", "1.9.0", "1.2.3+meta"}, {"1.2.2", "2.0.0", "1.3.0-alpha", "1.2.3-alpha", "2.0.0-alpha"}},
      {"^1.2", {"1.2.0", "1.3.0"}, {"1.1.9", "2.0.0"}},
      {"^1", {"1.0.0", "1.99.0"}, {"0.9.0", "2.0.0"}},
      {"^0.2.3", {"0.2.3", "0.2.9"}, {"0.2.2", "0.3.0"}},
      {"^0.2", {"0.2.0", "0.2.9"}, {"0.1.0", "0.3.0"}},
      {"^0.0.3", {"0.0.3"}, {"0.0.2", "0.0.4"}},
      {"^0.0", {"0.0.0", "0.0.9"}, {"0.1.0"}},
      {"^0", {"0.0.0", "0.9.9"}, {"1.0.0"}},
      {"~1.2.3", {"1.2.3", "1.2.9"}, {"1.2.2", "1.3.0"}},
      {"~1.2", {"1.2.0", "1.2.9"}, {"1.3.0"}},
      {"~1", {"1.0.0", "1.9.9"}, {"2.0.0"}},
      {"=1.2.3", {"1.2.3", "1.2.3+meta"}, {"1.2.4", "1.2.3-alpha"}},
      {"=1.2", {"1.2.0", "1.2.9"}, {"1.3.0", "1.2.0-alpha"}},
      {"=1", {"1.0.0", "1.9.9"}, {"2.0.0"}},
      // A partial `>` means above the whole range.
      {">1.2", {"1.3.0", "2.0.0"}, {"1.2.0", "1.2.9"}},
      {">1", {"2.0.0"}, {"1.9.9"}},
      {">1.2.3", {"1.2.4", "1.3.0"}, {"1.2.3"}},
      {">=1.2", {"1.2.0", "2.0.0"}, {"1.1.9"}},
      {"<1.2", {"1.1.9", "0.1.0"}, {"1.2.0", "1.2.0-alpha"}},
      {"<=1.2", {"1.2.9", "1.1.0"}, {"1.3.0"}},
      {"<=1.2.3", {"1.2.3"}, {"1.2.4"}},
      {"*", {"0.0.0", "9.9.9"}, {"1.0.0-alpha"}},
      {"x", {"1.0.0"}, {}},
      {"1.*", {"1.0.0", "1.9.0"}, {"2.0.0"}},
      {"1.2.*", {"1.2.0", "1.2.9"}, {"1.3.0"}},
      {"1.*.*", {"1.5.0"}, {"2.0.0"}},
      {">=1.2.0, <1.5", {"1.2.0", "1.4.9"}, {"1.5.0", "1.1.0"}},
      {"  >= 1.2.0 ,<2  ", {"1.9.0"}, {"2.0.0"}},
      // Pre-releases only beside a comparator that names one of the same release.
      {"^1.0.0-alpha", {"1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.2.0"}, {"1.0.1-alpha", "1.1.0-beta", "1.0.0-0"}},
      {">=1.0.0-alpha, <2.0.0", {"1.0.0-alpha.1", "1.5.0"}, {"1.5.0-beta", "2.0.0-alpha"}},
      {"=1.0.0-alpha", {"1.0.0-alpha"}, {"1.0.0", "1.0.0-beta"}},
      {"~1.0.0-beta", {"1.0.0-rc", "1.0.3"}, {"1.0.0-alpha", "1.1.0"}},
      {"1.2.3+meta", {"1.2.3", "1.2.3+other"}, {"1.2.2"}},
  };
  for (const Row& row : rows) {
    const VersionReq req = parse_version_req(row.req).value();
    for (const char* accepted : row.accepted) {
      CAPTURE(row.req, accepted);
      CHECK(req.matches(parse_version(accepted).value()));
    }
    for (const char* refused : row.refused) {
      CAPTURE(row.req, refused);
      CHECK_FALSE(req.matches(parse_version(refused).value()));
    }
  }
}

TEST_CASE("requirements: the normal form", "[spec][req]")
{
  const std::vector<std::pair<std::string, std::string>> rows{{"1.2", "^1.2"},
                                                              {"^1.2.3-rc.1", "^1.2.3-rc.1"},
                                                              {"*", "*"},
                                                              {"1.*", "1.*"},
                                                              {"1.2.X", "1.2.*"},
                                                              {">=1,<2.5", ">=1, <2.5"},
                                                              {"= 1.2.3", "=1.2.3"},
                                                              {"~ 1", "~1"},
                                                              {"1.2.3+build", "^1.2.3"},
                                                              {"^1.*", "^1"}};
  for (const auto& [written, shown] : rows) {
    CHECK(to_string(parse_version_req(written).value()) == shown);
    CHECK(to_string(parse_version_req(shown).value()) == shown);
  }
}

TEST_CASE("requirements: one for exactly a version leaves metadata aside", "[spec][req]")
{
  const Version version = parse_version("1.2.3-rc.1+build").value();
  const VersionReq req = VersionReq::exactly(version);
  CHECK(to_string(req) == "=1.2.3-rc.1");
  CHECK(req.matches(version));
  CHECK(req.matches(parse_version("1.2.3-rc.1").value()));
  CHECK_FALSE(req.matches(parse_version("1.2.3").value()));
}

TEST_CASE("requirements: what is not one is refused with the spelling that works", "[spec][req]")
{
  CHECK(problem("").message == "`` is not a version requirement: it is empty");
  CHECK(problem("1.2 || 2").message == "`1.2 || 2` is not a version requirement: expected a comma, found `|`");
  CHECK(problem("1.2 || 2").helps == std::vector<std::string>{"alternatives (`||`) cannot be written; a range such as `>=1.2, <3` can"});
  CHECK(problem("v1.2").helps == std::vector<std::string>{"leave out the `v`: `1.2`"});
  CHECK(problem("==1.2").helps == std::vector<std::string>{"one `=` is enough: `=1.2`"});
  CHECK(problem("~>1.2").helps == std::vector<std::string>{"write `~1.2`"});
  CHECK(problem("latest").helps == std::vector<std::string>{"write `*` for any version"});
  CHECK(problem(">=1.2 <2").helps == std::vector<std::string>{"separate requirements with a comma: `>=1.2, <2`"});
  CHECK(problem("*, 1").message == "`*, 1` is not a version requirement: `*` must be the only requirement");
  CHECK(problem("1, *").message == "`1, *` is not a version requirement: `*` must be the only requirement");
  CHECK(problem(">=*").message == "`>=*` is not a version requirement: `*` stands alone, without an operator");
  CHECK(problem("1.*.3").message == "`1.*.3` is not a version requirement: a number follows a wildcard");
  CHECK(problem("1.2.3.4").message == "`1.2.3.4` is not a version requirement: expected a comma, found `.`");
  CHECK(problem("1.2-alpha").message == "`1.2-alpha` is not a version requirement: expected a comma, found `-`");
  CHECK(problem("1,").message == "`1,` is not a version requirement: the major number is missing");
  CHECK(problem(">").message == "`>` is not a version requirement: the major number is missing");
  CHECK(problem("0x1").id == "CW0261");
}

TEST_CASE("requirements: at most 32 parts", "[spec][req]")
{
  std::string text = ">=1";
  for (int i = 1; i < 32; ++i) {
    text += ", >=1";
  }
  CHECK(parse_version_req(text).value().comparators().size() == 32);
  CHECK(problem(text + ", >=1").message == fmt::format("`{}, >=1` is not a version requirement: it has more than 32 parts", text));
}
