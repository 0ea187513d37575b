// [package], unknown keys, lints and profiles.
#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/package_json.hpp>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

TEST_CASE("manifest: unknown keys are named with the nearest known one", "[manifest][warnings]")
{
  CHECK(warnings_of("licence = \"MIT\"\nbuild = false\n[dependencies]\nx = { version = \"1\", feature = [] }\n[net]\noffline = "
                    "true\n[package.metadata.anything]\na = 1\n") ==
        R"(warning[CW0130]: unknown key `package.licence` is ignored
  --> /p/Cargo.toml:5:1
   |
 5 | licence = "MIT"
   | ^^^^^^^
   = help: a key with a similar name exists: `license`
warning[CW0130]: unknown key `dependencies.x.feature` is ignored
  --> /p/Cargo.toml:8:22
   |
 8 | x = { version = "1", feature = [] }
   |                      ^^^^^^^
   = help: a key with a similar name exists: `features`
warning[CW0130]: unknown key `net` is ignored
  --> /p/Cargo.toml:9:2
   |
 9 | [net]
   |  ^^^
   = help: `[net]` belongs into `.cargo/config.toml`
)");
}

TEST_CASE("manifest: warnings are for one's own packages only", "[manifest][warnings]")
{
  FakeFilesystem fs{{"/p/Cargo.toml", k_package + "unknown = 1\n"}, {"/p/src/lib.rs", ""}};
  const auto manifest = manifest::read_manifest(fs, "/p/Cargo.toml", {});
  REQUIRE(manifest.has_value());
  CHECK((*manifest)->warnings.empty());
  CHECK((*manifest)->document == nullptr);
}

TEST_CASE("manifest: without an edition a package gets 2015 and is told so", "[manifest][package]")
{
  const ReadOneManifest plain("[package]\nname = \"p\"\nversion = \"0.1.0\"\n");
  CHECK(plain.manifest()->edition == manifest::Edition::e2015);
  CHECK(plain.warnings() == R"(warning[CW0133]: package `p` has no `edition` and gets 2015
  --> /p/Cargo.toml:2:8
   |
 2 | name = "p"
   |        ^^^
   = help: the newest edition is 2024
)");
  const ReadOneManifest old("[package]\nname = \"p\"\nversion = \"0.1.0\"\nrust-version = \"1.60\"\n");
  CHECK(old.warnings().find("edition 2021 is the newest that `rust-version` allows") != std::string::npos);
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nrust-version = \"1.20\"\n").warnings().empty());
}

TEST_CASE("manifest: a package without a version is 0.0.0 and cannot be published", "[manifest][package]")
{
  const auto manifest = ReadOneManifest("[package]\nname = \"p\"\nedition = \"2021\"\n").manifest();
  CHECK(spec::to_string(manifest->summary->id.version()) == "0.0.0");
  CHECK(manifest->info.publish == std::vector<std::string>{});
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nedition = \"2021\"\npublish = true\n").error() ==
        R"(error[CW0103]: `package.publish` needs `package.version`
  --> /p/Cargo.toml:4:11
   |
 4 | publish = true
   |           ^^^^
)");
}

TEST_CASE("manifest: values of the wrong kind are shown where they stand", "[manifest][package]")
{
  CHECK(ReadOneManifest("").error() == "error[CW0103]: the manifest has neither `[package]` nor `[workspace]`\n  --> /p/Cargo.toml:1:1\n");
  CHECK(ReadOneManifest("[package]\nversion = \"1.0.0\"\n").error() == R"(error[CW0103]: `package.name` is missing
  --> /p/Cargo.toml:1:1
   |
 1 | [package]
   | ^^^^^^^^^
)");
  CHECK(ReadOneManifest("[package]\nname = \"a b\"\n").error() ==
        R"(error[CW0104]: `a b` is not a valid package name: it contains ` `; letters, digits, `-` and `_` are allowed
  --> /p/Cargo.toml:2:8
   |
 2 | name = "a b"
   |        ^^^^^
)");
  CHECK(error_of("authors = \"me\"\n") == R"(error[CW0102]: `package.authors` must be an array of strings, not a string
  --> /p/Cargo.toml:5:11
   |
 5 | authors = "me"
   |           ^^^^
)");
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nedition = \"2020\"\n").error() == R"(error[CW0105]: `2020` is not an edition
  --> /p/Cargo.toml:3:11
   |
 3 | edition = "2020"
   |           ^^^^^^
   = help: editions are `2015`, `2018`, `2021` and `2024`
)");
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nedition = \"2024\"\nrust-version = \"1.70\"\n").error() ==
        R"(error[CW0105]: `rust-version` 1.70 is too old for edition 2024
  --> /p/Cargo.toml:3:11
   |
 3 | edition = "2024"
   |           ^^^^^^
   = help: edition 2024 needs Rust 1.85.0
)");
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nversion = \"1.0\"\n").error().starts_with("error[CW0260]: "));
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nrust-version = \"1.70-beta\"\n").error().starts_with("error[CW0262]: "));
  CHECK(error_of("resolver = \"4\"\n").starts_with("error[CW0164]: `4` is not a resolver version\n"));
  CHECK(error_of("metabuild = \"x\"\n").starts_with("error[CW0106]: `package.metabuild` is unstable and needs a nightly cargo\n"));
  CHECK(ReadOneManifest("cargo-features = [\"codegen-backend\"]\n" + k_package).error() ==
        R"(error[CW0106]: cargo feature `codegen-backend` is unstable and needs a nightly cargo
  --> /p/Cargo.toml:1:19
   |
 1 | cargo-features = ["codegen-backend"]
   |                   ^^^^^^^^^^^^^^^^^
)");
}

