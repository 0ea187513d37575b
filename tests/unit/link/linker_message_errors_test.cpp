#include "linker_message_errors.hpp"

#include <support/catch.hpp>

#include "failed_link.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// What is said of a linker's stderr.
std::string told(FailedLink& link, const std::string& text, const std::vector<std::string>& arguments = {})
{
  shim::LinkReport report;
  report.linker = "/rust/bin/rust-lld";
  report.arguments = arguments;
  report.messages = shim::read_linker_messages(text);
  const exec::InspectedAction failed = link.failed();
  link::DeclarationFinder finder(failed);
  std::string all;
  for (const Error& error : link::explain_linker_messages(failed, report, finder)) {
    all += base::render(error, base::Severity::error, false);
  }
  return all;
}

} // namespace

TEST_CASE("linker messages: what is said twice of one thing is told once", "[link]")
{
  FailedLink link;
  const std::string text = told(link,
                                "rust-lld: error: --shared-memory is disallowed by a.o because it was not compiled with 'atomics' or "
                                "'bulk-memory' features.\n"
                                "rust-lld: error: --shared-memory is disallowed by b.o because it was not compiled with 'atomics' or "
                                "'bulk-memory' features.\n"
                                "rust-lld: error: 'atomics' feature must be used in order to use shared memory\n");
  CHECK(text.find("error[CW0833]: shared memory needs code that was compiled with `atomics` and `bulk-memory`") == 0);
  CHECK(text.find("error[", 1) == std::string::npos);
}

TEST_CASE("linker messages: two inputs that disagree on a feature are told with the linker's words", "[link]")
{
  FailedLink link;
  CHECK(told(link, "wasm-ld: error: Target feature 'atomics' used in a.o is disallowed by b.o. Use --no-check-features to suppress.\n") ==
        R"(error[CW0833]: objects of this link do not agree on the target feature `atomics`
   = note: forbidden by `b.o`
   = note: others use it, the standard library perhaps among them
   = help: compile both with the same features: `-C target-feature` for Rust, `-m…` and `-mno-…` for clang
)");
}

TEST_CASE("linker messages: two globals, tags or tables of one name are told with their types", "[link]")
{
  FailedLink link;
  CHECK(told(link, "wasm-ld: error: Global type mismatch: g\n>>> defined as i32 in a.o\n>>> defined as i64 in b.o\n") ==
        R"(error[CW0826]: the global `g` has two types
   = note: `i32` to `a.o`
   = note: `i64` to `b.o`
   = help: make the declaration say what the definition does: `fn` for a function, `static` for a variable
)");
}

TEST_CASE("linker messages: a library that two build scripts link is recognized by its members", "[link]")
{
  FailedLink link;
  const std::string text = told(link,
                                "wasm-ld: error: duplicate symbol: malloc\n"
                                ">>> defined in /project/target/build/native-sys-2b/out/libc.a(malloc.o)\n"
                                ">>> defined in /opt/libc.a(malloc.o)\n");
  CHECK(text.find("= help: one library is linked twice") != std::string::npos);
}

TEST_CASE("linker messages: an object for the build machine is recognized by its first bytes", "[link]")
{
  FailedLink link;
  link.world.fs.add("/project/target/build/native-sys-2b/out/a.o",
                    "\x7f"
                    "ELF\2\1\1");
  CHECK(told(link, "wasm-ld: error: unknown file type: /project/target/build/native-sys-2b/out/a.o\n")
            .find("= note: it is an object for Linux (ELF), not for WebAssembly") != std::string::npos);
}

TEST_CASE("linker messages: warnings, and what is not known, are left to the linker's own words", "[link]")
{
  FailedLink link;
  CHECK(told(link, "wasm-ld: warning: duplicate symbol: a\nwasm-ld: error: something new\n").empty());
}
