#include <cargo_wasm/shim/link_model.hpp>

#include "object_builder.hpp"
#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::Object;
using Words = std::vector<std::string>;

namespace {

/// A link with one exported entry `run`.
LinkerOptions exports_run()
{
  return read_linker_options({"--no-entry", "--export=run"});
}

bool is_live(const LinkModel& model, std::string_view name)
{
  const ModelSymbol* const symbol = model.find(name);
  return symbol != nullptr && symbol->is_live;
}

/// "run <- f <- …" from a symbol's live user back to what keeps it.
std::string path(const LinkModel& model, std::string_view name)
{
  const auto users = model.live_users(*model.find(name));
  std::string text(name);
  if (!users.empty()) {
    for (const ChunkRef chunk : model.path_to_root(users.front())) {
      text += " <- " + std::string(model.name_of(chunk));
    }
  }
  return text;
}

} // namespace

TEST_CASE("a name that only dead code wants is dead, and one on a path from an export is alive", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run", {"helper"}).function("helper", {"host_log"}).function("unused", {"host_time"}));
  model.finish();
  CHECK(is_live(model, "host_log"));
  CHECK_FALSE(is_live(model, "host_time"));
  CHECK_FALSE(is_live(model, "unused"));
  CHECK(path(model, "host_log") == "host_log <- helper <- run");
  CHECK(model.live_users(*model.find("host_time")).empty());
}

TEST_CASE("of an archive only members that somebody wants take part, also through other members", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_lazy(Object("lib.a(c.o)").function("c"));
  model.add_object(Object("app.o").function("run", {"a"}));
  model.add_lazy(Object("lib.a(a.o)").function("a", {"c"}));
  model.add_lazy(Object("lib.a(b.o)").function("b", {"missing"}));
  model.finish();
  CHECK(model.takes_part(0));
  CHECK(model.takes_part(2));
  CHECK_FALSE(model.takes_part(3));
  CHECK(is_live(model, "c"));
  CHECK_FALSE(is_live(model, "missing"));
}

TEST_CASE("a weak wish extracts nothing", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run", {"maybe"}).undefined("maybe", "() -> void", wasm::k_symbol_weak));
  model.add_lazy(Object("lib.a(m.o)").function("maybe"));
  model.finish();
  CHECK_FALSE(model.takes_part(1));
  CHECK(model.find("maybe")->definition.is_none());
}

TEST_CASE("entry, exports and -u pull members out of archives, --export-if-defined does not", "[shim][model]")
{
  const LinkerOptions options = read_linker_options({"--entry=start", "--export=out", "-u", "forced", "--export-if-defined=if"});
  LinkModel model(options);
  for (const char* const name : {"start", "out", "forced", "if"}) {
    model.add_lazy(Object(name).function(name));
  }
  model.finish();
  CHECK(model.takes_part(0));
  CHECK(model.takes_part(1));
  CHECK(model.takes_part(2));
  CHECK_FALSE(model.takes_part(3));
  CHECK(is_live(model, "start"));
  CHECK(is_live(model, "out"));
  CHECK(is_live(model, "forced"));
}

TEST_CASE("a strong definition wins over a weak one, of two weak ones the first", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("1.o").function("f", {}, wasm::k_symbol_weak).function("g", {}, wasm::k_symbol_weak));
  model.add_object(Object("2.o").function("f").function("g", {}, wasm::k_symbol_weak));
  model.add_object(Object("app.o").function("run", {"f", "g"}));
  model.finish();
  CHECK(model.find("f")->definition.object == 1);
  CHECK(model.find("g")->definition.object == 0);
}

TEST_CASE("of COMDAT groups of one name the first counts, and the others' members are wishes", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("1.o").function("f", {"first"}).comdat("group", "f"));
  model.add_object(Object("2.o").function("f", {"second"}).comdat("group", "f"));
  model.add_object(Object("app.o").function("run", {"f"}));
  model.finish();
  CHECK(is_live(model, "first"));
  CHECK_FALSE(is_live(model, "second"));
}

TEST_CASE("constructors live with their object: at once on the command line, in an archive when something of it does", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run", {"used"}).function("app_init", {"host_a"}).constructor("app_init"));
  model.add_object(Object("other.o").function("other_init", {"host_b"}).constructor("other_init"));
  model.add_lazy(Object("lib.a(used.o)").function("used").function("used_init", {"host_c"}).constructor("used_init"));
  model.add_lazy(Object("lib.a(not.o)").function("not").function("not_init", {"host_d"}).constructor("not_init"));
  model.finish();
  CHECK(is_live(model, "host_a"));
  CHECK(is_live(model, "host_b"));
  CHECK(is_live(model, "host_c"));
  CHECK_FALSE(is_live(model, "host_d"));
}

