// profile.NAME of the wasm tables and of the configuration.
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/profile_settings.hpp>

#include "config_fixture.hpp"
#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string profile_settings(const std::string& more, const std::string& config = "", std::vector<std::string> arguments = {})
{
  ConfigFixture fixture{{"/w/app/Cargo.toml", k_package + more}, {"/w/app/src/lib.rs", ""}, {"/w/app/.cargo/config.toml", config}};
  fixture.options.config_arguments = std::move(arguments);
  const auto manifest = manifest::read_manifest(fixture.world.fs, "/w/app/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto loaded = fixture.load();
  const auto read = manifest::read_profile_settings(fixture.world.fs, **manifest, *loaded, "release");
  if (!read) {
    return base::render(read.error(), base::Severity::error, false);
  }
  return fmt::format("{} [{}]", read->wasm_opt.value_or("unset"), read->wasm_opt_args ? base::join(*read->wasm_opt_args, " ") : "unset");
}

} // namespace

TEST_CASE("profile settings: levels are numbers, letters, auto or off", "[manifest][wasm]")
{
  CHECK(profile_settings("") == "unset [unset]");
  CHECK(profile_settings("[package.metadata.wasm.profile.release]\nwasm-opt = 3\n") == "3 [unset]");
  CHECK(profile_settings("[package.metadata.wasm.profile.release]\nwasm-opt = \"z\"\nwasm-opt-args = [\"--converge\"]\n") ==
        "z [--converge]");
  CHECK(profile_settings("[package.metadata.wasm.profile.release]\nwasm-opt = false\n") == "off [unset]");
  CHECK(profile_settings("[package.metadata.wasm.profile.dev]\nwasm-opt = \"z\"\n") == "unset [unset]");
}

TEST_CASE("profile settings: the command line wins over the configuration, and that over the manifest", "[manifest][wasm]")
{
  const std::string manifest = "[package.metadata.wasm.profile.release]\nwasm-opt = \"z\"\n";
  CHECK(profile_settings(manifest, "[wasm.profile.release]\nwasm-opt = 1\n") == "1 [unset]");
  CHECK(profile_settings(manifest, "[wasm.profile.release]\nwasm-opt = 1\n", {"wasm.profile.release.wasm-opt=\"s\""}) == "s [unset]");
  CHECK(profile_settings(manifest, "", {"wasm.profile.release.wasm-opt=false"}) == "off [unset]");
}

TEST_CASE("profile settings: what is wrong is shown where it stands", "[manifest][wasm]")
{
  CHECK(profile_settings("[package.metadata.wasm.profile.release]\nwasm-opt = \"O3\"\n") ==
        "error[CW0860]: `wasm-opt` cannot be `O3`\n"
        "  --> /w/app/Cargo.toml:6:12\n"
        "   |\n"
        " 6 | wasm-opt = \"O3\"\n"
        "   |            ^^^^\n"
        "   = note: it is `package.metadata.wasm.profile.release.wasm-opt`\n"
        "   = help: it is `false`, a level from 0 to 4, \"s\", \"z\" or \"auto\"\n");
  CHECK(profile_settings("[package.metadata.wasm.profile.release]\nwasm-op = \"z\"\n") ==
        "error[CW0861]: there is no profile setting `wasm-op`\n"
        "  --> /w/app/Cargo.toml:6:1\n"
        "   |\n"
        " 6 | wasm-op = \"z\"\n"
        "   | ^^^^^^^\n"
        "   = help: did you mean `wasm-opt`?\n"
        "   = help: known are: `wasm-opt`, `wasm-opt-measure`, `wasm-opt-args`, `debug-info`, `build-std`, `optimize-for-size`, "
        "`immediate-abort`, "
        "`location-detail`, `fmt-debug`, `provenance`; Cargo's own keys stand in `[profile.*]`\n");
  CHECK(profile_settings("", "[wasm.profile.release]\nwasm-opt = true\n") ==
        "error[CW0860]: `wasm-opt` cannot be `true`\n"
        "   = note: it is `wasm.profile.release.wasm-opt` of the configuration\n"
        "   = help: it is `false`, a level from 0 to 4, \"s\", \"z\" or \"auto\"\n");
}
