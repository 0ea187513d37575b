#include <support/catch.hpp>

#include <cargo_wasm/shim/link_report.hpp>

#include "failed_link.hpp"
#include "undefined_symbol_errors.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

constexpr const char* k_app_object = "/project/target/deps/app.app.77-cgu.0.rcgu.o";
constexpr const char* k_logger_object = "/project/target/deps/liblogger-1a.rlib(logger.77-cgu.0.rcgu.o)";

std::string told(FailedLink& link, const std::vector<std::pair<std::string, std::string>>& symbols_and_files)
{
  shim::LinkReport report;
  for (const auto& [symbol, file] : symbols_and_files) {
    shim::LinkerMessage message;
    message.kind = shim::MessageKind::undefined_symbol;
    message.subject = symbol;
    message.file = file;
    report.messages.push_back(message);
  }
  std::string text;
  const exec::InspectedAction failed = link.failed();
  link::DeclarationFinder finder(failed);
  for (const Error& error : link::explain_undefined_symbols(failed, report, finder)) {
    text += base::render(error, base::Severity::error, false);
  }
  return text;
}

} // namespace

TEST_CASE("undefined symbols: a function of one's own crate is shown where it is declared, with what to write", "[link]")
{
  FailedLink link;
  link.source(FailedLink::k_app, "extern \"C\" {\n    fn host_log(p: *const u8);\n}\n");
  link.source(FailedLink::k_logger, "");
  CHECK(told(link, {{"host_log", k_app_object}, {"host_log", k_logger_object}}) ==
        R"(error[CW0820]: nobody defines the function `host_log`, which crate `app v1.0.0` declares
  --> src/lib.rs:2:8
   |
 2 |     fn host_log(p: *const u8);
   |        ^^^^^^^^ declared here
   = note: rustc before 1.96 made it an import from module `env` in silence (`--allow-undefined`), later ones do not
   = help: if the host provides it, say from which module: `#[link(wasm_import_module = "env")]` on the `extern` block (src/lib.rs:1:1)
   = help: or list it in Cargo.toml: `[package.metadata.wasm.imports]` `allow = ["env::host_log"]`
   = help: if a library defines it, that library is missing: a build script of `app` names it with `cargo::rustc-link-lib`
)");
}

TEST_CASE("undefined symbols: a dependency's function is shown in its file, and the entry comes first", "[link]")
{
  FailedLink link;
  link.source(FailedLink::k_app, "pub fn run() {}\n");
  link.source(FailedLink::k_logger, "extern \"C\" { fn host_log(); }\n");
  CHECK(told(link, {{"host_log", k_app_object}}) ==
        R"(error[CW0820]: nobody defines the function `host_log`, which crate `logger v1.0.0` declares
  --> /home/registry/logger-1.0.0/src/lib.rs:1:17
   |
 1 | extern "C" { fn host_log(); }
   |                 ^^^^^^^^ declared here
   = note: rustc before 1.96 made it an import from module `env` in silence (`--allow-undefined`), later ones do not
   = help: if the host provides it, list it in your Cargo.toml: `[package.metadata.wasm.imports]` `allow = ["env::host_log"]`; the crate itself lacks `#[link(wasm_import_module = "env")]` on its `extern` block
   = help: if a library defines it, that library is missing: a build script of `logger` names it with `cargo::rustc-link-lib`
)");
}

TEST_CASE("undefined symbols: crates that do not contain the name are not expanded", "[link]")
{
  FailedLink link;
  link.source(FailedLink::k_app, "extern \"C\" { fn host_log(); }\n");
  link.source(FailedLink::k_logger, "extern \"C\" { fn other(); }\n");
  CHECK(!told(link, {{"host_log", k_app_object}}).empty());
  CHECK(link.world.process.command_lines().size() == 2);
}

TEST_CASE("undefined symbols: what C wants is told by its object, and no crate is read for it", "[link]")
{
  FailedLink link;
  CHECK(told(link, {{"missing", "/project/target/build/native-sys-2b/out/libnative.a(a.o)"}}) ==
        R"(error[CW0820]: nobody defines `missing`
   = note: wanted by `a.o` of `libnative.a`, which the build script of `native-sys v2.0.0` made
   = help: if a library defines it, that library is missing from the link, or was compiled for another target
   = help: if the host provides it, declare it so where it is declared, in C with `__attribute__((import_module("env"), import_name("…")))`
)");
  CHECK(link.world.process.commands().empty());
}

TEST_CASE("undefined symbols: beyond ten they are listed by name", "[link]")
{
  FailedLink link;
  std::vector<std::pair<std::string, std::string>> symbols;
  for (int i = 10; i < 22; ++i) {
    symbols.emplace_back("f" + std::to_string(i), "lonely.o");
  }
  const std::string text = told(link, symbols);
  CHECK(text.find("nobody defines `f19`") != std::string::npos);
  CHECK(text.find("error[CW0820]: nobody defines 2 symbols more: `f20`, `f21`\n   = help: `-v` tells of each\n") != std::string::npos);
}

TEST_CASE("undefined symbols: functions of one block are one error, at the block, with every place for programs", "[link]")
{
  FailedLink link;
  link.source(FailedLink::k_app, "extern \"C\" {\n    fn host_log();\n    fn add(a: i32);\n    fn host_time();\n}\n");
  link.source(FailedLink::k_logger, "");
  CHECK(told(link, {{"host_time", k_app_object}, {"host_log", k_app_object}}) ==
        R"(error[CW0820]: nobody defines 2 functions, which crate `app v1.0.0` declares in one place
  --> src/lib.rs:1:1
   |
 1 | extern "C" {
   | ^^^^^^^^^^^^ declared here
   = note: `host_log` (line 2), `host_time` (line 4)
   = note: rustc before 1.96 made them imports from module `env` in silence (`--allow-undefined`), later ones do not
   = help: if the host provides them, say from which module: `#[link(wasm_import_module = "env")]` on the `extern` block; it would hold for `add` as well, so give them a block of their own if a library defines the rest (`cargo-wasm fix --imports` does)
   = help: or list them in Cargo.toml: `[package.metadata.wasm.imports]` `allow = ["env::host_log", "env::host_time"]`
   = help: if a library defines them, that library is missing: a build script of `app` names it with `cargo::rustc-link-lib`
)");
}

TEST_CASE("undefined symbols: what libc for WASI keeps in a library of its own is told with that library's name", "[link]")
{
  FailedLink link;
  CHECK(told(link, {{"getpid", "/project/target/build/native-sys-2b/out/libnative.a(0123456789abcdef-a.o)"}}) ==
        R"(error[CW0820]: nobody defines `getpid`
   = note: wanted by `a.o` of `libnative.a`, which the build script of `native-sys v2.0.0` made
   = note: libc for WASI has it in a library of its own, which only imitates it and does not come with rustc
   = help: take that library from wasi-sdk or a package `wasi-libc`: `cargo::rustc-link-lib=wasi-emulated-getpid` and `cargo::rustc-link-search=native=DIRECTORY` in the build script
)");
}
