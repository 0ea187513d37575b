// [package.metadata.wasm.link], [workspace.metadata.wasm.link] and [wasm.link] of the configuration.
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/link_settings.hpp>

#include "config_fixture.hpp"
#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using manifest::LinkSetting;

namespace {

std::string value_of(const LinkSetting& setting)
{
  if (const auto* bytes = setting.as_size()) {
    return fmt::format("{}", *bytes);
  }
  if (const bool* is_on = setting.as_switch()) {
    return *is_on ? "true" : "false";
  }
  return base::join(*setting.as_names(), "+");
}

/// A line a setting, or the error.
std::string settings(const std::string& more, const std::string& config = "", std::vector<std::string> arguments = {})
{
  ConfigFixture fixture{{"/w/app/Cargo.toml", k_package + more}, {"/w/app/src/lib.rs", ""}, {"/w/app/.cargo/config.toml", config}};
  fixture.options.config_arguments = std::move(arguments);
  const auto manifest = manifest::read_manifest(fixture.world.fs, "/w/app/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  const auto loaded = fixture.load();
  const auto read = manifest::read_link_settings(fixture.world.fs, **manifest, **manifest, *loaded);
  if (!read) {
    return base::render(read.error(), base::Severity::error, false);
  }
  std::string text;
  for (const auto& [name, setting] : *read) {
    text += fmt::format("{} = {} ({})\n", name, value_of(setting), to_string(setting.origin));
  }
  return text;
}

} // namespace

TEST_CASE("link settings: a size is bytes, or a number with a unit", "[manifest][wasm]")
{
  CHECK(manifest::parse_memory_size("65536") == 65536);
  CHECK(manifest::parse_memory_size("7 B") == 7);
  CHECK(manifest::parse_memory_size("64KiB") == 65536);
  CHECK(manifest::parse_memory_size("3 MiB") == std::uint64_t{3} * 1024 * 1024);
  CHECK(manifest::parse_memory_size("4 GiB") == std::uint64_t{1} << 32);
  CHECK(manifest::parse_memory_size("1 MB").error() == "there is no unit `MB`; units are `B`, `KiB`, `MiB` and `GiB`");
  CHECK(manifest::parse_memory_size("-1").error() == "a size is a whole number of bytes, or one with a unit: \"64 KiB\", \"1 MiB\"");
  CHECK(manifest::parse_memory_size("").error() == "a size is a whole number of bytes, or one with a unit: \"64 KiB\", \"1 MiB\"");
  CHECK(manifest::parse_memory_size("1.5 MiB").error() == "there is no unit `.5 MiB`; units are `B`, `KiB`, `MiB` and `GiB`");
  CHECK(manifest::parse_memory_size("99999999999999 GiB").error() == "a 32-bit memory has 4 GiB at most");
}

TEST_CASE("link settings: a project without them has none", "[manifest][wasm]")
{
  CHECK(settings("").empty());
  CHECK(settings("[package.metadata.wasm]\ntarget = \"wasm32-wasip1\"\n").empty());
}

TEST_CASE("link settings: the strongest place wins, setting by setting", "[manifest][wasm]")
{
  CHECK(
      settings("[workspace.metadata.wasm.link]\nmax-memory = 65536\nstack-size = 16\nimport-memory = true\nexports = [\"a\", \"b\"]\n"
               "[package.metadata.wasm.link]\nmax-memory = \"1 MiB\"\nstack-size = 32\nimport-memory = false\n",
               "[wasm.link]\nmax-memory = 131072\nstack-size = \"64 B\"\n",
               {"wasm.link.max-memory=\"256 KiB\""}) ==
      "exports = a+b (workspace)\nimport-memory = false (package)\nmax-memory = 262144 (command line)\nstack-size = 64 (configuration)\n");
}

TEST_CASE("link settings: a value of another type is an error with its place", "[manifest][wasm]")
{
  CHECK(
      settings("[package.metadata.wasm.link]\nmax-memory = true\n") ==
      R"(error[CW0102]: `package.metadata.wasm.link.max-memory` must be a size: a number of bytes, or text such as "64 KiB" or "1 MiB", not a boolean
  --> /w/app/Cargo.toml:6:14
   |
 6 | max-memory = true
   |              ^^^^
)");
  CHECK(settings("[package.metadata.wasm.link]\nshared-memory = 1\n") ==
        R"(error[CW0102]: `package.metadata.wasm.link.shared-memory` must be `true` or `false`, not an integer
  --> /w/app/Cargo.toml:6:17
   |
 6 | shared-memory = 1
   |                 ^
)");
}

TEST_CASE("link settings: sizes that no memory has are refused with the next that could be", "[manifest][wasm]")
{
  CHECK(settings("[package.metadata.wasm.link]\nstack-size = 100\n") ==
        R"(error[CW0168]: `stack-size` cannot be `100`
  --> /w/app/Cargo.toml:6:14
   |
 6 | stack-size = 100
   |              ^^^
   = note: the stack must be a multiple of 16 bytes; 112 is the next
)");
  CHECK(settings("[package.metadata.wasm.link]\nmax-memory = \"5 GiB\"\n").find("a 32-bit memory has 4 GiB at most") != std::string::npos);
  CHECK(settings("[package.metadata.wasm.link]\nmax-memory = -65536\n").find("a size is a whole number of bytes") != std::string::npos);
  CHECK(settings("[package.metadata.wasm.link]\nmax-memory = 0\n").find("it must be more than nothing") != std::string::npos);
}

TEST_CASE("link settings: names that no symbol has, and settings that do not exist", "[manifest][wasm]")
{
  CHECK(settings("[package.metadata.wasm.link]\nexports = [\"a,b\"]\n").find("it is no symbol's name") != std::string::npos);
  CHECK(settings("", "[wasm.link]\nmax-memry = 1\n") ==
        R"(error[CW0169]: there is no link setting `max-memry`
   = note: it stands below `wasm.link` in the configuration
   = help: did you mean `max-memory`?
   = help: known are: `export-table`, `exports`, `import-memory`, `initial-memory`, `max-memory`, `shared-memory`, `stack-size`
)");
}
