#include "bitcode_fixture.hpp"

#include <cargo_wasm/bitcode/signature.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

using Types = std::vector<std::pair<std::uint32_t, Values>>;

void add(BitstreamWriter& out, const Types& types, std::uint64_t count)
{
  out.enter(block::k_types, 4).record(1, {count});
  for (const auto& [code, values] : types) {
    out.record(code, values);
  }
  out.leave();
}

/// Spelled, by id.
std::vector<std::string> spelled(const Types& types, std::uint64_t count)
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  add(out, types, count);
  const std::string bytes = out.leave().bytes();
  const auto file = test::read(bytes).value();
  std::vector<std::string> texts;
  for (bitcode::TypeId id = 0; id < file.modules[0].types.types.size(); ++id) {
    texts.push_back(to_string(file.modules[0].types, id));
  }
  return texts;
}

std::string problem(const Types& types, std::uint64_t count)
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  add(out, types, count);
  const auto file = test::read(out.leave().bytes());
  return file ? "none" : file.error().id + ": " + file.error().message;
}

struct Case
{
  std::string_view triple = "wasm32-wasip1";
  std::string_view producer = "LLVM23.1.1-rust-1.99.1-stable";
  std::uint64_t convention = 0;
  std::string_view key = "target-features";
  std::string_view value = "";
};

/// The signature of a function whose type comes last in `types`.
std::string signature(const Types& types, const Case& setup = {})
{
  BitstreamWriter out;
  add_identification(out, setup.producer);
  out.enter(block::k_module).record(1, {2});
  add(out, types, types.size());
  out.enter(block::k_groups)
      .record(3, joined({{1, k_function_place, 4}, zero_terminated(setup.key), zero_terminated(setup.value)}))
      .leave();
  out.enter(block::k_lists).record(2, {1}).leave();
  out.text(2, setup.triple).record(8, {0, 0, types.size() - 1, setup.convention, 1, 0, 1, 0, 0, 0}).leave();
  const std::string bytes = out.bytes();
  const auto file = test::read(bytes).value();
  const auto found = signature_of(file.modules[0], file.modules[0].symbols[0]);
  return found ? to_string(*found) : "unknown";
}

const Values k_no_values;

} // namespace

TEST_CASE("bitcode types: all kinds are spelled as LLVM spells them", "[bitcode][types]")
{
  const auto name = [](std::string_view text) {
    return std::pair<std::uint32_t, Values>{19, [&] {
                                              Values out = zero_terminated(text);
                                              out.pop_back();
                                              return out;
                                            }()};
  };
  CHECK(spelled({{2, k_no_values},
                 {3, k_no_values},
                 {4, k_no_values},
                 {5, k_no_values},
                 {7, {17}},
                 {10, k_no_values},
                 {23, k_no_values},
                 {13, k_no_values},
                 {14, k_no_values},
                 {15, k_no_values},
                 {16, k_no_values},
                 {17, k_no_values},
                 {22, k_no_values},
                 {24, k_no_values},
                 {27, {32}}},
                15) == std::vector<std::string>{"void",
                                                "float",
                                                "double",
                                                "label",
                                                "i17",
                                                "half",
                                                "bfloat",
                                                "x86_fp80",
                                                "fp128",
                                                "ppc_fp128",
                                                "metadata",
                                                "x86_mmx",
                                                "token",
                                                "x86_amx",
                                                "b32"});
  CHECK(spelled({{7, {8}},
                 {25, {0}},
                 {25, {10}},
                 {11, {4, 0}},
                 {12, {4, 0}},
                 {12, {4, 0, 1}},
                 {18, {0, 0, 1}},
                 {18, {1, 0}},
                 {18, {0}},
                 {21, {0, 0, 1, 3}},
                 {21, {1, 0, 1}},
                 {21, {1, 0}},
                 {21, {0, 0}}},
                13) == std::vector<std::string>{"i8",
                                                "ptr",
                                                "ptr addrspace(10)",
                                                "[4 x i8]",
                                                "<4 x i8>",
                                                "<vscale x 4 x i8>",
                                                "{ i8, ptr }",
                                                "<{ i8 }>",
                                                "{}",
                                                "i8 (ptr, [4 x i8])",
                                                "i8 (ptr, ...)",
                                                "i8 (...)",
                                                "i8 ()"});
  // Typed pointers of LLVM 14; a structure that refers to itself.
  CHECK(spelled({{7, {8}},
                 {8, {0, 0}},
                 {8, {0, 3}},
                 {8, {4, 0}},
                 name("node"),
                 {20, {0, 3, 0}},
                 name("a \"b\"\x01"),
                 {6, {0}},
                 {20, {0, 0}},
                 name("9"),
                 {20, {0, 0}},
                 {21, {0, 1, 3}}},
                9) == std::vector<std::string>{
                          "i8", "i8*", "i8 addrspace(3)*", "%node*", "%node", "%\"a \\22b\\22\\01\"", "%6", "%\"9\"", "i8* (%node*)"});
  CHECK(spelled({name("wasm.externref"), {26, {0, 7}}}, 1) == std::vector<std::string>{"target(\"wasm.externref\")"});
}

