#include <cargo_wasm/exec/script_output.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

ScriptContext context()
{
  ScriptContext out;
  out.package_display = "foo v0.1.0 (/ws/foo)";
  out.package.library_crate_name = "foo";
  out.package.bins = {"tool"};
  out.out_dir_then = out.out_dir_now = "/ws/target/out";
  return out;
}

ScriptOutput parse(std::string_view text, const ScriptContext& with = context())
{
  auto parsed = parse_script_output(text, with);
  REQUIRE(parsed);
  return *parsed;
}

std::string failure(std::string_view text, const ScriptContext& with = context())
{
  const auto parsed = parse_script_output(text, with);
  REQUIRE_FALSE(parsed);
  return base::render(parsed.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("script output: every directive in the old and the new syntax", "[exec][script]")
{
  for (const std::string prefix : {"cargo:", "cargo::"}) {
    std::string text;
    for (const char* directive : {"rustc-link-lib=static=z",
                                  "rustc-link-search=native=/usr/lib",
                                  "rustc-flags=-l m -L/opt/lib",
                                  "rustc-cfg=has_x",
                                  "rustc-check-cfg=cfg(has_x)",
                                  "rustc-env=KEY=a=b",
                                  "rustc-link-arg=-s",
                                  "rustc-link-arg-bins=-b",
                                  "rustc-link-arg-bin=tool=-t",
                                  "rerun-if-changed=build.rs",
                                  "rerun-if-env-changed=CC",
                                  "warning=careful  "}) {
      text += prefix + directive + "\n";
    }
    const ScriptOutput out = parse(text);
    CHECK(out.library_links == std::vector<std::string>{"static=z", "m"});
    CHECK(out.library_paths == std::vector<LibraryPath>{{"native=/usr/lib", false}, {"/opt/lib", false}});
    CHECK(out.cfgs == std::vector<std::string>{"has_x"});
    CHECK(out.check_cfgs == std::vector<std::string>{"cfg(has_x)"});
    CHECK(out.env == std::vector<std::pair<std::string, std::string>>{{"KEY", "a=b"}});
    CHECK(out.link_args == std::vector<LinkArgument>{{"all", "-s"}, {"bins", "-b"}, {"bin=tool", "-t"}});
    CHECK(out.rerun_if_changed == std::vector<std::string>{"build.rs"});
    CHECK(out.rerun_if_env_changed == std::vector<std::string>{"CC"});
    CHECK(out.messages == std::vector<ScriptMessage>{{ScriptMessage::Severity::warning, "careful"}});
  }
}

TEST_CASE("script output: an unknown key is metadata with one colon and an error with two", "[exec][script]")
{
  CHECK(parse("cargo:root=/x\n").metadata == std::vector<std::pair<std::string, std::string>>{{"root", "/x"}});
  CHECK(parse("cargo::metadata=root=/x\n").metadata == std::vector<std::pair<std::string, std::string>>{{"root", "/x"}});
  // `error` is new: with one colon it has always been metadata.
  CHECK(parse("cargo:error=x\n").metadata == std::vector<std::pair<std::string, std::string>>{{"error", "x"}});
  CHECK(parse("cargo::error=x\n").has_errors());
  CHECK(failure("cargo::root=/x\n") ==
        "error[CW0641]: the build script of `foo v0.1.0 (/ws/foo)` printed an unknown instruction `root`\n"
        "   = note: the line is `cargo::root=/x`\n"
        "   = note: https://doc.rust-lang.org/cargo/reference/build-scripts.html#outputs-of-the-build-script lists the "
        "instructions\n");
}

TEST_CASE("script output: other lines and bytes that are no text are skipped", "[exec][script]")
{
  CHECK(parse("hello\n\xff cargo:rustc-cfg=a\n  cargo:rustc-cfg=b  \r\nCargo:rustc-cfg=c") == parse("cargo:rustc-cfg=b"));
}

TEST_CASE("script output: an instruction without = is an error", "[exec][script]")
{
  CHECK(
      failure("cargo::rustc-cfg\n")
          .starts_with("error[CW0640]: the build script of `foo v0.1.0 (/ws/foo)` printed an instruction without `=`: `cargo::rustc-cfg`\n"
                       "   = note: an instruction reads `cargo::KEY=VALUE`\n"));
  CHECK(failure("cargo:key\n").starts_with("error[CW0640]"));
}

TEST_CASE("script output: paths in OUT_DIR move with it and are marked", "[exec][script]")
{
  ScriptContext moved = context();
  moved.out_dir_now = "/new/target/out";
  const ScriptOutput out = parse("cargo:rustc-link-search=native=/ws/target/out/lib\ncargo:include=/ws/target/out/include", moved);
  CHECK(out.library_paths == std::vector<LibraryPath>{{"native=/new/target/out/lib", true}});
  CHECK(out.metadata[0].second == "/new/target/out/include");
}

TEST_CASE("script output: link arguments need a target they can apply to", "[exec][script]")
{
  CHECK(failure("cargo:rustc-link-arg-tests=-x") ==
        "error[CW0642]: the build script of `foo v0.1.0 (/ws/foo)` printed `cargo:rustc-link-arg-tests`, but the package has no "
        "test target\n");
  CHECK(failure("cargo:rustc-link-arg-bin=other=-x").starts_with("error[CW0642]"));
  // A cdylib argument without a cdylib is tolerated, as cargo does since 1.50.
  const ScriptOutput out = parse("cargo:rustc-link-arg-cdylib=-x");
  CHECK(out.link_args == std::vector<LinkArgument>{{"cdylib", "-x"}});
  CHECK(out.messages.size() == 1);
}

TEST_CASE("script output: rustc-flags takes only -l and -L", "[exec][script]")
{
  CHECK(failure("cargo:rustc-flags=-lz -O") == "error[CW0643]: the build script of `foo v0.1.0 (/ws/foo)` may only give `-l` and "
                                               "`-L` in `rustc-flags`, but gave `-lz -O`\n");
  CHECK(failure("cargo:rustc-flags=-l").starts_with("error[CW0643]"));
}

TEST_CASE("script output: RUSTC_BOOTSTRAP is refused unless the caller set it", "[exec][script]")
{
  CHECK(failure("cargo:rustc-env=RUSTC_BOOTSTRAP=1").starts_with("error[CW0644]"));
  ScriptContext allowed = context();
  allowed.rustc_bootstrap = "bar,foo";
  const ScriptOutput out = parse("cargo:rustc-env=RUSTC_BOOTSTRAP=1", allowed);
  CHECK(out.env.empty());
  CHECK(out.messages.size() == 1);
}

TEST_CASE("script output: two colons need rust-version 1.77", "[exec][script]")
{
  ScriptContext old = context();
  old.minimum_rust_version = "1.76";
  CHECK(failure("cargo::rustc-cfg=x", old) ==
        "error[CW0645]: the build script of `foo v0.1.0 (/ws/foo)` uses the `cargo::` syntax, which its `rust-version` 1.76 does "
        "not know\n"
        "   = note: compilers before 1.77.0 ignore `cargo::` instructions\n"
        "   = help: write `cargo:rustc-cfg=x`, with one colon\n");
  old.minimum_rust_version = "1.77";
  CHECK(parse("cargo::rustc-cfg=x", old).cfgs.size() == 1);
}
