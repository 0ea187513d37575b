#include <cargo_wasm/toolchain/defects.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using toolchain::Defect;
using toolchain::DefectFacts;

namespace {

Defect entry(const std::string& more)
{
  auto defect = toolchain::parse_defect("/d/x.toml", "x", "title = \"t\"\neffect = \"e\"\naction = \"warn\"\n" + more);
  if (!defect) {
    FAIL(base::render(defect.error(), base::Severity::error, false));
  }
  return *defect;
}

std::string problem(const std::string& text)
{
  const auto defect = toolchain::parse_defect("/d/x.toml", "x", text);
  return defect ? "no error" : base::render(defect.error(), base::Severity::error, false);
}

DefectFacts facts(const std::string& rustc)
{
  DefectFacts facts;
  facts.rustc = spec::parse_version(rustc).value();
  facts.triple = "wasm32-wasip1";
  facts.panic = "abort";
  facts.features = {"bulk-memory", "atomics"};
  facts.packages = {{"wasm-bindgen", spec::parse_version("0.2.88").value()}};
  facts.link_args = {"--max-memory=1"};
  facts.codegen = {"linker=clang-19"};
  return facts;
}

} // namespace

TEST_CASE("defects: those that come with the program can be read, and each says what is safe and where it is recorded",
          "[toolchain][defects]")
{
  const auto defects = toolchain::load_defects(FakeFilesystem(), "/none");
  REQUIRE(defects.has_value());
  CHECK(defects->size() >= 12);
  for (const Defect& defect : *defects) {
    INFO(defect.id);
    CHECK(!defect.helps.empty());
    CHECK(!defect.evidence.empty());
    CHECK(!defect.targets.empty());
    CHECK((defect.action == Defect::Action::set) == !defect.set_link_args.empty());
  }
}

TEST_CASE("defects: every condition that is given must hold", "[toolchain][defects]")
{
  CHECK(applies(entry(""), facts("1.80.0")));
  CHECK(applies(entry("rustc = [\"=1.80.0\", \"=1.82.0\"]\n"), facts("1.82.0")));
  CHECK_FALSE(applies(entry("rustc = [\"=1.80.0\", \"=1.82.0\"]\n"), facts("1.81.0")));
  CHECK(applies(entry("targets = [\"wasm32-*\"]\n"), facts("1.80.0")));
  CHECK_FALSE(applies(entry("targets = [\"wasm32-wasip2\"]\n"), facts("1.80.0")));
  const auto holds = [](const std::string& condition) { return applies(entry("[when]\n" + condition + "\n"), facts("1.80.0")); };
  CHECK(holds("packages = [\"wasm-bindgen <0.2.89\"]"));
  CHECK(holds("packages = [\"wasm-bindgen\"]"));
  CHECK_FALSE(holds("packages = [\"wasm-bindgen >=0.2.89\", \"js-sys\"]"));
  CHECK(holds("panic = [\"abort\"]"));
  CHECK_FALSE(holds("panic = [\"unwind\"]"));
  CHECK(holds("target-features = [\"atomics\"]"));
  CHECK_FALSE(holds("target-features = [\"atomics\", \"simd128\"]"));
  CHECK(holds("link-args = [\"--max-memory\"]"));
  CHECK_FALSE(holds("link-args = [\"-shared\"]"));
  CHECK(holds("codegen = [\"linker=clang\"]"));
  CHECK_FALSE(holds("codegen = [\"profile-generate\"]"));
}

TEST_CASE("defects: a nightly has what the release that it becomes has", "[toolchain][defects]")
{
  CHECK(applies(entry("rustc = [\">=1.97.0\"]\n"), facts("1.101.0-nightly")));
}

TEST_CASE("defects: a key that does not exist is named with the nearest one", "[toolchain][defects]")
{
  CHECK(problem("title = \"t\"\neffect = \"e\"\ntarget = [\"wasm32-wasip1\"]\naction = \"warn\"\n") ==
        R"(error[CW0900]: a toolchain defect has no key `target`
  --> /d/x.toml:3:1
   |
 3 | target = ["wasm32-wasip1"]
   | ^^^^^^
   = help: a key with a similar name exists: `targets`
)");
}

TEST_CASE("defects: an action that is none, and a requirement that cannot be read, are shown with their place", "[toolchain][defects]")
{
  CHECK(problem("title = \"t\"\neffect = \"e\"\naction = \"panic\"\n") ==
        R"(error[CW0900]: `action` must be `refuse`, `warn`, `set` or `check-imports`, not `panic`
  --> /d/x.toml:3:10
   |
 3 | action = "panic"
   |          ^^^^^^^
)");
  CHECK(problem("title = \"t\"\neffect = \"e\"\naction = \"warn\"\nrustc = [\"soon\"]\n").find("/d/x.toml:4:9") != std::string::npos);
}

TEST_CASE("defects: a file of the user's joins those of the program, or replaces one", "[toolchain][defects]")
{
  const std::string text = "title = \"mine\"\neffect = \"e\"\naction = \"warn\"\n";
  const FakeFilesystem fs{{"/u/null-vtable-slot.toml", text}, {"/u/zz.toml", text}, {"/u/readme.md", ""}};
  const auto plain = toolchain::load_defects(FakeFilesystem(), "/none");
  const auto joined = toolchain::load_defects(fs, "/u");
  REQUIRE(joined.has_value());
  CHECK(joined->size() == plain->size() + 1);
  CHECK(joined->back().id == "zz");
  const auto replaced = std::find_if(joined->begin(), joined->end(), [](const Defect& defect) { return defect.id == "null-vtable-slot"; });
  REQUIRE(replaced != joined->end());
  CHECK(replaced->title == "mine");
}

TEST_CASE("defects: an entry touches a compiler when it names its version and one of the targets", "[toolchain][defects]")
{
  const std::vector<std::string> wasi = {"wasm32-wasip1"};
  const auto version = [](std::string_view text) { return spec::parse_version(text).value(); };
  const Defect named = entry("rustc = [\"=1.98.0\"]\ntargets = [\"wasm*\"]\n");
  CHECK(touches(named, version("1.98.0"), wasi));
  CHECK(touches(named, version("1.98.0-nightly"), wasi));
  CHECK_FALSE(touches(named, version("1.98.1"), wasi));
  CHECK_FALSE(touches(named, version("1.98.0"), std::vector<std::string>{"x86_64-unknown-linux-gnu"}));
  // What every compiler has says nothing about one of them.
  CHECK_FALSE(touches(entry("targets = [\"wasm*\"]\n"), version("1.98.0"), wasi));
  CHECK_FALSE(has_conditions(named));
  CHECK(has_conditions(entry("rustc = [\"=1.98.0\"]\n[when]\npanic = [\"abort\"]\n")));
}
