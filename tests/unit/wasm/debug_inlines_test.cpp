// Debug information by hand: a unit, a function, and in it a call that was inlined, with another one in that.
#include <cargo_wasm/wasm/debug_inlines.hpp>

#include "support/catch.hpp"
#include "support/wasm_builder.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string fixed(std::uint64_t value, unsigned size)
{
  std::string out;
  for (unsigned i = 0; i < size; ++i, value >>= 8U) {
    out += static_cast<char>(value & 0xffU);
  }
  return out;
}

std::string zero_ended(std::string_view text)
{
  return std::string(text) + '\0';
}

/// DWARF 4: one file, one row at address 0 with line 7, the end at 100.
std::string line_table()
{
  const std::string header =
      bytes({1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}) + bytes({0}) + zero_ended("lib.rs") + bytes({0, 0, 0, 0});
  const std::string program = bytes({0, 5, 2}) + fixed(0, 4) + bytes({3, 6, 1, 2, 100, 0, 1, 1});
  const std::string unit = fixed(4, 2) + fixed(header.size(), 4) + header + program;
  return fixed(unit.size(), 4) + unit;
}

std::string abbreviations()
{
  return bytes({1, 0x11, 1, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0}) // unit: line table, from, length
         + bytes({2, 0x2e, 1, 0x11, 0x01, 0x12, 0x06, 0, 0})           // function: from, length
         + bytes({3, 0x2e, 0, 0x6e, 0x08, 0, 0})                       // an abstract one: linkage name
         + bytes({4, 0x1d, 1, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b, 0x57, 0x0b, 0, 0}) // inlined: of, from, length,
                                                                                                             // file, line, column
         + bytes({5, 0x0b, 1, 0x55, 0x17, 0, 0})                                                             // block: ranges
         + bytes({0});
}

constexpr std::uint64_t k_unit_header = 11;

/// `outer` (line 5) within 10..90 of the function, in a block; `inner` (line 6) within 40..50 of that.
std::string debug_info(std::uint16_t version = 4)
{
  const std::string head = bytes({1}) + fixed(0, 4) + fixed(0, 4) + fixed(100, 4);
  const std::uint64_t inner = k_unit_header + head.size();
  const std::string abstract_inner = bytes({3}) + zero_ended("_inner");
  const std::uint64_t outer = inner + abstract_inner.size();
  const std::string abstract_outer = bytes({3}) + zero_ended("_outer");
  const auto inlined = [](std::uint64_t of, std::uint64_t from, std::uint64_t length, unsigned line, unsigned column) {
    return bytes({4}) + fixed(of, 4) + fixed(from, 4) + fixed(length, 4) + bytes({1, line, column});
  };
  const std::string entries = head + abstract_inner + abstract_outer + bytes({2}) + fixed(0, 4) + fixed(100, 4) + bytes({5}) + fixed(0, 4) +
                              inlined(outer, 10, 80, 5, 9) + inlined(inner, 40, 10, 6, 3) + bytes({0, 0, 0, 0, 0});
  const std::string unit = fixed(version, 2) + fixed(0, 4) + bytes({4}) + entries;
  return fixed(unit.size(), 4) + unit;
}

std::string module_with(const std::string& info)
{
  const std::string ranges = fixed(5, 4) + fixed(8, 4) + fixed(9, 4) + fixed(95, 4) + fixed(0, 8);
  return wasm_module({custom(".debug_line", line_table()),
                      custom(".debug_abbrev", abbreviations()),
                      custom(".debug_info", info),
                      custom(".debug_ranges", ranges)});
}

std::vector<wasm::InlinedCall> calls_at(const std::string& content, std::uint64_t address)
{
  const base::Path path("app.wasm");
  const auto module = wasm::Module::read(wasm::Source(path, content));
  REQUIRE(module);
  const wasm::DebugLines lines(*module);
  return wasm::DebugInlines(*module, lines).calls_at(address);
}

} // namespace

TEST_CASE("the calls around an address are told from the function inwards", "[wasm][dwarf]")
{
  const std::string module = module_with(debug_info());
  const wasm::InlinedCall outer{"_outer", {"lib.rs", 5, 9}}, inner{"_inner", {"lib.rs", 6, 3}};
  CHECK(calls_at(module, 45) == std::vector{outer, inner});
  CHECK(calls_at(module, 12) == std::vector{outer});
  CHECK(calls_at(module, 49) == std::vector{outer, inner});
  CHECK(calls_at(module, 50) == std::vector{outer});
  CHECK(calls_at(module, 5).empty());
  CHECK(calls_at(module, 100).empty());
  CHECK(calls_at(module, 1'000'000).empty());
}

TEST_CASE("units of a version that is not read, and damaged ones, tell nothing", "[wasm][dwarf]")
{
  CHECK(calls_at(module_with(debug_info(5)), 45).empty());
  CHECK(calls_at(wasm_module({}), 45).empty());
  const std::string info = debug_info();
  for (std::size_t size = 0; size < info.size(); ++size) {
    CHECK(calls_at(module_with(info.substr(0, size)), 45).empty());
  }
  for (std::size_t at = 0; at < info.size(); ++at) {
    std::string damaged = info;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    CHECK(calls_at(module_with(damaged), 45).size() <= 2);
  }
}
