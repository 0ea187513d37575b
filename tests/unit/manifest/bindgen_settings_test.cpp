// bindgen of the wasm tables.
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/bindgen_settings.hpp>

#include "config_fixture.hpp"
#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string bindgen_settings(const std::string& more)
{
  ConfigFixture fixture{{"/w/app/Cargo.toml", k_package + more}, {"/w/app/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fixture.world.fs, "/w/app/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto read = manifest::read_bindgen_settings(fixture.world.fs, **manifest, **manifest);
  if (!read) {
    return base::render(read.error(), base::Severity::error, false);
  }
  return fmt::format("{} {} [{}]", read->target.value_or("none"), read->typescript, base::join(read->args, " "));
}

} // namespace

TEST_CASE("bindgen settings: no table, no bindings; the package's word stands before the workspace's", "[manifest][wasm]")
{
  CHECK(bindgen_settings("") == "none true []");
  CHECK(bindgen_settings("[package.metadata.wasm.bindgen]\ntarget = \"web\"\ntypescript = false\nargs = [\"--weak-refs\"]\n") ==
        "web false [--weak-refs]");
  CHECK(bindgen_settings("[workspace.metadata.wasm.bindgen]\ntarget = \"web\"\nargs = [\"--a\"]\n"
                         "[package.metadata.wasm.bindgen]\ntarget = \"nodejs\"\n") == "nodejs true [--a]");
}

TEST_CASE("bindgen settings: what is wrong is shown where it stands", "[manifest][wasm]")
{
  CHECK(bindgen_settings("[package.metadata.wasm.bindgen]\ntarget = \"node\"\n") ==
        "error[CW0880]: wasm-bindgen makes nothing for `node`\n"
        "  --> /w/app/Cargo.toml:6:10\n"
        "   |\n"
        " 6 | target = \"node\"\n"
        "   |          ^^^^^^\n"
        "   = help: it makes bindings for `bundler`, `deno`, `no-modules`, `nodejs`, `web`\n");
  CHECK(bindgen_settings("[package.metadata.wasm.bindgen]\ntypescripts = false\n") ==
        "error[CW0881]: `bindgen` has no key `typescripts`\n"
        "  --> /w/app/Cargo.toml:6:1\n"
        "   |\n"
        " 6 | typescripts = false\n"
        "   | ^^^^^^^^^^^\n"
        "   = help: did you mean `typescript`?\n"
        "   = help: known are: `target`, `typescript`, `args`\n");
}
