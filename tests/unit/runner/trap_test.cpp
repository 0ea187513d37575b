#include <cargo_wasm/runner/trap.hpp>

#include <cargo_wasm/runner/bindgen_suite.hpp>

#include "support/catch.hpp"
#include "support/fake_filesystem.hpp"
#include "support/wasm_builder.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using runner::Trap;
using runner::TrapFrame;

TEST_CASE("Node's report of a trap", "[runner][trap]")
{
  const auto text = runner::split_trap("words\n"
                                       "error: app.wasm trapped: RuntimeError: unreachable\n"
                                       "    at app.wasm.abort (wasm://wasm/app.wasm-0110459a:wasm-function[684]:0x44854)\n"
                                       "    at wasm://wasm/0110459a:wasm-function[12]:0x2d\n"
                                       "    at WASI.start (node:wasi:136:7)\n");
  CHECK(text.before == "words\n");
  REQUIRE(text.trap);
  CHECK(text.trap->reason == "unreachable");
  const std::vector<TrapFrame> expected = {{"app.wasm.abort", 684, 0x44854, false}, {"", 12, 0x2d, false}};
  CHECK(text.trap->frames == expected);
}

TEST_CASE("Firefox's frames", "[runner][trap]")
{
  const auto text = runner::split_trap("RuntimeError: index out of bounds\nrun@http://127.0.0.1:1/app.wasm:wasm-function[5]:0x1f\n");
  REQUIRE(text.trap);
  CHECK(text.trap->reason == "index out of bounds");
  CHECK(text.trap->frames == std::vector<TrapFrame>{{"run", 5, 0x1f, false}});
}

TEST_CASE("wasmtime's report of a trap", "[runner][trap]")
{
  const auto text = runner::split_trap("thread 'main' panicked at src/main.rs:1:2:\nno\n"
                                       "Error: failed to run main module `app.wasm`\n\n"
                                       "Caused by:\n"
                                       "    0: failed to invoke command default\n"
                                       "    1: error while executing at wasm backtrace:\n"
                                       "           0: 0x44854 - app.wasm!abort\n"
                                       "           1:   0x2d - <unknown>!<wasm function 12>\n"
                                       "                    at /p/src/main.rs:1:2\n"
                                       "    2: wasm trap: wasm `unreachable` instruction executed\n");
  CHECK(text.before == "thread 'main' panicked at src/main.rs:1:2:\nno\n");
  REQUIRE(text.trap);
  CHECK(text.trap->reason == "wasm `unreachable` instruction executed");
  const std::vector<TrapFrame> expected = {{"abort", std::nullopt, 0x44854, false}, {"", 12, 0x2d, false}};
  CHECK(text.trap->frames == expected);
}

TEST_CASE("wazero's report of a trap counts from the code section", "[runner][trap]")
{
  const auto text =
      runner::split_trap("error instantiating wasm binary: module[app.wasm] function[_start] failed: wasm error: unreachable\n"
                         "wasm stack trace:\n"
                         "\tapp.wasm._RNvCs5fGHjzWXRav_7___rustc18___rust_start_panic(i32,i32) i32\n"
                         "\t\t0x39fe5: /rustc/58/library/panic_abort/src/lib.rs:50:5 (inlined)\n"
                         "\t\t         /rustc/58/library/core/src/x.rs:1:2\n"
                         "\t.$12()\n");
  REQUIRE(text.trap);
  CHECK(text.trap->reason == "unreachable");
  const std::vector<TrapFrame> expected = {{"app.wasm._RNvCs5fGHjzWXRav_7___rustc18___rust_start_panic", std::nullopt, 0x39fe5, true},
                                           {"", 12, std::nullopt, false}};
  CHECK(text.trap->frames == expected);
}

TEST_CASE("wasmi tells the reason alone, and text without a trap is left as it is", "[runner][trap]")
{
  const auto wasmi = runner::split_trap("Error: failed during execution of _start: wasm `unreachable` instruction executed\n");
  REQUIRE(wasmi.trap);
  CHECK(wasmi.trap->reason == "wasm `unreachable` instruction executed");
  CHECK(wasmi.trap->frames.empty());
  const auto none = runner::split_trap("error: RuntimeError: is only a word here\nat 0: x");
  CHECK(!none.trap);
  CHECK(none.before == "error: RuntimeError: is only a word here\nat 0: x");
}