TEST_CASE("a member that takes part but of which nothing is alive does not run its constructors", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run").function("unused", {"lib"}));
  model.add_lazy(Object("lib.a(lib.o)").function("lib").function("init", {"host"}).constructor("init"));
  model.finish();
  CHECK(model.takes_part(1));
  CHECK_FALSE(is_live(model, "host"));
}

TEST_CASE("data keeps what it points to, and retained segments keep themselves", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run", {"table"}).data("table", {"callback"}).function("callback", {"host_a"}));
  model.add_object(Object("kept.o").data("note", {"host_b"}).retained("note"));
  model.finish();
  CHECK(path(model, "host_a") == "host_a <- callback <- table <- run");
  CHECK(is_live(model, "host_b"));
}

TEST_CASE("--no-gc-sections keeps everything that takes part", "[shim][model]")
{
  const LinkerOptions options = read_linker_options({"--no-entry", "--export=run", "--no-gc-sections"});
  LinkModel model(options);
  model.add_object(Object("app.o").function("run").function("unused", {"host"}));
  model.add_lazy(Object("lib.a(x.o)").function("x", {"other"}));
  model.finish();
  CHECK(is_live(model, "host"));
  CHECK_FALSE(is_live(model, "other"));
}

TEST_CASE("symbols flagged as exported or not to be stripped are roots, hidden ones only by name", "[shim][model]")
{
  const LinkerOptions options = read_linker_options({"--no-entry", "--export-dynamic"});
  LinkModel model(options);
  model.add_object(Object("app.o")
                       .function("flagged", {"a"}, wasm::k_symbol_exported | wasm::k_symbol_hidden)
                       .function("kept", {"b"}, wasm::k_symbol_no_strip | wasm::k_symbol_hidden)
                       .function("dynamic", {"c"})
                       .function("hidden", {"d"}, wasm::k_symbol_hidden)
                       .function("local", {"e"}, wasm::k_symbol_local));
  model.finish();
  CHECK(is_live(model, "a"));
  CHECK(is_live(model, "b"));
  CHECK(is_live(model, "c"));
  CHECK_FALSE(is_live(model, "d"));
  CHECK_FALSE(is_live(model, "e"));
}

TEST_CASE("local symbols of one name in two objects are two things", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("1.o").function("local", {"a"}, wasm::k_symbol_local));
  model.add_object(Object("2.o").function("local", {"b"}, wasm::k_symbol_local).function("run", {"local"}));
  model.finish();
  CHECK_FALSE(is_live(model, "a"));
  CHECK(is_live(model, "b"));
}

TEST_CASE("what the linker defines itself is known as such", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  model.add_object(Object("app.o").function("run", {"__wasm_call_ctors", "__start_notes", "_start_"}));
  model.finish();
  CHECK(model.find("__wasm_call_ctors")->is_provided_by_linker);
  CHECK(model.find("__start_notes")->is_provided_by_linker);
  CHECK_FALSE(model.find("_start_")->is_provided_by_linker);
}

TEST_CASE("a chain of a hundred thousand members is followed without a deep stack", "[shim][model]")
{
  const LinkerOptions options = exports_run();
  LinkModel model(options);
  constexpr int k_length = 100'000;
  for (int i = 0; i < k_length; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    model.add_lazy(Object("m" + std::to_string(i)).function("f" + std::to_string(i), {next.c_str()}));
  }
  model.add_object(Object("app.o").function("run", {"f0"}));
  model.finish();
  CHECK(is_live(model, "f" + std::to_string(k_length)));
}

TEST_CASE("libc's destructors are alive in a command whose constructors nobody calls", "[shim][model]")
{
  const auto is_alive = [](const Object& app, const std::vector<std::string>& arguments) {
    const LinkerOptions options = read_linker_options(arguments);
    LinkModel model(options);
    model.add_object(app);
    model.add_lazy(Object("libc.a(dtors.o)").function("__wasm_call_dtors", {"flush"}).function("flush"));
    model.finish();
    return model.takes_part(1) && model.is_live({1, 1});
  };
  const Object library = Object("app.o").function("run");
  CHECK(is_alive(library, {"--no-entry", "--export=run"}));
  CHECK_FALSE(is_alive(library, {"--no-entry", "--export=run", "--export=__wasm_call_ctors"}));
  CHECK_FALSE(is_alive(library, {"--shared", "--export=run"}));
  CHECK_FALSE(
      is_alive(Object("app.o").undefined("__wasm_call_ctors").function("run", {"__wasm_call_ctors"}), {"--no-entry", "--export=run"}));
}
