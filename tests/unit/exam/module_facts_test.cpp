#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>
#include <support/wasm_builder.hpp>

#include "module_facts.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using exam::ModuleFacts;
using exam::read_facts;

namespace {

ModuleFacts facts_of(const std::string& file)
{
  FakeFilesystem fs;
  REQUIRE(fs.write_atomic("/m.wasm", file));
  auto facts = read_facts(fs, "/m.wasm");
  REQUIRE(facts);
  return std::move(*facts);
}

/// One type, one import of it, two functions, and a table of four slots that `elements` fills.
std::string module_with(const std::string& elements)
{
  return wasm_module({section(1, vec({func_type({0x7f}, {0x7e})})),
                      section(2, vec({import_func("left", "open", 0), import_func("wasi_snapshot_preview1", "fd_write", 0)})),
                      section(3, vec({leb(0), leb(0)})),
                      section(4, vec({bytes({0x70, 0x00, 0x04})})),
                      section(7, vec({export_item("run", 0, 2), export_item("again", 0, 0), export_item("memory", 2, 0)})),
                      section(9, elements),
                      section(10, vec({body(bytes({0x42, 0x00})), body(bytes({0x42, 0x00}))}))});
}

/// An active segment of table 0 at `offset`, an instruction with its operand.
std::string segment(const std::string& offset, const std::vector<std::string>& functions)
{
  return bytes({0x00}) + offset + bytes({0x0b}) + vec(functions);
}

} // namespace

TEST_CASE("facts: imports and exported functions with their types, WASI apart, what is exported though imported", "[exam]")
{
  const ModuleFacts facts = facts_of(module_with(vec({segment(bytes({0x41, 0x01}), {leb(2), leb(3), leb(0)})})));
  CHECK(facts.imports == std::vector<std::string>{"left.open : (i32) -> (i64)"});
  CHECK(facts.wasi_imports == std::vector<std::string>{"fd_write"});
  CHECK(facts.exports == std::vector<std::string>{"again : (i32) -> (i64)", "run : (i32) -> (i64)"});
  CHECK(facts.cores == std::vector<std::set<std::string>>{{"fd_write", "open"}});
  CHECK(facts.empty_slots.empty());
}

TEST_CASE("facts: every empty slot but the first, at either end and between segments", "[exam]")
{
  CHECK(facts_of(module_with(vec({segment(bytes({0x41, 0x01}), {leb(2), leb(3)})}))).empty_slots == std::vector<std::uint32_t>{3});
  CHECK(facts_of(module_with(vec({segment(bytes({0x41, 0x02}), {leb(2), leb(3)})}))).empty_slots == std::vector<std::uint32_t>{1});
  CHECK(facts_of(module_with(vec({segment(bytes({0x41, 0x01}), {leb(2)}), segment(bytes({0x41, 0x03}), {leb(3)})}))).empty_slots ==
        std::vector<std::uint32_t>{2});
}

TEST_CASE("facts: where a segment's place is not written down no slot is called empty", "[exam]")
{
  CHECK(facts_of(module_with(vec({segment(bytes({0x23, 0x00}), {leb(2)})}))).empty_slots.empty());
}

TEST_CASE("facts: of a component the imports of each module in it", "[exam]")
{
  const std::string inner = wasm_module({section(1, vec({func_type({}, {})})), section(2, vec({import_func("a", "path_open", 0)}))});
  const ModuleFacts facts = facts_of(wasm_component({section(1, inner), section(1, wasm_module({}))}));
  CHECK(facts.is_component);
  CHECK(facts.cores == std::vector<std::set<std::string>>{{"path_open"}, {}});
}

TEST_CASE("facts: a damaged module is an error with its place", "[exam]")
{
  FakeFilesystem fs;
  const std::string whole = module_with(vec({segment(bytes({0x41, 0x01}), {leb(2)})}));
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    REQUIRE(fs.write_atomic("/m.wasm", whole.substr(0, size)));
    const auto facts = read_facts(fs, "/m.wasm");
    if (!facts) {
      CHECK(std::holds_alternative<base::BinarySpan>(facts.error().where));
    }
  }
}
