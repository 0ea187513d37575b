#include "bitcode_fixture.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using bitcode::SummaryState;
using Ids = std::vector<bitcode::SymbolId>;

namespace {

constexpr std::uint64_t k_live = 1U << 5;

/// Five functions, the records of a summary of this version, and `more` behind it in the module.
std::string
module_with(std::uint64_t version, const std::vector<std::pair<std::uint32_t, Values>>& records, std::uint32_t unknown_record = 0)
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  add_types(out);
  for (int i = 0; i < 5; ++i) {
    out.record(8, function(0, 0, k_void_of_ptr, false));
  }
  if (unknown_record != 0) {
    out.record(unknown_record, {1, 2, 3});
  }
  out.enter(block::k_summary).record(10, {version});
  for (const auto& [code, values] : records) {
    out.record(code, values);
  }
  return out.leave().leave().bytes();
}

struct Edges
{
  Ids references;
  Ids calls;
  bool operator==(const Edges&) const = default;
};

Edges edges_of(const bitcode::File& file, std::size_t symbol)
{
  const bitcode::Module& module = file.modules[0];
  const auto references = module.references(module.symbols[symbol]);
  const auto calls = module.calls(module.symbols[symbol]);
  return {{references.begin(), references.end()}, {calls.begin(), calls.end()}};
}

std::string problem(std::uint64_t version, const std::vector<std::pair<std::uint32_t, Values>>& records)
{
  const auto file = test::read(module_with(version, records));
  return file ? "none" : file.error().id + ": " + file.error().message;
}

} // namespace

TEST_CASE("bitcode summary: references and calls of a function", "[bitcode][summary]")
{
  const std::string bytes = module_with(14, {{2, {1, k_live, 23, 64, 2, 1, 0, 0, 2, 3, 8, 4, 0}}});
  const auto file = test::read(bytes).value();
  CHECK(file.modules[0].summary == SummaryState::read);
  CHECK(file.modules[0].symbols[1].has_edges);
  CHECK(file.modules[0].symbols[1].is_live_root);
  CHECK(edges_of(file, 1) == Edges{{0, 2}, {3, 4}});
  CHECK_FALSE(file.modules[0].symbols[0].has_edges);
}

TEST_CASE("bitcode summary: the counts of older versions stand elsewhere", "[bitcode][summary]")
{
  // One reference (2) and one call (3) each time.
  const auto both = [](std::uint64_t version, std::uint32_t code, const Values& values) {
    const std::string bytes = module_with(version, {{code, values}});
    return edges_of(test::read(bytes).value(), 1) == Edges{{2}, {3}};
  };
  CHECK(both(1, 1, {1, 0, 9, 1, 2, 3, 77}));
  CHECK(both(1, 2, {1, 0, 9, 1, 2, 3, 77, 78}));
  CHECK(both(3, 1, {1, 0, 9, 1, 2, 3}));
  CHECK(both(4, 1, {1, 0, 9, 0, 1, 2, 3}));
  CHECK(both(5, 19, {1, 0, 9, 0, 1, 0, 2, 3, 77}));
  CHECK(both(7, 2, {1, 0, 9, 0, 1, 0, 0, 2, 3, 77}));
  CHECK(both(9, 19, {1, 0, 9, 0, 1, 0, 0, 2, 3, 77}));
}

TEST_CASE("bitcode summary: variables, tables of functions and aliases refer as well", "[bitcode][summary]")
{
  const std::string bytes = module_with(9, {{3, {0, 0, 1, 1, 2}}, {23, {1, 0, 1, 1, 3, 4, 8}}, {7, {2, 0, 4}}, {3, {3, 0, 0}}});
  const auto file = test::read(bytes).value();
  CHECK(edges_of(file, 0) == Edges{{1, 2}, {}});
  CHECK(edges_of(file, 1) == Edges{{3}, {4}});
  CHECK(edges_of(file, 2) == Edges{{4}, {}});
  CHECK(edges_of(file, 3) == Edges{{}, {}});
  CHECK(file.modules[0].symbols[3].has_edges);
}

TEST_CASE("bitcode summary: callees that a profile met elsewhere are left out", "[bitcode][summary]")
{
  const std::string bytes = module_with(9, {{2, {1, 0, 9, 0, 0, 0, 0, 3, 1, 900, 1}}});
  CHECK(edges_of(test::read(bytes).value(), 1) == Edges{{}, {3}});
}

TEST_CASE("bitcode summary: one that may be misread is not read", "[bitcode][summary]")
{
  // A newer version may mean something else by its flags; a module's record that is not known may be a kind of symbol.
  const std::string newer = module_with(15, {{2, {1, 0}}});
  CHECK(test::read(newer).value().modules[0].summary == SummaryState::unknown);
  const std::string unknown = module_with(14, {{2, {1, k_live, 9, 0, 1, 0, 0, 2}}}, 40);
  const auto file = test::read(unknown).value();
  CHECK(file.modules[0].summary == SummaryState::unknown);
  CHECK_FALSE(file.modules[0].symbols[1].has_edges);
  CHECK_FALSE(file.modules[0].symbols[1].is_live_root);
  CHECK(edges_of(file, 1) == Edges{});
}

TEST_CASE("bitcode summary: contradictions are errors", "[bitcode][summary]")
{
  CHECK(problem(14, {{2, {1, 0, 9, 0, 3, 0, 0, 2}}}) == "CW0655: a record of the summary is too short for its counts");
  CHECK(problem(14, {{2, {1, 0, 9}}}) == "CW0655: a record of the summary is too short for its counts");
  CHECK(problem(14, {{2, {1, 0, 9, 0, 0, 0, 0, 3}}}) == "CW0655: a record of the summary is too short for its counts");
  CHECK(problem(14, {{7, {9, 0, 1}}}) == "CW0655: the summary is about symbol 9, but there are 5");
  CHECK(problem(14, {{7, {1, 0, 1}}, {7, {1, 0, 1}}}) == "CW0655: the summary has symbol 1 twice");
  CHECK(problem(14, {{10, {14}}}) == "CW0655: the summary's version is there twice, or empty");
}
