#include <cargo_wasm/wasm/module.hpp>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;
using test::body;
using test::bytes;
using test::section;

namespace {

const base::Path k_path("app.wasm");

/// Two imports, two functions (one exported, one the start), a memory, a global, an element and a data segment, a custom section.
std::string small_module()
{
  return wasm_module({section(1, vec({func_type({0x7f, 0x7e}, {0x7f}), func_type({}, {})})),
                      section(2, vec({import_func("env", "log", 0), sized("env") + sized("memory") + bytes({0x02, 0x00, 0x01})})),
                      section(3, vec({leb(1), leb(0)})),
                      section(4, vec({bytes({0x70, 0x01, 0x02, 0x05})})),
                      section(6, vec({bytes({0x7f, 0x01, 0x41, 0x2a, 0x0b})})),
                      section(7, vec({export_item("run", 0, 2), export_item("g", 3, 0)})),
                      section(8, leb(1)),
                      section(9, vec({bytes({0x00, 0x41, 0x01, 0x0b}) + vec({leb(1), leb(2)})})),
                      section(12, leb(1)),
                      section(10, vec({body(""), body(bytes({0x20, 0x00}))})),
                      section(11, vec({bytes({0x00, 0x41, 0x10, 0x0b}) + sized("hello")})),
                      custom("note", "text")});
}

std::string error_of(const std::string& content)
{
  const auto module = Module::read(Source(k_path, content));
  return module ? std::string() : base::render(module.error(), base::Severity::error, false);
}

template <class T> std::vector<T> all(SectionReader<T> reader)
{
  std::vector<T> items;
  for (T item{}; reader.next(item);) {
    items.push_back(item);
  }
  CHECK(reader.finish().has_value());
  return items;
}

} // namespace

TEST_CASE("module: what a small module holds", "[wasm][module]")
{
  const std::string content = small_module();
  const auto module = Module::read(Source(k_path, content));
  REQUIRE(module.has_value());

  const auto types = all(module->types());
  REQUIRE(types.size() == 2);
  CHECK(to_string(types[0].types.begin()->func) == "(i32 i64) -> (i32)");

  std::vector<std::string> imports;
  REQUIRE(module->for_each_import([&](const Import& import) {
    imports.push_back(std::string(import.module) + "::" + std::string(import.name) + " " + to_string(import.type));
  }));
  CHECK(imports == std::vector<std::string>{"env::log func 0", "env::memory memory 1"});

  CHECK(to_string(all(module->tables()).at(0).type) == "2 5 funcref");
  CHECK(to_string(all(module->globals()).at(0).type) == "(mut i32)");
  const auto exports = all(module->exports());
  CHECK(exports.at(0).name == "run");
  CHECK(exports.at(0).index == 2);
  CHECK(exports.at(1).kind == ExternalKind::global);
  CHECK(module->start() == 1U);
  const auto elements = all(module->elements());
  CHECK(std::vector<std::uint32_t>(elements.at(0).functions.begin(), elements.at(0).functions.end()) == std::vector<std::uint32_t>{1, 2});
  CHECK(all(module->data()).at(0).bytes == "hello");
  CHECK(module->custom("note")->rest() == "text");
  CHECK_FALSE(module->custom("name").has_value());
  CHECK(find_function_type(*module, 1).has_value());
  CHECK_FALSE(find_function_type(*module, 2).has_value());
}

TEST_CASE("module: functions are found by index, imported ones first", "[wasm][module]")
{
  // More functions than one step of the index, of different sizes, so that places between the kept ones are walked to.
  std::vector<std::string> types;
  std::vector<std::string> bodies;
  for (unsigned i = 0; i < 50; ++i) {
    types.push_back(leb(i * 7));
    bodies.push_back(body(std::string(i * 3, '\x01')));
  }
  const std::string content = wasm_module({section(2, vec({import_func("a", "b", 3)})), section(3, vec(types)), section(10, vec(bodies))});
  const auto module = Module::read(Source(k_path, content));
  REQUIRE(module.has_value());
  const auto index = module->index_functions();
  REQUIRE(index.has_value());
  CHECK(index->imported() == 1);
  CHECK(index->size() == 51);
  for (std::uint32_t i = 0; i < 50; ++i) {
    CHECK(index->type_of(1 + i) == i * 7);
    CHECK(index->body_of(1 + i).end() - index->body_of(1 + i).begin() == 2 + i * 3);
  }
}

