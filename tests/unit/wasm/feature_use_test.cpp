#include <cargo_wasm/wasm/feature_use.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;
using test::body;
using test::bytes;
using test::section;

namespace {

const base::Path k_feature_path("app.wasm");

/// "FEATURE: WHAT" of each use, with "in N" behind it where it is in function N.
std::vector<std::string> uses_of(const std::string& content, FeatureSet wanted = FeatureSet::all(), std::uint32_t at_most = 1)
{
  const auto module = Module::read(Source(k_feature_path, content));
  REQUIRE(module.has_value());
  const auto uses = features_used(*module, wanted, at_most);
  REQUIRE(uses.has_value());
  std::vector<std::string> out;
  for (const FeatureUse& use : *uses) {
    CHECK(use.offset < content.size());
    out.push_back(fmt::format("{}: {}", name_of(use.feature), use.what) + (use.function ? fmt::format(" in {}", *use.function) : ""));
  }
  return out;
}

std::vector<std::string> uses_of_section(unsigned id, const std::string& entry)
{
  return uses_of(wasm_module({section(id, vec({entry}))}));
}

/// A module with one function for each code, without its last `end`.
std::string module_of(const std::vector<std::string>& codes)
{
  std::vector<std::string> types;
  std::vector<std::string> bodies;
  for (const std::string& code : codes) {
    types.push_back(leb(0));
    bodies.push_back(body(code));
  }
  return wasm_module({section(1, vec({func_type({}, {})})), section(3, vec(types)), section(10, vec(bodies))});
}

std::vector<std::string> uses_of_code(std::initializer_list<unsigned> code)
{
  return uses_of(module_of({bytes(code)}));
}

using Uses = std::vector<std::string>;

} // namespace

TEST_CASE("features: the first release needs none", "[wasm][features]")
{
  // A table of functions with a segment, a memory with data, a mutable global, one result, a block with a result, one byte of table index.
  CHECK(uses_of(
            wasm_module(
                {section(1, vec({func_type({0x7f}, {0x7f})})),
                 section(2, vec({import_func("env", "log", 0)})),
                 section(3, vec({leb(0)})),
                 section(4, vec({bytes({0x70, 0x00, 0x01})})),
                 section(5, vec({bytes({0x00, 0x01})})),
                 section(6, vec({bytes({0x7f, 0x01, 0x41, 0x00, 0x0b})})),
                 section(7, vec({export_item("run", 0, 1), export_item("memory", 2, 0)})),
                 section(9, vec({bytes({0x00, 0x41, 0x00, 0x0b, 0x01, 0x00})})),
                 section(
                     10,
                     vec({body(bytes(
                         {0x02, 0x7f, 0x41, 0x01, 0x28, 0x02, 0x00, 0x0b, 0x41, 0x00, 0x11, 0x00, 0x00, 0x1a, 0x3f, 0x00, 0x40, 0x00}))})),
                 section(11, vec({bytes({0x00, 0x41, 0x00, 0x0b}) + sized("x")}))}))
            .empty());
  CHECK(uses_of(wasm_module({})).empty());
}

