#include "type_difference.hpp"

#include <algorithm>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::link {

namespace {

std::vector<std::string> types_of(std::string_view list)
{
  std::vector<std::string> types;
  if (list == "void") {
    return types;
  }
  for (const std::string_view type : base::split(list, ',')) {
    if (const std::string_view name = base::trim(type); !name.empty()) {
      types.emplace_back(name);
    }
  }
  return types;
}

/// Whether both have as many values and some differ between exactly these two types, in either direction.
bool differ_between(const FunctionType& called, const FunctionType& defined, std::string_view one, std::string_view other)
{
  const auto only = [&](const std::vector<std::string>& left, const std::vector<std::string>& right) {
    return std::ranges::equal(left, right, [&](const std::string& a, const std::string& b) {
      return a == b || (a == one && b == other) || (a == other && b == one);
    });
  };
  return only(called.parameters, defined.parameters) && only(called.results, defined.results);
}

} // namespace

FunctionType parse_function_type(std::string_view text)
{
  FunctionType type;
  constexpr std::string_view k_arrow = ") -> ";
  const std::size_t arrow = text.find(k_arrow);
  if (!text.starts_with('(') || arrow == std::string_view::npos) {
    return type;
  }
  type.parameters = types_of(text.substr(1, arrow - 1));
  std::string_view results = text.substr(arrow + k_arrow.size());
  if (results.starts_with('{') && results.ends_with('}')) {
    results = results.substr(1, results.size() - 2);
  }
  type.results = types_of(results);
  return type;
}

std::string advice_for_c(std::string_view called, std::string_view defined)
{
  const FunctionType call = parse_function_type(called);
  const FunctionType definition = parse_function_type(defined);
  if (call.results.size() > 1 || definition.results.size() > 1) {
    return "several results belong to clang's experimental multivalue ABI, which rustc does not use: compile the C code without "
           "`-target-abi experimental-mv`";
  }
  if (differ_between(call, definition, "i32", "i64")) {
    return "make the declaration say what the definition does: in wasm32 C's `long long` and `int64_t` are i64 (Rust's `i64`, "
           "`c_longlong`), `int`, `long`, `size_t` and pointers are i32 (`c_int`, `c_long`, `usize`)";
  }
  if (differ_between(call, definition, "f32", "f64")) {
    return "make the declaration say what the definition does: C's `float` is Rust's `f32`, `double` is `f64`";
  }
  if (call.parameters == definition.parameters && call.results.empty() != definition.results.empty()) {
    return "make the declaration say what the definition does: a C function of type `void` has no `->` in Rust, any other has one";
  }
  const auto returns_through_pointer = [](const FunctionType& one, const FunctionType& other) {
    return one.results.empty() && !other.results.empty() && one.parameters.size() == other.parameters.size() + 1 &&
           one.parameters.front() == "i32" && std::equal(other.parameters.begin(), other.parameters.end(), one.parameters.begin() + 1);
  };
  if (returns_through_pointer(definition, call) || returns_through_pointer(call, definition)) {
    return "one side returns a structure, which in wasm is written to a place that the caller passes as the first parameter: declare the "
           "function with a `#[repr(C)]` structure as its result where C returns one, and with a pointer where C returns a pointer";
  }
  if (call.parameters.size() > definition.parameters.size()) {
    return "make the declaration say what the definition does: in wasm a structure by value is one pointer (declare a `#[repr(C)]` "
           "structure, not its members), and so are all arguments of a variadic function together (declare `...`)";
  }
  return "make the declaration say what the definition does: the same number of parameters, each of the same size";
}

} // namespace cargo_wasm::link