TEST_CASE("manifest: a workspace without a package takes no package sections", "[manifest][package]")
{
  CHECK(ReadOneManifest("[workspace]\nmembers = []\n[dependencies]\nx = \"1\"\n").error() ==
        R"(error[CW0107]: `dependencies` needs a `[package]`, and this manifest is a workspace only
  --> /p/Cargo.toml:3:2
   |
 3 | [dependencies]
   |  ^^^^^^^^^^^^
   = help: what members inherit stands in `[workspace.dependencies]`
)");
  CHECK(ReadOneManifest("[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n").manifest()->is_virtual);
  CHECK(
      error_of("workspace = \"..\"\n[workspace]\n").starts_with("error[CW0162]: `package.workspace` cannot stand beside `[workspace]`\n"));
  CHECK(error_of("[workspace.dependencies]\nx = { version = \"1\", optional = true }\n")
            .starts_with("error[CW0163]: `workspace.dependencies.x` cannot be optional\n"));
}

TEST_CASE("lints: flags are sorted by priority, then names backwards, and check-cfg follows", "[manifest][lints]")
{
  const auto manifest =
      ReadOneManifest(
          k_package +
          "[lints.rust]\nunused = \"warn\"\nunsafe_code = \"forbid\"\nunexpected_cfgs = { level = \"warn\", check-cfg = [\"cfg(a)\"] }\n"
          "[lints.clippy]\nall = { level = \"deny\", priority = -1 }\npedantic = \"allow\"\n[lints.cargo]\nx = \"warn\"\n")
          .manifest();
  CHECK(manifest->lints.rustc_flags == std::vector<std::string>{"--deny=clippy::all",
                                                                "--warn=unused",
                                                                "--forbid=unsafe_code",
                                                                "--warn=unexpected_cfgs",
                                                                "--allow=clippy::pedantic",
                                                                "--check-cfg",
                                                                "cfg(a)"});
}

TEST_CASE("lints: mistakes in the table are shown", "[manifest][lints]")
{
  CHECK(error_of("[lints.rust]\nunused = \"wran\"\n") == R"(error[CW0145]: `wran` is not a lint level
  --> /p/Cargo.toml:6:10
   |
 6 | unused = "wran"
   |          ^^^^^^
   = help: levels are `forbid`, `deny`, `warn` and `allow`
)");
  CHECK(error_of("[lints.rust]\n\"clippy::all\" = \"warn\"\n") == R"(error[CW0145]: `lints.rust.clippy::all` is not a lint name
  --> /p/Cargo.toml:6:1
   |
 6 | "clippy::all" = "warn"
   | ^^^^^^^^^^^^^
   = help: write `lints.clippy.all`
)");
  CHECK(error_of("[lints.rust]\nunused = { priority = 1 }\n").starts_with("error[CW0145]: `lints.rust.unused` has no level\n"));
  CHECK(warnings_of("[lints.rust]\nunused = { level = \"warn\", prio = 1 }\n").find("unknown key `lints.rust.unused.prio` is ignored") !=
        std::string::npos);
  CHECK(warnings_of("[lints.rsut]\nunused = \"warn\"\n").find("`rsut` is not a lint tool") != std::string::npos);
}

TEST_CASE("profiles: every setting is read, with one spelling for each debug level", "[manifest][profiles]")
{
  const auto manifest =
      ReadOneManifest(k_package + "[profile.small]\ninherits = \"release\"\nopt-level = \"z\"\nlto = \"fat\"\ncodegen-units = 1\ndebug = "
                                  "\"limited\"\npanic = \"abort\"\nstrip = true\n"
                                  "[profile.small.package.serde]\nopt-level = 3\n[profile.small.build-override]\nopt-level = "
                                  "0\n[profile.dev]\ndebug = \"line-tables-only\"\n")
          .manifest();
  const manifest::BuildProfileToml& small = manifest->profiles.at("small");
  CHECK(small.inherits == "release");
  CHECK(small.opt_level == "z");
  CHECK(*small.lto == std::variant<bool, std::string>("fat"));
  CHECK(small.codegen_units == 1U);
  CHECK(small.debug == "1");
  CHECK(*small.strip == std::variant<bool, std::string>(true));
  CHECK(small.package.at("serde").opt_level == "3");
  CHECK(small.build_override->opt_level == "0");
  CHECK(manifest->profiles.at("dev").debug == "line-tables-only");
}

