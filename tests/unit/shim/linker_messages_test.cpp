#include <cargo_wasm/shim/linker_messages.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm::shim;

namespace {

LinkerMessage one(std::string_view text)
{
  const auto messages = read_linker_messages(text);
  REQUIRE(messages.size() == 1);
  return messages.front();
}

} // namespace

TEST_CASE("an undefined symbol names the object that wants it, once however many relocations", "[shim][messages]")
{
  const std::string line = "rust-lld: error: /t/libfoo.rlib(foo.o): undefined symbol: host_log\n";
  const LinkerMessage seen = one(line + line + line);
  CHECK(seen.kind == MessageKind::undefined_symbol);
  CHECK(seen.is_error);
  CHECK(seen.subject == "host_log");
  CHECK(seen.file == "/t/libfoo.rlib(foo.o)");
  CHECK(seen.text == "/t/libfoo.rlib(foo.o): undefined symbol: host_log");
}

TEST_CASE("a signature mismatch is a warning with both types and both places", "[shim][messages]")
{
  const LinkerMessage seen = one("wasm-ld-19: warning: function signature mismatch: f\n"
                                 ">>> defined as (i64, i64) -> i64 in a b.o\n"
                                 ">>> defined as (i32) -> i32 in libx.rlib(m.o)\n");
  CHECK(seen.kind == MessageKind::signature_mismatch);
  CHECK_FALSE(seen.is_error);
  CHECK(seen.subject == "f");
  CHECK(seen.sides == std::vector<MessageSide>{{"(i64, i64) -> i64", "a b.o"}, {"(i32) -> i32", "libx.rlib(m.o)"}});
}

TEST_CASE("rustc's spelling from 1.97 on, without the word warning, is the same warning", "[shim][messages]")
{
  const std::string_view spelled =
      "rust-lld: function signature mismatch: f\n>>> defined as () -> void in a.o\n>>> defined as (i32) -> void in b.o\n";
  const LinkerMessage seen = one(spelled);
  CHECK(seen.kind == MessageKind::signature_mismatch);
  CHECK_FALSE(seen.is_error);
  CHECK(seen.sides.size() == 2);
}

TEST_CASE("every message of wasm-ld that is explained is recognised", "[shim][messages]")
{
  struct Row
  {
    std::string_view text;
    MessageKind kind;
    std::string_view subject;
  };
  const std::vector<Row> rows{
      {"duplicate symbol: f\n>>> defined in a.o\n>>> defined in b.o", MessageKind::duplicate_symbol, "f"},
      {"import module mismatch for symbol: close\n>>> defined as m in a.o\n>>> defined as env in b.o",
       MessageKind::import_module_mismatch,
       "close"},
      {"import name mismatch for symbol: g\n>>> defined as x in a.o\n>>> defined as y in b.o", MessageKind::import_name_mismatch, "g"},
      {"symbol type mismatch: s\n>>> defined as WASM_SYMBOL_TYPE_DATA in a.o\n>>> defined as WASM_SYMBOL_TYPE_FUNCTION in b.o",
       MessageKind::type_mismatch,
       "s"},
      {"Global type mismatch: v\n>>> defined as i32 in a.o\n>>> defined as i64 in b.o", MessageKind::type_mismatch, "v"},
      {"symbol exported via --export not found: run", MessageKind::missing_export, "run"},
      {"entry symbol not defined (pass --no-entry to suppress): _start", MessageKind::missing_entry, "_start"},
      {"unable to find library -lm from /x", MessageKind::missing_library, "m"},
      {"unknown argument: --frobnicate", MessageKind::unknown_argument, "--frobnicate"},
      {"unknown file type: notes.txt", MessageKind::unknown_file_type, "notes.txt"},
      {"initial memory too small, 1114112 bytes needed", MessageKind::memory_too_small, "1114112"},
      {"maximum memory too small, 1114112 bytes needed", MessageKind::memory_too_small, "1114112"},
      {"initial memory must be aligned to the page size (65536 bytes)", MessageKind::bad_memory_size, ""},
      {"maximum memory must be aligned to the page size (65536 bytes)", MessageKind::bad_memory_size, ""},
      {"Target feature 'atomics' used in a.o is disallowed by b.o. Use --no-check-features to suppress.",
       MessageKind::feature_mismatch,
       "atomics"},
      {"Target feature 'simd128' used by a.o is not allowed.", MessageKind::feature_mismatch, "simd128"},
      {"--shared-memory is disallowed by a.o because it was not compiled with 'atomics' or 'bulk-memory' features.",
       MessageKind::feature_mismatch,
       "atomics"},
      {"a.o: relocation R_WASM_MEMORY_ADDR_SLEB cannot be used against symbol x; recompile with -fPIC", MessageKind::bad_relocation, "x"},
      {"a.o: relocation R_WASM_MEMORY_ADDR_SLEB cannot be used against symbol `x`; recompile with -fPIC", MessageKind::bad_relocation, "x"},
      {"something new in LLVM 40", MessageKind::other, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const LinkerMessage seen = one("rust-lld: error: " + std::string(row.text) + "\n");
    CHECK(seen.kind == row.kind);
    CHECK(seen.subject == row.subject);
    CHECK(seen.is_error);
    CHECK(seen.text == row.text);
  }
}

TEST_CASE("text that is no linker's message is kept as it is, and a message is not swallowed by it", "[shim][messages]")
{
  const auto messages =
      read_linker_messages("a wrapper says: hello\r\n\nrust-lld: error: unknown argument: --x\nclang: note: error: here\n");
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].kind == MessageKind::other);
  CHECK_FALSE(messages[0].is_error);
  CHECK(messages[0].text == "a wrapper says: hello");
  CHECK(messages[1].kind == MessageKind::unknown_argument);
  CHECK(messages[2].text == "clang: note: error: here");
  CHECK(read_linker_messages("").empty());
}
