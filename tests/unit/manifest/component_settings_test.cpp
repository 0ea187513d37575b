// [package.metadata.wasm.component]: what it depends on, what fills its imports, where it is published.
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/component_settings.hpp>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

Result<manifest::ComponentSettings> component_settings(const std::string& more)
{
  const FakeFilesystem fs{{"/p/Cargo.toml", k_package + more}, {"/p/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fs, "/p/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  return manifest::read_component_settings(fs, **manifest, **manifest);
}

/// Dependencies with blanks between them, or the error.
std::string dependencies(const std::string& more)
{
  const auto settings = component_settings(more);
  if (!settings) {
    return base::render(settings.error(), base::Severity::error, false);
  }
  std::string text;
  for (const auto& dependency : settings->dependencies) {
    text += dependency.name + "@" + dependency.requirement + (dependency.registry ? " of " + *dependency.registry : "") +
            (dependency.key ? " by " + *dependency.key : "") + ";";
  }
  return text;
}

} // namespace

TEST_CASE("component settings: dependencies are a requirement, or a table with registry and key", "[manifest][wasm]")
{
  CHECK(dependencies("[package.metadata.wasm.component.dependencies]\n\"my:a\" = \"1.2\"\n"
                     "\"my:b\" = { version = \"=2.0.0\", registry = \"oci://h/p\", key = \"k\" }\n") ==
        "my:a@1.2;my:b@=2.0.0 of oci://h/p by k;");
  CHECK(dependencies("[package.metadata.wasm]\ncomponent = true\n").empty());
}

TEST_CASE("component settings: a package's dependency replaces the workspace's of that name", "[manifest][wasm]")
{
  CHECK(dependencies("[workspace.metadata.wasm.component.dependencies]\n\"my:a\" = \"1\"\n\"my:b\" = \"1\"\n"
                     "[package.metadata.wasm.component.dependencies]\n\"my:a\" = \"2\"\n") == "my:b@1;my:a@2;");
}

TEST_CASE("component settings: a dependency without a version, or with a key that there is not, is told at its place", "[manifest][wasm]")
{
  const std::string help =
      "   = help: `\"my:calc\" = \"1.2\"`, or `\"my:calc\" = { version = \"1.2\", registry = \"oci://HOST/PREFIX\" }`\n";
  CHECK(dependencies("[package.metadata.wasm.component.dependencies]\n\"my:a\" = { registry = \"oci://h/p\" }\n") ==
        "error[CW0950]: the dependency `my:a` has no version\n  --> /p/Cargo.toml:6:1\n   |\n 6 | \"my:a\" = { registry = \"oci://h/p\" "
        "}\n   | ^^^^^^\n" +
            help);
  CHECK(dependencies("[package.metadata.wasm.component.dependencies]\n\"my:a\" = 3\n")
            .starts_with("error[CW0950]: the dependency `my:a` has no version\n"));
  CHECK(dependencies("[package.metadata.wasm.component.dependencies]\n\"my:a\" = { version = \"1\", path = \"x\" }\n")
            .starts_with("error[CW0950]: a component's dependency has no key `path`\n  --> /p/Cargo.toml:6:27\n"));
}

TEST_CASE("component settings: plugs are names of packages, or files beside the manifest", "[manifest][wasm]")
{
  const auto settings = component_settings(
      "[package.metadata.wasm.component]\nplug = [\"my:calc\", \"../parts/a.wasm\"]\npackage = \"my:app\"\nregistry = \"oci://h/p\"\n");
  REQUIRE(settings.has_value());
  CHECK(settings->plugs == std::vector<std::string>{"my:calc", "/parts/a.wasm"});
  CHECK(settings->package == "my:app");
  CHECK(settings->registry == "oci://h/p");
  CHECK(settings->wanted == true);
}
