// The directory layout and the tables that change what it means (cargo's reference: cargo-targets).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/package_json.hpp>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// "lib p src/lib.rs; bin q src/bin/q.rs": kind, name and source in order.
std::string targets_of(const std::string& text, const std::vector<std::string>& sources)
{
  static constexpr std::array<std::string_view, 6> k_kinds{"lib", "bin", "test", "bench", "example", "build"};
  std::string all;
  const auto read = ReadOneManifest(text, sources).manifest();
  for (const manifest::CrateTarget& target : read->targets) {
    all += fmt::format("{}{} {} {}",
                       all.empty() ? "" : "; ",
                       k_kinds[static_cast<std::size_t>(target.kind)],
                       target.name,
                       target.source.lexically_relative("/p").string());
  }
  return all;
}

} // namespace

TEST_CASE("targets: the layout alone makes targets, in cargo's order", "[manifest][targets]")
{
  CHECK(targets_of(k_package,
                   {"src/lib.rs",
                    "src/main.rs",
                    "src/bin/z.rs",
                    "src/bin/a/main.rs",
                    "src/bin/empty/lib.rs",
                    "src/bin/.hidden.rs",
                    "examples/e.rs",
                    "tests/t.rs",
                    "tests/common/mod.rs",
                    "benches/b.rs",
                    "build.rs"}) == "lib p src/lib.rs; bin a src/bin/a/main.rs; bin p src/main.rs; bin z src/bin/z.rs; example e "
                                    "examples/e.rs; test t tests/t.rs; bench b benches/b.rs; "
                                    "build build-script-build build.rs");
}

TEST_CASE("targets: a table adds to what is found, and takes over a file it names", "[manifest][targets]")
{
  CHECK(targets_of(k_package + "[[bin]]\nname = \"own\"\npath = \"src/bin/a.rs\"\n[[bin]]\nname = \"b\"\ntest = false\n",
                   {"src/bin/a.rs", "src/bin/b.rs", "src/bin/c.rs"}) == "bin b src/bin/b.rs; bin c src/bin/c.rs; bin own src/bin/a.rs");
}

TEST_CASE("targets: in edition 2015 a table switches the search off", "[manifest][targets]")
{
  const std::string text = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2015\"\n[[bin]]\nname = \"b\"\n";
  CHECK(targets_of(text, {"src/bin/b.rs", "src/bin/c.rs"}) == "bin b src/bin/b.rs");
  CHECK(ReadOneManifest(text, {"src/bin/b.rs", "src/bin/c.rs"}).warnings() ==
        R"(warning[CW0132]: `[[bin]]` keeps edition 2015 from building other binary targets: `src/bin/c.rs`
  --> /p/Cargo.toml:5:1
   |
 5 | [[bin]]
   | ^^^^^^^
   = help: write `autobins = false` in `[package]` to say that this is meant
)");
}

TEST_CASE("targets: `auto… = false` leaves only what is written, in the order written", "[manifest][targets]")
{
  const std::string text =
      k_package +
      "autobins = false\nautotests = false\nautolib = false\n[[test]]\nname = \"z\"\npath = \"tests/z.rs\"\n[[test]]\nname = \"a\"\npath = "
      "\"tests/a.rs\"\n[[bin]]\nname = \"b\"\npath = \"src/main.rs\"\n";
  CHECK(targets_of(text, {"src/lib.rs", "src/main.rs", "src/bin/x.rs", "tests/a.rs", "tests/z.rs", "tests/q.rs"}) ==
        "bin b src/main.rs; test z tests/z.rs; test a tests/a.rs");
}

TEST_CASE("targets: a library is named after the package, with underscores", "[manifest][targets]")
{
  const auto manifest = ReadOneManifest("[package]\nname = \"my-lib\"\nversion = \"1.0.0\"\nedition = \"2021\"\n").manifest();
  CHECK(manifest->library()->name == "my_lib");
  CHECK(manifest->library()->crate_types == std::vector{manifest::CrateType::lib});
  CHECK(manifest->library()->is_linkable());
}

TEST_CASE("targets: crate types and the proc-macro key decide what a library is", "[manifest][targets]")
{
  const auto wasm = ReadOneManifest(k_package + "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n").manifest();
  CHECK(wasm->library()->crate_types == std::vector{manifest::CrateType::cdylib, manifest::CrateType::rlib});
  const auto macro = ReadOneManifest(k_package + "[lib]\nproc-macro = true\n").manifest();
  CHECK(macro->library()->crate_types == std::vector{manifest::CrateType::proc_macro});
  CHECK(macro->library()->for_host);
}

TEST_CASE("targets: a build script can be elsewhere, or none although build.rs exists", "[manifest][targets]")
{
  CHECK(targets_of(k_package + "build = \"tools/make.rs\"\n", {"src/lib.rs", "tools/make.rs", "build.rs"}) ==
        "lib p src/lib.rs; build build-script-make tools/make.rs");
  CHECK(targets_of(k_package + "build = false\n", {"src/lib.rs", "build.rs"}) == "lib p src/lib.rs");
}

