#include <cargo_wasm/wasm/provenance.hpp>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;

namespace {

std::string producers(const std::string& field, const std::vector<std::pair<std::string, std::string>>& tools)
{
  std::vector<std::string> values;
  for (const auto& [name, version] : tools) {
    values.push_back(sized(name) + sized(version));
  }
  return custom("producers", vec({sized(field) + vec(values)}));
}

Provenance provenance_of(const std::string& bytes)
{
  const base::Path file("/a.wasm");
  return read_provenance(Source(file, bytes));
}

} // namespace

TEST_CASE("a module says its build record and its tools", "[wasm][provenance]")
{
  const std::string record(32, '\x5a');
  const Provenance found =
      provenance_of(wasm_module({producers("processed-by", {{"rustc", "1.99.1"}, {"LLD", ""}}), custom("cargo-wasm.build", record)}));
  REQUIRE(found.build_record.has_value());
  CHECK(std::string(found.build_record->bytes.begin(), found.build_record->bytes.end()) == record);
  CHECK(found.tools == std::vector<NamedTool>{{"processed-by", "rustc", "1.99.1"}, {"processed-by", "LLD", ""}});
}

TEST_CASE("a component has the record of its outermost level, and the tools of all levels, each once", "[wasm][provenance]")
{
  const std::string inner =
      wasm_module({producers("processed-by", {{"rustc", "1.99.1"}}), custom("cargo-wasm.build", std::string(32, 'i'))});
  const std::string component =
      wasm_component({section(1, inner), section(1, inner), producers("processed-by", {{"wit-component", "0.240.0"}})});
  const Provenance without = provenance_of(component);
  CHECK_FALSE(without.build_record.has_value());
  CHECK(without.tools == std::vector<NamedTool>{{"processed-by", "rustc", "1.99.1"}, {"processed-by", "wit-component", "0.240.0"}});
  const Provenance with = provenance_of(component + custom("cargo-wasm.build", std::string(32, 'o')));
  REQUIRE(with.build_record.has_value());
  CHECK(with.build_record->bytes.front() == 'o');
}

TEST_CASE("what is damaged, or is no wasm, says nothing", "[wasm][provenance]")
{
  CHECK(provenance_of("") == Provenance());
  CHECK(provenance_of("hello") == Provenance());
  CHECK(provenance_of(wasm_module({custom("cargo-wasm.build", "short"), custom("producers", "\xff\xff\xff\xff")})) == Provenance());
  const std::string whole = wasm_module({producers("sdk", {{"a", "1"}}), custom("cargo-wasm.build", std::string(32, 'x'))});
  CHECK(provenance_of(whole.substr(0, whole.size() - 1)).tools.size() == 1);
}

TEST_CASE("a stranger's module cannot make much of it", "[wasm][provenance]")
{
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 100; ++i) {
    many.emplace_back("tool-" + std::to_string(i), std::string(127, 'v') + "\xc3\xa9"); // the last character is cut in two at 128 bytes
  }
  const Provenance found = provenance_of(wasm_module({producers("sdk", many)}));
  REQUIRE(found.tools.size() == 32);
  CHECK(found.tools.front().version == std::string(127, 'v'));
  std::string sections;
  for (int i = 0; i < 20'000; ++i) {
    sections += custom("x", "");
  }
  CHECK(provenance_of(wasm_module({sections, producers("sdk", {{"late", ""}})})).tools.empty());
}