TEST_CASE("module: sections come in their order, each once", "[wasm][module]")
{
  CHECK(error_of(wasm_module({section(3, vec({})), section(1, vec({}))})) ==
        "error[CW0614]: expected sections in their order, each once, found type section\n  --> app.wasm, byte 0x000d (type section)\n");
  CHECK(error_of(wasm_module({section(1, vec({})), section(1, vec({}))})).starts_with("error[CW0614]"));
  // Tags stand between memories and globals, the count of data segments before the code: not by their numbers.
  CHECK(error_of(wasm_module({section(5, vec({})), section(13, vec({})), section(6, vec({})), section(12, leb(0)), section(10, vec({}))}))
            .empty());
}

TEST_CASE("module: functions and bodies, data and their count must agree", "[wasm][module]")
{
  CHECK(error_of(wasm_module({section(3, vec({leb(0)}))})) ==
        "error[CW0614]: expected a body for each function, and a function for each body, found different numbers of them\n"
        "  --> app.wasm, byte 0x000c (function section)\n");
  CHECK(error_of(wasm_module({section(10, vec({body("")}))})).starts_with("error[CW0614]: expected a body for each function"));
  CHECK(error_of(wasm_module({section(12, leb(2)), section(11, vec({}))})) ==
        "error[CW0614]: expected as many data segments as were announced, found another number of them\n"
        "  --> app.wasm, byte 0x000e (data section)\n");
}

TEST_CASE("module: what is no module says so", "[wasm][module]")
{
  CHECK(error_of("") == "error[CW0612]: expected the first bytes of a wasm file, found the end\n  --> app.wasm, byte 0x0000 (header)\n");
  CHECK(error_of("#!/bin/sh\n") == "error[CW0616]: expected `\\0asm`, found other bytes\n  --> app.wasm, byte 0x0000 (header)\n");
  CHECK(error_of(bytes({0x00, 0x61, 0x73, 0x6d, 0x02, 0x00, 0x00, 0x00})) ==
        "error[CW0616]: expected version 1 of a module or version 13 of a component, found another version\n  --> app.wasm, byte 0x0004 "
        "(header)\n");
  CHECK(error_of(wasm_component({})) == "error[CW0616]: expected a core module, found a component\n  --> app.wasm, byte 0x0000 (header)\n");
}

TEST_CASE("module: an entry that is wrong is named by its number", "[wasm][module]")
{
  const std::string content = wasm_module({section(2, vec({import_func("env", "a", 0), sized("env") + sized("b") + bytes({0x09, 0x00})}))});
  const auto module = Module::read(Source(k_path, content));
  REQUIRE(module.has_value());
  const auto imports = module->count_imports();
  REQUIRE_FALSE(imports.has_value());
  CHECK(base::render(imports.error(), base::Severity::error, false) ==
        "error[CW0614]: expected a function, table, memory, global or tag, found the byte `0x09`\n"
        "  --> app.wasm, byte 0x0019 (import section, entry 2 of 2)\n");
}

TEST_CASE("module: counts that the file cannot hold cost nothing", "[wasm][module]")
{
  // 2^32 - 1 of everything, in a few bytes: an end is found at once and nothing is reserved.
  const std::string most = bytes({0xff, 0xff, 0xff, 0xff, 0x0f});
  for (const unsigned id : {1U, 2U, 4U, 5U, 6U, 7U, 9U, 13U}) {
    const std::string content = wasm_module({section(id, most)});
    const auto module = Module::read(Source(k_path, content));
    REQUIRE(module.has_value());
    CHECK(module->section(PayloadKind::type).count == (id == 1 ? 0xffff'ffffU : 0U));
    CHECK(module->types().finish().has_value());
    if (id == 2) {
      CHECK(module->count_imports().error().id == "CW0612");
    }
  }
  const std::string bodies = wasm_module({section(3, most), section(10, most)});
  const auto module = Module::read(Source(k_path, bodies));
  REQUIRE(module.has_value());
  CHECK(module->index_functions().error().id == "CW0612");
}

TEST_CASE("module: compact groups of imports are imports like others", "[wasm][module]")
{
  const std::string content = wasm_module({section(
      2,
      vec({sized("a") + sized("") + bytes({0x7f}) + vec({sized("x") + bytes({0x00, 0x05}), sized("y") + bytes({0x03, 0x7f, 0x00})}),
           sized("b") + sized("") + bytes({0x7e, 0x00, 0x02}) + vec({sized("p"), sized("q")})}))});
  const auto module = Module::read(Source(k_path, content));
  REQUIRE(module.has_value());
  std::string text;
  REQUIRE(module->for_each_import([&](const Import& import) {
    text += std::string(import.module) + "." + std::string(import.name) + " " + to_string(import.type) + "; ";
  }));
  CHECK(text == "a.x func 5; a.y global i32; b.p func 2; b.q func 2; ");
  CHECK(module->count_imports()->functions == 3);
}