TEST_CASE("features: instructions that came later", "[wasm][features]")
{
  CHECK(uses_of_code({0xc0}) == Uses{"sign-ext: i32.extend8_s in 0"});
  CHECK(uses_of_code({0xfc, 0x07}) == Uses{"nontrapping-fptoint: i64.trunc_sat_f64_u in 0"});
  CHECK(uses_of_code({0xfc, 0x0a, 0x00, 0x00}) == Uses{"bulk-memory-opt: memory.copy in 0"});
  CHECK(uses_of_code({0xfc, 0x0b, 0x00}) == Uses{"bulk-memory-opt: memory.fill in 0"});
  CHECK(uses_of_code({0xfc, 0x08, 0x00, 0x00}) == Uses{"bulk-memory: memory.init in 0"});
  CHECK(uses_of_code({0xfc, 0x0e, 0x00, 0x00}) == Uses{"bulk-memory: table.copy in 0"});
  CHECK(uses_of_code({0xfc, 0x10, 0x00}) == Uses{"reference-types: table.size in 0"});
  CHECK(uses_of_code({0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) == Uses{"simd128: v128.const in 0"});
  CHECK(uses_of_code({0xfd, 0x80, 0x02}) == Uses{"relaxed-simd: i8x16.relaxed_swizzle in 0"});
  CHECK(uses_of_code({0xfe, 0x10, 0x02, 0x00}) == Uses{"atomics: i32.atomic.load in 0"});
  CHECK(uses_of_code({0x12, 0x00}) == Uses{"tail-call: return_call in 0"});
  CHECK(uses_of_code({0x15, 0x00}) == Uses{"tail-call: return_call_ref in 0", "function-references: return_call_ref in 0"});
  CHECK(uses_of_code({0x08, 0x00}) == Uses{"exception-handling: throw in 0"});
  CHECK(uses_of_code({0x0a}) == Uses{"exception-handling: throw_ref in 0", "exnref: throw_ref in 0"});
  CHECK(uses_of_code({0x06, 0x40, 0x19, 0x0b}) == Uses{"exception-handling: try in 0", "legacy-exceptions: try in 0"});
  CHECK(uses_of_code({0xfb, 0x1c}) == Uses{"gc: ref.i31 in 0"});
  CHECK(uses_of_code({0xfc, 0x15}) == Uses{"wide-arithmetic: i64.mul_wide_s in 0"});
  CHECK(uses_of_code({0xe2, 0x00}) == Uses{"stack-switching: suspend in 0"});
  CHECK(uses_of_code({0xfc, 0x12, 0x00}) == Uses{"memory-control: memory.discard in 0"});
  CHECK(uses_of_code({0xfe, 0x04}) == Uses{"acquire-release-atomics: pause in 0"});
  CHECK(uses_of_code({0xfe, 0x4f, 0x00, 0x00}) == Uses{"shared-everything: global.atomic.get in 0"});
  CHECK(uses_of_code({0xfb, 0x20, 0x00}) == Uses{"custom-descriptors: struct.new_desc in 0"});
}

TEST_CASE("features: what only the immediates of an instruction tell", "[wasm][features]")
{
  CHECK(uses_of_code({0x02, 0x00, 0x0b}) == Uses{"multivalue: block in 0"});
  CHECK(uses_of_code({0x03, 0x7b, 0x0b}) == Uses{"simd128: type v128 in 0"});
  CHECK(uses_of_code({0x1c, 0x01, 0x7f}) == Uses{"reference-types: select in 0"});
  CHECK(uses_of_code({0xd0, 0x6e}) == Uses{"reference-types: ref.null in 0", "gc: reference to a collected object in 0"});
  CHECK(uses_of_code({0xfb, 0x14, 0x70}) ==
        Uses{"reference-types: reference type in 0", "function-references: reference that is not null in 0", "gc: ref.test in 0"});
  CHECK(uses_of_code({0xd0, 0x69}) == Uses{"reference-types: ref.null in 0",
                                           "exception-handling: reference to an exception in 0",
                                           "exnref: reference to an exception in 0"});
  CHECK(uses_of_code({0x28, 0x42, 0x00, 0x00}) == Uses{"multimemory: i32.load in 0"});
  CHECK(uses_of_code({0x28, 0x02, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}) == Uses{"memory64: i32.load in 0"});
  CHECK(uses_of_code({0x28, 0x22, 0x00, 0x00}) == Uses{"multibyte: i32.load in 0"});
  CHECK(uses_of_code({0xfe, 0x10, 0x12, 0x01, 0x00}) ==
        Uses{"atomics: i32.atomic.load in 0", "acquire-release-atomics: i32.atomic.load in 0"});
  CHECK(uses_of_code({0xfe, 0x03, 0x01}) == Uses{"atomics: atomic.fence in 0", "acquire-release-atomics: atomic.fence in 0"});
  CHECK(uses_of_code({0x3f, 0x80, 0x00}) == Uses{"multimemory: memory.size in 0"});
  CHECK(uses_of_code({0x40, 0x01}) == Uses{"multimemory: memory.grow in 0"});
  CHECK(uses_of_code({0xfc, 0x0a, 0x00, 0x01}) == Uses{"bulk-memory-opt: memory.copy in 0", "multimemory: memory.copy in 0"});
  CHECK(uses_of_code({0xfc, 0x0c, 0x00, 0x01}) == Uses{"bulk-memory: table.init in 0", "reference-types: table.init in 0"});
}

TEST_CASE("features: a table index of several bytes is a use of its own, another table one of reference types", "[wasm][features]")
{
  CHECK(uses_of_code({0x11, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00}) == Uses{"call-indirect-overlong: call_indirect in 0"});
  CHECK(uses_of_code({0x11, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00}).empty()); // the type index is long, the table index is not
  CHECK(uses_of_code({0x11, 0x00, 0x01}) == Uses{"reference-types: call_indirect in 0"});
  CHECK(uses_of_code({0x13, 0x00, 0x80, 0x00}) == Uses{"tail-call: return_call_indirect in 0"}); // came with indices
}

TEST_CASE("features: types", "[wasm][features]")
{
  CHECK(uses_of_section(1, func_type({}, {0x7f, 0x7f})) == Uses{"multivalue: function with several results"});
  CHECK(uses_of_section(1, func_type({0x7b}, {})) == Uses{"simd128: type v128"});
  CHECK(uses_of_section(1, func_type({0x6f}, {})) == Uses{"reference-types: reference type"});
  CHECK(uses_of_section(1, bytes({0x60, 0x00, 0x01, 0x64, 0x70})) ==
        Uses{"reference-types: reference type", "function-references: reference that is not null"});
  CHECK(uses_of_section(1, bytes({0x60, 0x01, 0x63, 0x00, 0x00})) == Uses{"reference-types: reference type",
                                                                          "function-references: reference to a type of the module",
                                                                          "gc: type that refers to itself"});
  CHECK(uses_of_section(1, "\x5f" + vec({bytes({0x78, 0x01})})) == Uses{"gc: struct type"});
  CHECK(uses_of_section(1, bytes({0x4e, 0x00})) == Uses{"gc: recursion group"});
  CHECK(uses_of_section(1, bytes({0x4f, 0x00}) + func_type({}, {})) == Uses{"gc: subtype"});
  CHECK(uses_of_section(1, bytes({0x5d, 0x00})) == Uses{"stack-switching: continuation type"});
  CHECK(uses_of_section(1, "\x65" + func_type({}, {})) == Uses{"shared-everything: shared type"});
  CHECK(uses_of(wasm_module({section(3, vec({leb(0)})), section(10, vec({sized(bytes({0x01, 0x02, 0x7b, 0x0b}))}))})) ==
        Uses{"simd128: type v128 in 0"}); // a local
}

TEST_CASE("features: tables, memories, globals and tags", "[wasm][features]")
{
  CHECK(uses_of_section(4, bytes({0x6f, 0x00, 0x00})) == Uses{"reference-types: reference type"});
  CHECK(uses_of(wasm_module({section(4, vec({bytes({0x70, 0x00, 0x00}), bytes({0x70, 0x00, 0x00})}))})) ==
        Uses{"reference-types: second table"});
  CHECK(uses_of_section(4, bytes({0x70, 0x04, 0x00})) == Uses{"memory64: table with 64-bit limits"});
  CHECK(uses_of_section(4, bytes({0x40, 0x00, 0x70, 0x00, 0x00, 0xd0, 0x70, 0x0b})) ==
        Uses{"reference-types: ref.null", "function-references: table with an initial value"});
  CHECK(uses_of_section(5, bytes({0x04, 0x00})) == Uses{"memory64: memory with 64-bit limits"});
  CHECK(uses_of_section(5, bytes({0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00})) == Uses{"memory64: memory with 64-bit limits"});
  CHECK(uses_of_section(5, bytes({0x03, 0x00, 0x01})) == Uses{"atomics: shared memory"});
  CHECK(uses_of_section(5, bytes({0x08, 0x00, 0x00})) == Uses{"custom-page-sizes: memory with a page size"});
  // One memory of its own behind an imported one is the second.
  CHECK(uses_of(wasm_module({section(2, vec({sized("env") + sized("memory") + bytes({0x02, 0x00, 0x01})})),
                             section(5, vec({bytes({0x00, 0x00})}))})) == Uses{"multimemory: second memory"});
  CHECK(uses_of_section(6, bytes({0x7f, 0x02, 0x41, 0x00, 0x0b})) == Uses{"shared-everything: shared global"});
  CHECK(uses_of(wasm_module({section(13, vec({}))})) == Uses{"exception-handling: tag section"});
  CHECK(uses_of(wasm_module({section(1, vec({func_type({}, {0x7f})})), section(13, vec({bytes({0x00, 0x00})}))})) ==
        Uses{"exception-handling: tag section", "stack-switching: tag with results"});
}

TEST_CASE("features: imports and exports", "[wasm][features]")
{
  const std::string imported = sized("env") + sized("g") + bytes({0x03, 0x7f, 0x01});
  CHECK(uses_of_section(2, imported) == Uses{"mutable-globals: import of a mutable global"});
  const std::string globals = vec({bytes({0x7f, 0x00, 0x41, 0x00, 0x0b}), bytes({0x7f, 0x01, 0x41, 0x00, 0x0b})});
  CHECK(uses_of(wasm_module({section(6, globals), section(7, vec({export_item("constant", 3, 0)}))})).empty());
  CHECK(uses_of(wasm_module({section(6, globals), section(7, vec({export_item("variable", 3, 1)}))})) ==
        Uses{"mutable-globals: export of a mutable global"});
  CHECK(uses_of_section(2, sized("env") + sized("f") + bytes({0x20, 0x00})) ==
        Uses{"custom-descriptors: import of an exact function type"});
  CHECK(uses_of_section(2, sized("env") + sized("") + bytes({0x7f}) + vec({sized("f") + bytes({0x00, 0x00})})) ==
        Uses{"compact-imports: group of imports"});
}

TEST_CASE("features: segments and constant expressions", "[wasm][features]")
{
  CHECK(uses_of(wasm_module({section(12, leb(0))})) == Uses{"bulk-memory: data count section"});
  CHECK(uses_of_section(11, bytes({0x01}) + sized("x")) == Uses{"bulk-memory: passive data segment"});
  CHECK(uses_of_section(11, bytes({0x02, 0x00, 0x41, 0x00, 0x0b}) + sized("x")) == Uses{"bulk-memory: data segment that names its memory"});
  CHECK(uses_of_section(9, bytes({0x01, 0x00, 0x00})) == Uses{"bulk-memory: passive element segment"});
  CHECK(uses_of_section(9, bytes({0x03, 0x00, 0x00})) == Uses{"bulk-memory: declared element segment"});
  CHECK(uses_of_section(9, bytes({0x02, 0x00, 0x41, 0x00, 0x0b, 0x00, 0x00})) == Uses{"bulk-memory: element segment that names its table"});
  CHECK(uses_of_section(9, bytes({0x04, 0x41, 0x00, 0x0b, 0x00})) == Uses{"reference-types: reference type"});
  CHECK(uses_of_section(11, bytes({0x00, 0x41, 0x00, 0x41, 0x00, 0x6a, 0x0b}) + sized("x")) == Uses{"extended-const: i32.add"});
  const std::string own_global = bytes({0x7f, 0x00, 0x41, 0x00, 0x0b});
  CHECK(uses_of(wasm_module({section(6, vec({own_global, bytes({0x7f, 0x00, 0x23, 0x00, 0x0b})}))})) ==
        Uses{"gc: constant from a global of the module"});
}

TEST_CASE("features: a use is found at its place, in its function", "[wasm][features]")
{
  const std::string content = wasm_module({section(1, vec({func_type({}, {})})),
                                           section(2, vec({import_func("env", "log", 0)})),
                                           section(3, vec({leb(0), leb(0)})),
                                           section(10, vec({body(""), body(bytes({0x01, 0x01, 0xc0, 0x1a}))}))});
  const auto module = Module::read(Source(k_feature_path, content));
  REQUIRE(module.has_value());
  const auto uses = features_used(*module);
  REQUIRE(uses.has_value());
  REQUIRE(uses->size() == 1);
  CHECK(uses->front().function == 2U);
  CHECK(content.substr(uses->front().offset) == bytes({0xc0, 0x1a, 0x0b}));
}

TEST_CASE("features: with a limit above one, every function that stands in the way is listed once", "[wasm][features]")
{
  const std::string extend = bytes({0xc0, 0x1a, 0xc1, 0x1a});
  const std::string content = module_of({extend, "", extend + bytes({0x12, 0x00}), extend, bytes({0x12, 0x00})});
  CHECK(uses_of(content, {Feature::sign_ext}, UINT32_MAX) ==
        Uses{"sign-ext: i32.extend8_s in 0", "sign-ext: i32.extend8_s in 2", "sign-ext: i32.extend8_s in 3"});
  CHECK(uses_of(content, FeatureSet::all(), 2) ==
        Uses{"sign-ext: i32.extend8_s in 0", "sign-ext: i32.extend8_s in 2", "tail-call: return_call in 2", "tail-call: return_call in 4"});
  CHECK(uses_of(content, {Feature::tail_call}) == Uses{"tail-call: return_call in 2"});
  CHECK(uses_of(content, {}).empty());
  CHECK(uses_of(content, FeatureSet::all(), 0).empty());
}

TEST_CASE("features: what cannot be read is an error with its place", "[wasm][features]")
{
  const std::string content = module_of({"", bytes({0x01, 0xff})});
  const auto module = Module::read(Source(k_feature_path, content));
  REQUIRE(module.has_value());
  const auto uses = features_used(*module);
  REQUIRE_FALSE(uses.has_value());
  CHECK(base::render(uses.error(), base::Severity::error, false) ==
        "error[CW0614]: expected an instruction, found the byte `0xff`\n  --> app.wasm, byte 0x001c (code section, entry 2 of 2)\n");
  // Once everything wanted was found nothing more is read.
  CHECK(uses_of(module_of({bytes({0xc0}), bytes({0xff})}), {Feature::sign_ext}) == Uses{"sign-ext: i32.extend8_s in 0"});
}

TEST_CASE("features: names are those of target_features, and lead back", "[wasm][features]")
{
  CHECK(name_of(Feature::nontrapping_fptoint) == "nontrapping-fptoint");
  for (std::size_t i = 1; i < k_features; ++i) {
    const auto feature = static_cast<Feature>(i);
    CHECK(feature_named(name_of(feature)) == feature);
    CHECK(FeatureSet::all().contains(feature));
  }
  CHECK_FALSE(feature_named("mvp").has_value());
  CHECK_FALSE(feature_named("simd").has_value());
  CHECK_FALSE(FeatureSet::all().contains(Feature::mvp));
}

TEST_CASE("features: who has a proposal has its parts", "[wasm][features]")
{
  CHECK(with_parts({Feature::bulk_memory}) == FeatureSet{Feature::bulk_memory, Feature::bulk_memory_opt});
  CHECK(with_parts({Feature::reference_types}) == FeatureSet{Feature::reference_types, Feature::call_indirect_overlong});
  CHECK(with_parts({Feature::bulk_memory_opt}) == FeatureSet{Feature::bulk_memory_opt});
  CHECK(FeatureSet{Feature::gc, Feature::simd128}.without({Feature::gc}) == FeatureSet{Feature::simd128});
}