TEST_CASE("profiles: what is laid over another profile wins, nested tables included", "[manifest][profiles]")
{
  manifest::BuildProfileToml base;
  base.opt_level = "1";
  base.panic = "abort";
  base.package["a"].opt_level = "1";
  manifest::BuildProfileToml over;
  over.opt_level = "3";
  over.package["a"].codegen_units = 4;
  over.package["b"].opt_level = "s";
  const manifest::BuildProfileToml merged = manifest::merge(base, over);
  CHECK(merged.opt_level == "3");
  CHECK(merged.panic == "abort");
  CHECK(merged.package.at("a").opt_level == "1");
  CHECK(merged.package.at("a").codegen_units == 4U);
  CHECK(merged.package.at("b").opt_level == "s");
}

TEST_CASE("profiles: settings that cannot be are refused", "[manifest][profiles]")
{
  CHECK(error_of("[profile.release]\nopt-level = \"3\"\n") == R"(error[CW0140]: `opt-level = "3"` is not an optimisation level
  --> /p/Cargo.toml:6:13
   |
 6 | opt-level = "3"
   |             ^^^
   = help: write `opt-level = 3` without quotes
)");
  CHECK(error_of("[profile.dev]\nlto = \"true\"\n").starts_with("error[CW0140]: `lto` of `profile.dev` cannot be a boolean in quotes\n"));
  CHECK(error_of("[profile.dev]\npanic = \"stop\"\n").starts_with("error[CW0140]: `panic = \"stop\"` is not a panic strategy\n"));
  CHECK(error_of("[profile.dev]\ndebug = 3\n").starts_with("error[CW0140]: `profile.dev.debug` is not a debug level\n"));
  CHECK(error_of("[profile.doc-all]\ndir-name = \"x\"\n").starts_with("error[CW0140]: `dir-name` of `profile.doc-all` cannot be set\n"));
  CHECK(error_of("[profile.\"a.b\"]\n").starts_with("error[CW0141]: `a.b` is not a valid profile name: it contains `.`"));
  CHECK(error_of("[profile.rustc]\n").starts_with("error[CW0141]: `rustc` is not a valid profile name: it is reserved\n"));
  CHECK(error_of("[profile.dev.package.x]\npanic = \"abort\"\n") == R"(error[CW0142]: `panic` cannot be set in `[profile.dev.package.x]`
  --> /p/Cargo.toml:6:1
   |
 6 | panic = "abort"
   | ^^^^^
   = note: overrides of single packages and of build dependencies may not change what holds for the whole program
)");
  CHECK(error_of("[profile.dev]\nrustflags = []\n")
            .starts_with("error[CW0106]: `rustflags` of `profile.dev` is unstable and needs a nightly cargo\n"));
  CHECK(warnings_of("[profile.dev]\nopt_level = 1\n") == R"(warning[CW0130]: unknown key `profile.dev.opt_level` is ignored
  --> /p/Cargo.toml:6:1
   |
 6 | opt_level = 1
   | ^^^^^^^^^
   = help: a key with a similar name exists: `opt-level`
)");
}

TEST_CASE("package json: fields and their order are cargo's", "[manifest][json]")
{
  const ReadOneManifest one(
      k_package +
      "license = \"MIT\"\n[dependencies]\nx = { version = \"1\", optional = true }\n[package.metadata.wasm]\nhost = \"browser\"\n");
  CHECK(
      manifest::package_to_json(*one.manifest()).dump() ==
      R"({"name":"p","version":"0.1.0","id":"path+file:///p#0.1.0","license":"MIT","license_file":null,"description":null,"source":null,)"
      R"("dependencies":[{"name":"x","source":"registry+https://github.com/rust-lang/crates.io-index","req":"^1","kind":null,"rename":null,"optional":true,)"
      R"("uses_default_features":true,"features":[],"target":null,"registry":null}],"targets":[{"kind":["lib"],"crate_types":["lib"],"name":"p",)"
      R"("src_path":"/p/src/lib.rs","edition":"2021","doc":true,"doctest":true,"test":true}],"features":{"x":["dep:x"]},"manifest_path":"/p/Cargo.toml",)"
      R"("metadata":{"wasm":{"host":"browser"}},"publish":null,"authors":[],"categories":[],"keywords":[],"readme":null,"repository":null,"homepage":null,)"
      R"("documentation":null,"edition":"2021","links":null,"default_run":null,"rust_version":null})");
}
