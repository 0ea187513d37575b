#include <algorithm>
#include <set>

#include <support/catch.hpp>

#include <cargo_wasm/exam/battery.hpp>

using namespace cargo_wasm;
using exam::Program;

TEST_CASE("battery: every program says what must come out of it", "[exam]")
{
  const auto battery = exam::load_battery();
  REQUIRE(battery);
  CHECK(battery->size() >= 12);
  CHECK(std::ranges::is_sorted(*battery, {}, &Program::name));
  for (const Program& program : *battery) {
    INFO(program.name);
    CHECK_FALSE(program.about.empty());
    // Nothing can be found by a program of which nothing is expected.
    CHECK((program.imports || !program.pairs.empty() || !program.refused.empty()));
    CHECK(program.runs.empty() == program.says.empty());
    const auto is_manifest = [](const auto& file) { return file.first == "Cargo.toml"; };
    CHECK(std::ranges::count_if(program.files, is_manifest) == 1);
    for (const std::string& crate : program.crates) {
      const auto is_root = [&](const auto& file) { return file.first == crate + "/src/lib.rs"; };
      CHECK(std::ranges::count_if(program.files, is_root) == 1);
    }
    const auto starts_a_run = [](const std::string& line) { return line.starts_with("> "); };
    CHECK(std::ranges::count_if(program.says, starts_a_run) == static_cast<std::ptrdiff_t>(program.runs.size()));
  }
}

TEST_CASE("battery: a key that nobody knows is an error with its place", "[exam]")
{
  const auto program = exam::parse_program("exam/x/exam.toml", "x", "title = \"t\"\ntarget = \"wasm32-wasip1\"\nimport = []\n");
  REQUIRE_FALSE(program);
  CHECK(base::render(program.error(), base::Severity::error, false) == "error[CW0693]: a program of the exam has no key `import`\n"
                                                                       "  --> exam/x/exam.toml:3:10\n"
                                                                       "   |\n"
                                                                       " 3 | import = []\n"
                                                                       "   |          ^^\n");
}

TEST_CASE("battery: pairs and answers are taken apart at their word", "[exam]")
{
  const auto program = exam::parse_program(
      "exam.toml", "x", "title = \"t\"\ntarget = \"wasm32-wasip1\"\npairs = [\"path_open needs fd_close\"]\nhost = [\"a.b = 3n\"]\n");
  REQUIRE(program);
  REQUIRE(program->pairs.size() == 1);
  CHECK(program->pairs[0].first == "path_open");
  CHECK(program->pairs[0].second == "fd_close");
  CHECK(program->answers == std::map<std::string, std::string>{{"a.b", "3n"}});
  const auto wrong = exam::parse_program("exam.toml", "x", "title = \"t\"\ntarget = \"t\"\nhost = [\"a.b\"]\n");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message == "expected `A = B`, found `a.b`");
}

TEST_CASE("battery: settings have names of their own", "[exam]")
{
  std::set<std::string_view> names;
  for (const exam::Setting& setting : exam::settings()) {
    CHECK(names.insert(setting.name).second);
  }
  CHECK(names == std::set<std::string_view>{"dev", "release", "thin", "fat", "units-1", "units-16", "size"});
}