TEST_CASE("targets: a binary without a file says where it was looked for", "[manifest][targets]")
{
  CHECK(error_of("[[bin]]\nname = \"toool\"\n", {"src/lib.rs", "src/bin/tool.rs"}) == R"(error[CW0110]: no file for binary `toool`
  --> /p/Cargo.toml:6:8
   |
 6 | name = "toool"
   |        ^^^^^^^
   = note: neither `src/bin/toool.rs` nor `src/bin/toool/main.rs` exists
   = help: a binary with a similar name exists: `tool`
   = help: name the file with `path` in `[[bin]]`
)");
  CHECK(error_of("[lib]\nname = \"x\"\n", {"src/main.rs"}) == R"(error[CW0110]: no file for library `x`
  --> /p/Cargo.toml:6:8
   |
 6 | name = "x"
   |        ^^^
   = note: `src/lib.rs` does not exist
   = help: name the file with `path` in `[lib]`
)");
}

TEST_CASE("targets: a test without a file stops only the package's own builds", "[manifest][targets]")
{
  const auto manifest = ReadOneManifest(k_package + "[[test]]\nname = \"gone\"\n", {"src/lib.rs", "test/gone.rs"}).manifest();
  REQUIRE(manifest->warnings.size() == 1);
  CHECK(manifest->warnings.front().is_critical);
  CHECK(base::render(manifest->warnings.front().diagnostic, base::Severity::error, false) == R"(error[CW0110]: no file for test `gone`
  --> /p/Cargo.toml:6:8
   |
 6 | name = "gone"
   |        ^^^^^^
   = note: neither `tests/gone.rs` nor `tests/gone/main.rs` exists
   = help: `test/gone.rs` exists; rename it to `tests/gone.rs`
   = help: name the file with `path` in `[[test]]`
)");
}

TEST_CASE("targets: what cannot be a target is refused", "[manifest][targets]")
{
  CHECK(error_of("", {"README.md"}) == R"(error[CW0117]: package `p` has no targets
  --> /p/Cargo.toml:2:8
   |
 2 | name = "p"
   |        ^^^
   = help: add `src/lib.rs`, `src/main.rs`, a `[lib]` or a `[[bin]]` section
)");
  CHECK(error_of("[lib]\nname = \"a-b\"\n") == R"(error[CW0104]: library name `a-b` contains a hyphen
  --> /p/Cargo.toml:6:8
   |
 6 | name = "a-b"
   |        ^^^^^
   = help: library names are Rust identifiers: write `_`
)");
  CHECK(error_of("[[bin]]\nname = \"build\"\npath = \"src/lib.rs\"\n") ==
        R"(error[CW0104]: a binary cannot be named `build`: a directory of that name stands beside it
  --> /p/Cargo.toml:6:8
   |
 6 | name = "build"
   |        ^^^^^^^
)");
  CHECK(error_of("[[bin]]\nname = \"x\"\npath = \"a.rs\"\n[[bin]]\nname = \"x\"\npath = \"b.rs\"\n") ==
        R"(error[CW0116]: two binary targets are named `x`
  --> /p/Cargo.toml:9:8
   |
 9 | name = "x"
   |        ^^^
)");
  CHECK(error_of("[bin]\nname = \"x\"\n") == R"(error[CW0102]: `bin` must be an array of tables, not a table
  --> /p/Cargo.toml:5:1
   |
 5 | [bin]
   | ^^^^^
   = help: write `[[bin]]` with two brackets
)");
  CHECK(error_of("[lib]\ncrate-type = [\"dylib\", \"cdylib\"]\n")
            .starts_with("error[CW0109]: library `p` cannot be both `dylib` and `cdylib`\n"));
  CHECK(error_of("[lib]\ncrate-type = [\"wasm\"]\n").starts_with("error[CW0109]: `wasm` is not a crate type\n"));
  CHECK(error_of("links = \"z\"\n") == R"(error[CW0118]: package `p` links to `z` but has no build script
  --> /p/Cargo.toml:5:9
   |
 5 | links = "z"
   |         ^^^
   = help: add `build.rs`, or remove `links`
)");
  CHECK(error_of("default-run = \"mian\"\n", {"src/bin/main.rs"}) ==
        R"(error[CW0119]: `default-run` names `mian`, which is not a binary of this package
  --> /p/Cargo.toml:5:15
   |
 5 | default-run = "mian"
   |               ^^^^^^
   = help: a binary with a similar name exists: `main`
)");
}

TEST_CASE("targets: an empty list of required features is shown as one, an absent list is not", "[manifest][targets]")
{
  const auto read = ReadOneManifest(k_package + "[[bin]]\nname = \"a\"\nrequired-features = []\n[[bin]]\nname = \"b\"\n",
                                    {"src/bin/a.rs", "src/bin/b.rs"})
                        .manifest();
  REQUIRE(read->targets.size() == 2);
  CHECK(manifest::target_to_json(read->targets[0], {}).at("required-features").dump() == "[]");
  CHECK_FALSE(manifest::target_to_json(read->targets[1], {}).contains("required-features"));
  CHECK_FALSE(read->targets[0].needs_features());
}
