#include <cargo_wasm/wasm/rewrite.hpp>

#include <array>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;
using test::body;
using test::section;

namespace {

const base::Path k_file("app.wasm");

std::string
rewritten(const std::string& module, const std::function<bool(std::string_view)>& keep, std::span<const CustomSection> added = {})
{
  const auto result = rewrite_custom_sections(Source(k_file, module), keep, added);
  return result ? *result : base::render(result.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("custom sections are dropped and added, everything else stays byte for byte", "[wasm][rewrite]")
{
  const std::string types = section(1, vec({func_type({}, {})}));
  const std::string functions = section(3, vec({leb(0)}));
  const std::string code = section(10, vec({body("")}));
  const std::string before =
      wasm_module({custom("producers", "x"), types, functions, custom("name", "abc"), code, custom(".debug_line", "d")});
  const auto all = [](std::string_view) { return true; };
  CHECK(rewritten(before, all) == before);
  CHECK(rewritten(before, [](std::string_view name) { return name == "name"; }) ==
        wasm_module({types, functions, custom("name", "abc"), code}));
  const std::array<CustomSection, 1> added{CustomSection{"note", std::string(200, 'n')}};
  CHECK(rewritten(
            before, [](std::string_view name) { return !is_debug_section(name); }, added) ==
        wasm_module({custom("producers", "x"), types, functions, custom("name", "abc"), code, custom("note", std::string(200, 'n'))}));
}

TEST_CASE("a memory gets a maximum, everything else stays byte for byte", "[wasm][rewrite]")
{
  const std::string types = section(1, vec({func_type({}, {})}));
  const std::string functions = section(3, vec({leb(0)}));
  const std::string code = section(10, vec({body("")}));
  const auto module_with = [&](const std::vector<std::string>& memories) {
    return wasm_module({types, functions, section(5, vec(memories)), custom("name", "abc"), code});
  };
  const auto limited = [](const std::string& module, std::uint64_t pages) {
    const auto result = with_memory_maximum(Source(k_file, module), pages);
    REQUIRE(result);
    return *result;
  };
  CHECK(limited(module_with({std::string("\0", 1) + leb(17)}), 256) == module_with({"\1" + leb(17) + leb(256)}));
  CHECK(limited(module_with({"\1" + leb(17) + leb(1000)}), 256) == module_with({"\1" + leb(17) + leb(256)}));
  CHECK(limited(module_with({"\1" + leb(17) + leb(100)}), 256) == module_with({"\1" + leb(17) + leb(100)}));
  CHECK(limited(module_with({"\3" + leb(1) + leb(9), std::string("\4", 1) + leb(2)}), 8) ==
        module_with({"\3" + leb(1) + leb(8), "\5" + leb(2) + leb(8)}));
  CHECK(limited(module_with({std::string("\10", 1) + leb(70'000) + leb(0)}), 2) ==
        module_with({"\11" + leb(70'000) + leb(131'072) + leb(0)}));
  CHECK_FALSE(limited(module_with({std::string("\0", 1) + leb(17)}), 16));
  const std::string without = wasm_module({types, functions, code});
  CHECK(limited(without, 1) == without);
  CHECK_FALSE(with_memory_maximum(Source(k_file, without.substr(0, without.size() - 1)), 1));
}

TEST_CASE("a module that is cut off is not rewritten", "[wasm][rewrite]")
{
  const std::string whole = wasm_module({section(1, vec({func_type({}, {})}))});
  CHECK_FALSE(rewrite_custom_sections(
                  Source(k_file, std::string_view(whole).substr(0, whole.size() - 1)), [](std::string_view) { return true; }, {})
                  .has_value());
}
