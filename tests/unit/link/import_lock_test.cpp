#include <support/catch.hpp>

#include <cargo_wasm/link/import_lock.hpp>

#include <support/test_env.hpp>

#include "locked_imports.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

link::LedgerEntry import_of(const std::string& module, const std::string& field, const std::string& type, const std::string& crate)
{
  link::LedgerEntry entry;
  entry.module = module;
  entry.field = field;
  entry.kind = "function";
  entry.type = type;
  entry.package = crate;
  entry.version = crate == "std" ? "" : "1.0.0";
  return entry;
}

link::Ledger ledger_with(std::vector<link::LedgerEntry> imports)
{
  link::Ledger ledger;
  ledger.module = "/project/target/app.wasm";
  ledger.artifact = {"app", "0.1.0", "app", "bin", "wasm32-wasip1", {"default"}};
  ledger.imports = std::move(imports);
  return ledger;
}

std::string lock_text(const link::Ledger& ledger)
{
  link::ImportLock lock;
  link::update_import_lock(lock, ledger);
  return link::to_text(lock);
}

std::vector<std::string> differences(const std::string& lock, const link::Ledger& ledger)
{
  TestEnv world;
  std::vector<std::string> codes;
  for (const Error& error : link::compare_imports(world.env(), {}, link::parse_import_lock("wasm-imports.lock", lock).value(), ledger)) {
    codes.push_back(error.id);
  }
  return codes;
}

using Codes = std::vector<std::string>;

} // namespace

TEST_CASE("import lock: a later version of an interface within the range is the same import", "[link]")
{
  CHECK(link::module_range("wasi:io/streams@0.2.6") == "wasi:io/streams@^0.2");
  CHECK(link::module_range("wasi:io/streams@0.2.12") == "wasi:io/streams@^0.2");
  CHECK(link::module_range("ours:thing/log@2.1.0") == "ours:thing/log@^2");
  CHECK(link::module_range("wasi:io/streams@0.3.0-rc-2026-03-15") == "wasi:io/streams@=0.3.0-rc-2026-03-15");
  CHECK(link::module_range("ours:thing/log@0.0.3") == "ours:thing/log@=0.0.3");
  CHECK(link::module_range("wasi_snapshot_preview1") == "wasi_snapshot_preview1");
  CHECK(link::is_in_range("wasi:io/streams@^0.2", "wasi:io/streams@0.2.12"));
  CHECK(!link::is_in_range("wasi:io/streams@^0.2", "wasi:io/streams@0.3.0"));
  CHECK(!link::is_in_range("wasi:io/streams@^0.2", "wasi:io/poll@0.2.6"));
  CHECK(!link::is_in_range("wasi:io/streams@nonsense", "wasi:io/streams@0.2.6"));
}

TEST_CASE("import lock: what was written is what is read, whatever stands in a name", "[link]")
{
  const auto ledger = ledger_with({import_of("a\"b\\c\n", "f", "(i32) -> void", "x"), import_of("env", "g", "() -> void", "")});
  const std::string text = lock_text(ledger);
  CHECK(text.find(R"(  { module = "a\"b\\c\u000a", field = "f", type = "(i32) -> void", crate = "x" },
  { module = "env", field = "g", type = "() -> void" },
)") != std::string::npos);
  CHECK(link::to_text(link::parse_import_lock("wasm-imports.lock", text).value()) == text);
  CHECK(differences(text, ledger).empty());
}

TEST_CASE("import lock: appeared, disappeared and changed have a code each, a crate alone has none", "[link]")
{
  const std::string text = lock_text(ledger_with(
      {import_of("m", "gone", "() -> void", "x"), import_of("m", "kept", "() -> void", "x"), import_of("m", "typed", "() -> void", "x")}));
  CHECK(differences(text,
                    ledger_with({import_of("m", "kept", "() -> void", "somebody-else"),
                                 import_of("m", "new", "() -> void", "x"),
                                 import_of("m", "typed", "() -> i32", "x")})) == Codes{"CW0920", "CW0921", "CW0922"});
}

TEST_CASE("import lock: an entry holds for one artifact, target and set of features", "[link]")
{
  const auto ledger = ledger_with({});
  link::ImportLock lock;
  link::update_import_lock(lock, ledger);
  auto other = ledger;
  other.artifact.version = "9.9.9";
  CHECK(lock.find(other.artifact) != nullptr);
  other.artifact.features = {};
  CHECK(differences(link::to_text(lock), other) == Codes{"CW0923"});
  link::update_import_lock(lock, other);
  CHECK(lock.artifacts.size() == 2);
  link::update_import_lock(lock, other);
  CHECK(lock.artifacts.size() == 2);
}

TEST_CASE("import lock: a range that was narrowed by hand stays while it fits", "[link]")
{
  auto ledger = ledger_with({import_of("wasi:io/poll@0.2.12", "poll", "(i32) -> void", "std")});
  std::string text = lock_text(ledger);
  text.replace(text.find("@^0.2"), 5, "@^0.2.9");
  link::ImportLock lock = link::parse_import_lock("wasm-imports.lock", text).value();
  link::update_import_lock(lock, ledger);
  CHECK(link::to_text(lock) == text);
  ledger.imports.front().module = "wasi:io/poll@0.2.6";
  CHECK(differences(text, ledger) == Codes{"CW0920", "CW0921"});
  link::update_import_lock(lock, ledger);
  CHECK(link::to_text(lock).find("@^0.2\"") != std::string::npos);
}

TEST_CASE("import lock: a component imports interfaces, each of whoever uses it within", "[link]")
{
  auto ledger = ledger_with({import_of("ours:thing/log@1.0.0", "write", "(i32, i32) -> void", "logger")});
  ledger.is_component = true;
  ledger.interfaces = {"ours:thing/log@1.0.0", "wasi:cli/exit@0.2.6"};
  CHECK(lock_text(ledger).ends_with(R"(imports = [
  { module = "ours:thing/log@^1", type = "interface", crate = "logger" },
  { module = "wasi:cli/exit@^0.2", type = "interface", crate = "std" },
]
)"));
}

TEST_CASE("import lock: a file of another form is refused where it differs", "[link]")
{
  const auto told = [](const std::string& text) {
    const auto lock = link::parse_import_lock("wasm-imports.lock", text);
    return lock ? std::string() : base::render(lock.error(), base::Severity::error, false);
  };
  CHECK(told("version = 2\n") == R"(error[CW0924]: `version` must be 1
  --> wasm-imports.lock:1:11
   |
 1 | version = 2
   |           ^
   = help: `cargo-wasm imports --write-lock` writes the file anew when it was removed
)");
  CHECK(told("version = 1\nartifact = [1]\n").starts_with("error[CW0924]: a table is expected here"));
  CHECK(told("version = 1\n[[artifact]]\npackage = \"a\"\n").starts_with("error[CW0924]: `name` must be a string"));
  CHECK(told("version = 1\n").empty());
}
