#include <cargo_wasm/spec/cfg.hpp>

#include <algorithm>
#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::spec;

namespace {

std::vector<Cfg> wasi()
{
  std::vector<Cfg> out;
  for (const char* text : {"panic=\"abort\"",
                           "target_arch=\"wasm32\"",
                           "target_family=\"wasm\"",
                           "target_os=\"wasi\"",
                           "target_feature=\"simd128\"",
                           "target_feature=\"bulk-memory\"",
                           "debug_assertions"}) {
    out.push_back(parse_cfg(text).value());
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool holds(std::string_view text)
{
  return parse_cfg_expr(text).value().matches(wasi());
}
std::string message(std::string_view text)
{
  return parse_cfg_expr(text).error().message;
}

} // namespace

TEST_CASE("cfg: expressions against what rustc says of wasm32-wasip1", "[spec][cfg]")
{
  CHECK(holds("target_os = \"wasi\""));
  CHECK(holds("target_os=\"wasi\""));
  CHECK_FALSE(holds("unix"));
  CHECK(holds("not(unix)"));
  CHECK(holds("all(target_arch = \"wasm32\", not(target_os = \"unknown\"))"));
  CHECK(holds("any(unix, windows, target_family = \"wasm\",)"));
  CHECK_FALSE(holds("any()"));
  CHECK(holds("all()"));
  CHECK(holds("true"));
  CHECK_FALSE(holds("false"));
  CHECK(holds("not(false)"));
  // One key with several values: each is a fact of its own.
  CHECK(holds("all(target_feature = \"simd128\", target_feature = \"bulk-memory\")"));
  CHECK_FALSE(holds("target_feature = \"atomics\""));
  CHECK(holds("r#debug_assertions"));
  CHECK_FALSE(holds("target_os"));
}

TEST_CASE("cfg: what is read is shown in one form", "[spec][cfg]")
{
  const auto shown = [](std::string_view text) { return to_string(parse_cfg_expr(text).value()); };
  CHECK(shown("all( unix ,any(a=\"b\" , not( c ) ,), )") == "all(unix, any(a = \"b\", not(c)))");
  CHECK(shown("r#async") == "r#async");
  CHECK(shown("true") == "true");
  // Keywords that are not followed by a parenthesis are names where no list is expected.
  CHECK(shown("r#all") == "r#all");
  CHECK(to_string(parse_platform("cfg(windows)").value()) == "cfg(windows)");
  CHECK(to_string(parse_platform("wasm32-wasip1").value()) == "wasm32-wasip1");
  CHECK(parse_cfg("r#async").value() == parse_cfg("async").value());
}

TEST_CASE("cfg: mistakes are named with their column", "[spec][cfg]")
{
  CHECK(message("") == "invalid `cfg` expression ``: expected a name, found the end (column 1)");
  CHECK(message("all(unix") == "invalid `cfg` expression `all(unix`: expected `)` or `,`, found the end (column 9)");
  CHECK(message("not(unix, windows)") == "invalid `cfg` expression `not(unix, windows)`: expected `)`, found `,` (column 9)");
  CHECK(message("not()") == "invalid `cfg` expression `not()`: expected a name, found `)` (column 5)");
  CHECK(message("a = b") == "invalid `cfg` expression `a = b`: expected a quoted value, found `b` (column 5)");
  CHECK(message("a = \"b") == "invalid `cfg` expression `a = \"b`: the quote is not closed (column 5)");
  CHECK(message("unix windows") == "invalid `cfg` expression `unix windows`: unexpected `windows` "
                                   "after the expression (column 6)");
  CHECK(message("a && b") == "invalid `cfg` expression `a && b`: unexpected `&& b` after the expression (column 3)");
  CHECK(message("ünix") == "invalid `cfg` expression `ünix`: expected a name, found `ü` (column 1)");
  CHECK(message("r#1") == "invalid `cfg` expression `r#1`: expected a name, found `r#1` (column 1)");
  CHECK(parse_cfg_expr("all unix").error().id == "CW0263");
}

TEST_CASE("cfg: nesting has a bound", "[spec][cfg]")
{
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
      text += "not(";
    }
    return text + "unix" + std::string(depth, ')');
  };
  CHECK(parse_cfg_expr(nested(128)).has_value());
  CHECK_FALSE(parse_cfg_expr(nested(129)).has_value());
  CHECK_FALSE(parse_cfg_expr(nested(100000)).has_value());
}

TEST_CASE("platforms: a triple is compared literally", "[spec][cfg]")
{
  CHECK(parse_platform("wasm32-wasip1").value().matches("wasm32-wasip1", {}));
  CHECK_FALSE(parse_platform("wasm32-wasip1").value().matches("wasm32-wasip2", {}));
  CHECK(parse_platform("cfg(target_os = \"wasi\")").value().matches("anything", wasi()));
  CHECK(parse_platform("unix(x)").error().message == "`unix(x)` is not a target: unexpected `(`");
  CHECK(parse_platform("unix(x)").error().helps == std::vector<std::string>{"an expression is written `cfg(…)`"});
  CHECK(parse_platform("a b").error().id == "CW0264");
}