TEST_CASE("bitcode types: deep and large ones end in an ellipsis", "[bitcode][types]")
{
  // { T, T } of { T, T } of …: the text of the last one would have 2^200 parts.
  Types types{{7, {8}}};
  for (std::uint64_t i = 0; i < 200; ++i) {
    types.push_back({18, {0, i, i}});
  }
  const auto texts = spelled(types, types.size());
  CHECK(texts[2] == "{ { i8, i8 }, { i8, i8 } }");
  CHECK(texts[200].size() < 5000);
  CHECK(texts[200].find("…") != std::string::npos);
}

TEST_CASE("bitcode types: contradictions are errors", "[bitcode][types]")
{
  CHECK(problem({{7, {32}}}, 2) == "CW0655: the type table has 1 types, but announces 2");
  CHECK(problem({{7, k_no_values}}, 1) == "CW0655: a type's record is too short");
  CHECK(problem({{11, {4, 1}}}, 1) == "CW0655: type 0 refers to type 1, but there are 1");
  CHECK(problem({{11, {4, 0}}}, 1) == "CW0655: type 0 refers to type 0, which is no structure and comes later");
  CHECK(problem({{11, {4, 1}}, {18, {0}}}, 2) == "CW0655: type 0 refers to type 1, which is no structure and comes later");
  CHECK(problem({{11, {4, std::uint64_t{1} << 40}}}, 1) == "CW0655: a type refers to type 1099511627776");
  CHECK(problem({{19, {300}}}, 0) == "CW0655: the name of a type has a character beyond 255");
  CHECK(problem({{9, {0, 0}}}, 1) == "CW0655: a type's record is too short");
  CHECK(problem({{28, {1}}}, 1) == "CW0657: a type has the unknown code 28");
  CHECK(problem({{77, {1}}}, 1) == "CW0657: a type has the unknown code 77");
}

TEST_CASE("bitcode signatures: scalars, pointers and aggregates", "[bitcode][types]")
{
  CHECK(signature({{7, {32}}, {7, {64}}, {3, k_no_values}, {4, k_no_values}, {25, {0}}, {7, {1}}, {21, {0, 1, 0, 1, 2, 3, 4, 5}}}) ==
        "(i32, i64, f32, f64, i32, i32) -> i64");
  CHECK(signature({{2, k_no_values}, {21, {0, 0}}}) == "() -> void");
  CHECK(signature({{2, k_no_values}, {25, {0}}, {21, {1, 0, 1}}}) == "(i32, i32) -> void");
  CHECK(signature({{7, {128}}, {7, {33}}, {2, k_no_values}, {21, {0, 2, 0, 1}}}) == "(i64, i64, i64) -> void");
  CHECK(signature({{14, k_no_values}, {2, k_no_values}, {21, {0, 1, 0}}}) == "(i64, i64) -> void");
  CHECK(signature({{25, {10}}, {25, {20}}, {21, {0, 0, 1}}}) == "(funcref) -> externref");
  // Members of aggregates are passed one by one; as a result, several go through memory.
  CHECK(signature({{7, {64}}, {25, {0}}, {18, {0, 0, 1}}, {11, {2, 2}}, {2, k_no_values}, {21, {0, 4, 3}}}) ==
        "(i64, i32, i64, i32) -> void");
  CHECK(signature({{7, {32}}, {18, {0, 0, 0}}, {21, {0, 1, 0}}}) == "(i32, i32) -> void");
  CHECK(signature({{7, {32}}, {18, {0, 0}}, {21, {0, 1}}}) == "() -> i32");
  CHECK(signature({{25, {0}}, {21, {0, 0, 0}}}, {.triple = "wasm64-unknown-unknown"}) == "(i64) -> i64");
}

TEST_CASE("bitcode signatures: what the module does not decide is not guessed", "[bitcode][types]")
{
  const Types vector = {{7, {32}}, {12, {4, 0}}, {21, {0, 1, 1}}};
  CHECK(signature(vector) == "unknown");
  CHECK(signature(vector, {.value = "+sign-ext,+simd128"}) == "(v128) -> v128");
  CHECK(signature({{7, {32}}, {12, {8, 0}}, {21, {0, 1, 1}}}, {.value = "+simd128"}) == "unknown");
  CHECK(signature({{10, k_no_values}, {21, {0, 0}}}) == "unknown");
  const Types pair = {{7, {32}}, {18, {0, 0, 0}}, {21, {0, 1}}};
  CHECK(signature(pair, {.producer = "LLVM18.1.7", .value = "+multivalue"}) == "unknown");
  CHECK(signature(pair, {.producer = "LLVM18.1.7"}) == "(i32) -> void");
  CHECK(signature(pair, {.producer = "LLVM19.1.7", .value = "+multivalue"}) == "(i32) -> void");
  CHECK(signature(pair, {.producer = "APPLE_1"}) == "unknown");
  const Types plain = {{2, k_no_values}, {21, {0, 0}}};
  CHECK(signature(plain, {.triple = "x86_64-unknown-linux-gnu"}) == "unknown");
  CHECK(signature(plain, {.key = "no-prototype"}) == "unknown");
  CHECK(signature(plain, {.convention = 8}) == "() -> void");
  CHECK(signature(plain, {.convention = 16}) == "unknown");
  // More values than an engine takes, or than is worth counting.
  CHECK(signature({{7, {32}}, {11, {100000, 0}}, {2, k_no_values}, {21, {0, 2, 1}}}) == "unknown");
  CHECK(signature({{7, {32}}, {11, {900, 0}}, {11, {900, 1}}, {2, k_no_values}, {21, {0, 3, 2}}}) == "unknown");
}
