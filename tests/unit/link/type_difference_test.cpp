#include "type_difference.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using link::FunctionType;

TEST_CASE("types of functions are taken apart as linkers write them", "[link]")
{
  CHECK(link::parse_function_type("(i32, f64) -> void") == FunctionType{{"i32", "f64"}, {}});
  CHECK(link::parse_function_type("() -> i64") == FunctionType{{}, {"i64"}});
  CHECK(link::parse_function_type("(i32) -> {i32, i32}") == FunctionType{{"i32"}, {"i32", "i32"}});
  CHECK(link::parse_function_type("nonsense") == FunctionType{});
}

TEST_CASE("each way in which a C function's type differs has its own advice", "[link]")
{
  const auto advice_begins = [](std::string_view called, std::string_view defined, std::string_view what) {
    return link::advice_for_c(called, defined).find(what) != std::string::npos;
  };
  CHECK(advice_begins("(i32) -> i32", "(i64) -> i64", "`long long`"));
  CHECK(advice_begins("(i64) -> i32", "(i32) -> i32", "`long long`"));
  CHECK(advice_begins("(f32) -> f32", "(f64) -> f64", "`double` is `f64`"));
  CHECK(advice_begins("(i32) -> i32", "(i32) -> void", "type `void`"));
  CHECK(advice_begins("(i32) -> i32", "(i32, i32) -> void", "as the first parameter"));
  CHECK(advice_begins("(i32, i32) -> void", "(i32) -> i32", "as the first parameter"));
  CHECK(advice_begins("(i32, i32) -> void", "(i32) -> {i32, i32}", "multivalue"));
  CHECK(advice_begins("(i32, i32, i32) -> i32", "(i32, i32) -> i32", "variadic"));
  CHECK(advice_begins("(i32) -> i32", "(f32, i64) -> i32", "same number of parameters"));
}