namespace {

/// Two functions of two bytes each; a name section when asked for.
std::string two_functions(bool named)
{
  std::vector<std::string> parts = {section(1, vec({func_type({}, {})})),
                                    section(3, vec({leb(0), leb(0)})),
                                    section(10, vec({sized(bytes({0, 0x0b})), sized(bytes({0, 0x0b}))}))};
  if (named) {
    const auto names = vec({leb(0) + sized("_RNvCs5fGHjzWXRav_3app5parse"), leb(1) + sized("main")});
    parts.push_back(custom("name", bytes({1}) + sized(names)));
  }
  return wasm_module(parts);
}

} // namespace

TEST_CASE("frames lead to functions by index and by offset, with names from a sibling that has the same code", "[runner][trap]")
{
  FakeFilesystem fs{{"/stripped.wasm", two_functions(false)}, {"/named.wasm", two_functions(true)}};
  const runner::TrapSymbols stripped(fs, "/stripped.wasm", {});
  CHECK(stripped.resolve({"", 1, std::nullopt, false}).front().function == "function 1");
  const runner::TrapSymbols symbols(fs, "/stripped.wasm", {"/absent.wasm", "/named.wasm"});
  CHECK(symbols.resolve({"", 0, std::nullopt, false}).front().function == "app::parse");
  CHECK(symbols.resolve({"whatever", std::nullopt, 3, true}).front().function == "app::parse");
  CHECK(symbols.resolve({"", std::nullopt, 6, true}).front().function == "main");
  CHECK(symbols.resolve({"", std::nullopt, 4096, true}).front().function == "unknown");
  CHECK(!symbols.has_lines());
}

TEST_CASE("a sibling with other code is not believed", "[runner][trap]")
{
  std::string other = two_functions(true);
  other.replace(other.find(bytes({2, 0, 0x0b, 2, 0, 0x0b})), 6, bytes({2, 0, 0x0b, 2, 0, 0x00}));
  FakeFilesystem fs{{"/stripped.wasm", two_functions(false)}, {"/named.wasm", other}};
  CHECK(runner::TrapSymbols(fs, "/stripped.wasm", {"/named.wasm"}).resolve({"", 0, std::nullopt, false}).front().function == "function 0");
}

TEST_CASE("a suite of wasm-bindgen-test is known by its exports", "[runner][bindgen]")
{
  const auto suite = [](std::string name) {
    const std::string bytes_of = wasm_module({section(1, vec({func_type({}, {})})),
                                              section(3, vec({leb(0)})),
                                              section(7, vec({sized(name) + bytes({0, 0})})),
                                              section(10, vec({sized(bytes({0, 0x0b}))}))});
    const base::Path path("suite.wasm");
    const auto module = wasm::Module::read(wasm::Source(path, bytes_of));
    REQUIRE(module);
    return runner::is_bindgen_suite(*module);
  };
  CHECK(suite("__wbgt_app::adds"));
  CHECK(!suite("main"));
}

TEST_CASE("functions marked #[test] leave the name of what libtest calls for each", "[runner][bindgen]")
{
  CHECK(runner::has_libtest_tests("_ZN4test18assert_test_result17h0123456789abcdefE"));
  CHECK(runner::has_libtest_tests("_RINvCs1_4test18assert_test_resultuEB2_"));
  CHECK(!runner::has_libtest_tests("_ZN17wasm_bindgen_test4__rt7Context3run17h0123456789abcdefE"));
}

TEST_CASE("a backtrace leaves out how a panic ends and how a program begins", "[runner][trap]")
{
  const auto frames = [](std::vector<std::string> names) {
    std::vector<runner::SourceFrame> list;
    for (auto& name : names) {
      list.push_back({std::move(name), "", 0, 0});
    }
    return list;
  };
  const auto all = frames({"abort",
                           "__rustc::rust_panic",
                           "std::panicking::panic_with_hook",
                           "core::panicking::panic_fmt",
                           "core::result::unwrap_failed",
                           "app::run",
                           "<fn() as core::ops::function::FnOnce<()>>::call_once",
                           "std::sys::backtrace::__rust_begin_short_backtrace",
                           "main"});
  CHECK(runner::concerning(all, false) == frames({"core::result::unwrap_failed", "app::run"}));
  CHECK(runner::concerning(all, true) == all);
  CHECK(runner::concerning(frames({"abort", "std::process::abort", "std::alloc::rust_oom", "app::run"}), false) == frames({"app::run"}));
  CHECK(runner::concerning(frames({"app::run", "std::rt::lang_start::<()>::{closure#0}", "_start"}), false) == frames({"app::run"}));
  CHECK(runner::concerning(frames({"app::run", "main"}), false) == frames({"app::run", "main"}));
}
