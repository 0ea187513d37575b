// [package.metadata.wasm] and [workspace.metadata.wasm].
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/wasm_settings.hpp>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// The allowed imports with blanks between them, or the error.
std::string allowed(const std::string& more)
{
  const FakeFilesystem fs{{"/p/Cargo.toml", k_package + more}, {"/p/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fs, "/p/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto settings = manifest::read_wasm_settings(fs, **manifest, **manifest);
  return settings ? base::join(settings->allowed_imports, " ") : base::render(settings.error(), base::Severity::error, false);
}

/// The toolchain and the key that names it, or the error.
std::string wanted(const std::string& more)
{
  const FakeFilesystem fs{{"/p/Cargo.toml", k_package + more}, {"/p/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fs, "/p/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto wanted = manifest::read_wanted_toolchain(fs, manifest->get(), **manifest);
  if (!wanted) {
    return base::render(wanted.error(), base::Severity::error, false);
  }
  return *wanted ? (*wanted)->name + " " + (*wanted)->key : "none";
}

} // namespace

TEST_CASE("wasm settings: a project without them allows nothing", "[manifest][wasm]")
{
  CHECK(allowed("").empty());
  CHECK(allowed("[package.metadata.wasm]\ntarget = \"wasm32-wasip1\"\n").empty());
  CHECK(allowed("[package.metadata.wasm.imports]\n").empty());
}

TEST_CASE("wasm settings: allowed imports of package and workspace are one sorted list", "[manifest][wasm]")
{
  CHECK(allowed("[package.metadata.wasm.imports]\nallow = [\"env::b\", \"env::a::c\", \"env::b\"]\n"
                "[workspace.metadata.wasm.imports]\nallow = [\"env::a\"]\n") == "a a::c b");
}

TEST_CASE("wasm settings: a function of another module is an error that shows the attribute", "[manifest][wasm]")
{
  CHECK(allowed("[package.metadata.wasm.imports]\nallow = [\"env::a\", \"host::log\"]\n") ==
        R"(error[CW0166]: `host::log` cannot be allowed as an import
  --> /p/Cargo.toml:6:20
   |
 6 | allow = ["env::a", "host::log"]
   |                    ^^^^^^^^^^^
   = note: what names no module is imported from `env`, and only such functions are listed here
   = help: say it where `log` is declared: `#[link(wasm_import_module = "host")]` on its `extern` block
)");
}

TEST_CASE("wasm settings: an entry without a module says how to write it", "[manifest][wasm]")
{
  CHECK(allowed("[package.metadata.wasm.imports]\nallow = [\"host_log\"]\n") ==
        R"(error[CW0166]: `host_log` cannot be allowed as an import
  --> /p/Cargo.toml:6:10
   |
 6 | allow = ["host_log"]
   |          ^^^^^^^^^^ no module
   = note: an entry is `env::` and the function's name
   = help: write `"env::host_log"`
)");
}

TEST_CASE("wasm settings: a value of another type is an error with its place", "[manifest][wasm]")
{
  CHECK(allowed("[package.metadata.wasm]\nimports = 3\n") ==
        R"(error[CW0102]: `package.metadata.wasm.imports` must be a table, not an integer
  --> /p/Cargo.toml:6:11
   |
 6 | imports = 3
   |           ^
)");
}

TEST_CASE("wasm settings: the package's toolchain wins over the workspace's", "[manifest][wasm]")
{
  CHECK(wanted("") == "none");
  CHECK(wanted("[package.metadata.wasm]\ntarget = \"wasm32-wasip1\"\n") == "none");
  const std::string workspace = "[workspace.metadata.wasm]\ntoolchain = \"1.95.0\"\n";
  CHECK(wanted(workspace) == "1.95.0 `[workspace.metadata.wasm] toolchain`");
  CHECK(wanted("[package.metadata.wasm]\ntoolchain = \"1.96.0\"\n" + workspace) == "1.96.0 `[package.metadata.wasm] toolchain`");
}

TEST_CASE("wasm settings: a toolchain of another type is an error with its place", "[manifest][wasm]")
{
  CHECK(wanted("[package.metadata.wasm]\ntoolchain = 1.96\n") ==
        R"(error[CW0102]: `package.metadata.wasm.toolchain` must be a string, not a float
  --> /p/Cargo.toml:6:13
   |
 6 | toolchain = 1.96
   |             ^^^^
)");
}

TEST_CASE("wasm settings: what cannot be the name of a toolchain is refused with the reason", "[manifest][wasm]")
{
  CHECK(wanted("[workspace.metadata.wasm]\ntoolchain = \"+1.96.0\"\n") ==
        R"(error[CW0670]: `+1.96.0` names no toolchain: the `+` belongs to the command line
  --> /p/Cargo.toml:6:13
   |
 6 | toolchain = "+1.96.0"
   |             ^^^^^^^^^
   = help: write `toolchain = "1.99.1"`, or what else rustup calls one
)");
  CHECK(wanted("[package.metadata.wasm]\ntoolchain = \"\"\n").starts_with("error[CW0670]: `` names no toolchain: it is empty\n"));
  CHECK(wanted("[package.metadata.wasm]\ntoolchain = \"../mine\"\n").find("a directory is no name") != std::string::npos);
  CHECK(wanted("[package.metadata.wasm]\ntoolchain = \"1.96.0 \"\n").find("it has a blank in it") != std::string::npos);
}

TEST_CASE("wasm settings: an unknown key is an error that names the nearest one", "[manifest][wasm]")
{
  CHECK(wanted("[package.metadata.wasm]\ntolchain = \"1.96.0\"\n") ==
        R"(error[CW0167]: `[package.metadata.wasm]` has no key `tolchain`
  --> /p/Cargo.toml:6:1
   |
 6 | tolchain = "1.96.0"
   | ^^^^^^^^
   = help: a key with a similar name exists: `toolchain`
)");
  CHECK(wanted("[workspace.metadata.wasm]\ncolor = 3\n") ==
        R"(error[CW0167]: `[workspace.metadata.wasm]` has no key `color`
  --> /p/Cargo.toml:6:1
   |
 6 | color = 3
   | ^^^^^
   = help: it takes bindgen, component, host, imports, link, profile, provenance, size, target, toolchain; what is for other tools stands in a table of its own
)");
}
