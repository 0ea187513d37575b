// size and provenance of the wasm tables.
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/artifact_settings.hpp>

#include "config_fixture.hpp"
#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// "size.max=40960 … true", or the error.
std::string artifact_settings(const std::string& more)
{
  ConfigFixture fixture{{"/w/app/Cargo.toml", k_package + more}, {"/w/app/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fixture.world.fs, "/w/app/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto read = manifest::read_artifact_settings(fixture.world.fs, **manifest, **manifest);
  if (!read) {
    return base::render(read.error(), base::Severity::error, false);
  }
  std::string text;
  for (const manifest::SizeLimit& limit : read->limits) {
    text += fmt::format("{}={} ", limit.key, limit.bytes);
  }
  return text + (read->provenance ? "true" : "false");
}

} // namespace

TEST_CASE("artifact settings: nothing is limited and the record is there unless somebody says otherwise", "[manifest][wasm]")
{
  CHECK(artifact_settings("") == "true");
  CHECK(artifact_settings("[package.metadata.wasm]\nprovenance = false\n") == "false");
  CHECK(artifact_settings("[package.metadata.wasm]\nprovenance = true\n[workspace.metadata.wasm]\nprovenance = false\n") == "true");
}

TEST_CASE("artifact settings: the package's limit stands before the workspace's, kind by kind", "[manifest][wasm]")
{
  CHECK(artifact_settings("[package.metadata.wasm]\nsize.max = \"40 KiB\"\nsize.brotli-max = 1000\n"
                          "[workspace.metadata.wasm]\nsize.max = \"1 MiB\"\nsize.gzip-max = \"1.5 kB\"\n") ==
        "size.max=40960 size.gzip-max=1500 size.brotli-max=1000 true");
}

TEST_CASE("artifact settings: sizes are numbers with the units that people write", "[manifest][wasm]")
{
  CHECK(manifest::parse_size("1") == 1);
  CHECK(manifest::parse_size("17 B") == 17);
  CHECK(manifest::parse_size("2kB") == 2000);
  CHECK(manifest::parse_size("2 KB") == 2000);
  CHECK(manifest::parse_size("2.5 KiB") == 2560);
  CHECK(manifest::parse_size("1 MB") == 1'000'000);
  CHECK(manifest::parse_size("1 MiB") == 1'048'576);
  for (const char* text : {"", "KiB", "0", "0.5 B", "-1 KiB", "1 kib", "1 GB", "1e3", "inf", "nan", "5000 MiB", "1 KiB 2"}) {
    CHECK(manifest::parse_size(text) == std::nullopt);
  }
}

TEST_CASE("artifact settings: what is wrong is shown where it stands", "[manifest][wasm]")
{
  CHECK(artifact_settings("[package.metadata.wasm]\nsize.max = \"40 KiBi\"\n") ==
        "error[CW0890]: `size.max` cannot be `40 KiBi`\n"
        "  --> /w/app/Cargo.toml:6:12\n"
        "   |\n"
        " 6 | size.max = \"40 KiBi\"\n"
        "   |            ^^^^^^^^^\n"
        "   = help: write a number above 0 and its unit, B, kB, KiB, MB or MiB: `\"40 KiB\"`\n");
  CHECK(artifact_settings("[package.metadata.wasm]\nsize.gzip = \"20 KiB\"\n") ==
        "error[CW0891]: `size` has no key `gzip`\n"
        "  --> /w/app/Cargo.toml:6:6\n"
        "   |\n"
        " 6 | size.gzip = \"20 KiB\"\n"
        "   |      ^^^^\n"
        "   = help: known are: `max`, `gzip-max`, `brotli-max`\n");
}
