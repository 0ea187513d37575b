#include <support/catch.hpp>

#include <cargo_wasm/link/ledger.hpp>
#include <cargo_wasm/link/ledger_text.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "failed_link.hpp"
#include "ledger_key.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

/// The link of failed_link.hpp, but one that succeeded and imports something.
struct LinkWithImports : FailedLink
{
  LinkWithImports()
  {
    graph.workspace_root = "/project";
    graph.target_directory = "/project/target";
    graph.cargo_home = "/home";
    graph.actions[k_logger].package_root = "/home/registry/logger-1.0.0";
    graph.actions[k_app].package_root = "/project";
    for (plan::ActionTemplate& action : graph.actions) {
      action.identity = action.label.package_name;
    }
    graph.actions[k_app].inputs.push_back(
        {plan::TemplateInput::Kind::toolchain, "/rust", "x86_64-unknown-linux-gnu,wasm32-unknown-unknown"});
    world.fs.add("/project/target/deps/app.wasm", std::string("\0asm\1\0\0\0", 8));
    source(k_app, "pub fn run() {}\n");
    source(k_logger, "");
    world.process.on("rustc", {"app", "--print=target-libdir"}, {.out = "/rust/lib\n", .err = {}, .exit = {}});
  }

  void imports(const std::string& module, const std::string& field, const std::string& object)
  {
    shim::LinkedImport import;
    import.module = module;
    import.field = field;
    import.kind = "function";
    import.type = "() -> void";
    import.is_declared = module != "env";
    import.object = object;
    import.root = "exported";
    import.path = {"run", "_ZN6logger3log17h0123456789abcdefE"};
    report.imports.push_back(import);
  }

  link::Ledger ledger(const std::string& inputs = "these inputs")
  {
    world.fs.add(k_report, shim::to_json(report));
    exec::InspectedAction action = failed();
    action.inputs_of = [inputs](plan::ActionIndex) { return std::optional(base::digest_of(inputs)); };
    return link::ledger_of(action, "/cache/ledgers").value();
  }

  shim::LinkReport report;
};

constexpr const char* k_merged_object = "/project/target/deps/app.app.77-cgu.0.rcgu.o";
constexpr const char* k_logger_object = "/project/target/deps/liblogger-1a.rlib(logger.77-cgu.0.rcgu.o)";

} // namespace

TEST_CASE("import ledger: a place is relative to its package, and is found again", "[link]")
{
  LinkWithImports link;
  link.source(FailedLink::k_logger, "#[link(wasm_import_module = \"host\")]\nextern \"C\" { fn host_log(); }\n");
  link.imports("host", "host_log", k_logger_object);
  const auto ledger = link.ledger();
  REQUIRE(ledger.imports.size() == 1);
  const link::LedgerEntry& entry = ledger.imports.front();
  CHECK(entry.where == link::LedgerPlace{"logger@1.0.0", "src/lib.rs", 2, 17});
  CHECK(entry.path == std::vector<std::string>{"run", "logger::log"});
  const auto span = link::span_of(link.env, link.graph, *entry.where);
  REQUIRE(span);
  CHECK(span->file == "/home/registry/logger-1.0.0/src/lib.rs");
  CHECK(span->length == 8);
}

TEST_CASE("import ledger: places outside of the package have a name for their directory", "[link]")
{
  LinkWithImports link;
  plan::ActionTemplate& app = link.graph.actions[FailedLink::k_app];
  app.package_root = "/project/app";
  app.out_dir = "/project/target/build/app-1/out";
  const auto named = [&](const char* file) {
    base::TextSpan span;
    span.file = file;
    return link::place_of(link.graph, app, span).file;
  };
  CHECK(named("/project/app/src/lib.rs") == "src/lib.rs");
  CHECK(named("/project/target/build/app-1/out/made.rs") == "$OUT_DIR/made.rs");
  CHECK(named("/project/target/other.rs") == "$TARGET/other.rs");
  CHECK(named("/project/shared.rs") == "$WORKSPACE/shared.rs");
  CHECK(named("/home/registry/x/src/lib.rs") == "$CARGO_HOME/registry/x/src/lib.rs");
  CHECK(named("/elsewhere/secret/x.rs") == "…/x.rs");
}

TEST_CASE("import ledger: what is kept is read, and rustc is not asked again", "[link]")
{
  LinkWithImports link;
  link.source(FailedLink::k_app, "#[link(wasm_import_module = \"host\")]\nextern \"C\" { fn host_log(); }\n");
  link.imports("host", "host_log", k_merged_object);
  const auto first = link.ledger();
  const std::size_t asked = link.world.process.commands().size();
  CHECK(link.ledger().imports == first.imports);
  CHECK(link.world.process.commands().size() == asked);
  CHECK(link.world.fs.read("/project/target/deps/app.imports.json").value().find("/project") == std::string::npos);
  static_cast<void>(link.ledger("other inputs"));
  CHECK(link.world.process.commands().size() > asked);
}

TEST_CASE("import ledger: another checkout takes what it finds in the cache, if that is whole", "[link]")
{
  LinkWithImports link;
  link.source(FailedLink::k_app, "#[link(wasm_import_module = \"host\")]\nextern \"C\" { fn host_log(); }\n");
  link.imports("host", "host_log", k_merged_object);
  const auto first = link.ledger();
  const std::string kept = link.world.fs.read("/project/target/deps/app.imports.json").value();
  const std::size_t asked = link.world.process.commands().size();
  link.world.fs.add("/project/target/deps/app.imports.key", "of another key");
  CHECK(link.ledger().imports == first.imports);
  CHECK(link.world.process.commands().size() == asked);
  const auto entries = link.world.fs.list("/cache/ledgers").value();
  REQUIRE(entries.size() == 1);
  for (const auto& entry : entries) {
    link.world.fs.add("/cache/ledgers/" + entry.name, kept.substr(0, kept.size() / 2));
  }
  link.world.fs.add("/project/target/deps/app.imports.json", "{}");
  CHECK(link.ledger().imports == first.imports);
  CHECK(link.world.process.commands().size() > asked);
}

TEST_CASE("import ledger: a crate that cannot be expanded is told of, and nothing is kept", "[link]")
{
  LinkWithImports link;
  const std::string file = "/project/src/lib.rs";
  link.world.fs.add(file, "extern \"C\" { fn host_log(); }\n");
  link.world.process.on("rustc", {"app", "-Zunpretty=expanded"}, {.out = {}, .err = "error: no\n", .exit = {.status = 1}});
  link.imports("host", "host_log", k_merged_object);
  CHECK(link.ledger().imports.front().package.empty());
  CHECK(!link.world.fs.exists("/project/target/deps/app.imports.json"));
}

TEST_CASE("import ledger: C code is its build script's package's", "[link]")
{
  LinkWithImports link;
  link.imports("host", "host_log", "/project/target/build/native-sys-2b/out/libnative.a(a.o)");
  const auto ledger = link.ledger();
  CHECK(link::shown_crate(ledger.imports.front()) == "native-sys v2.0.0");
  CHECK(link::ledger_text(link.env, link.graph, ledger, {}, false) == R"(target/deps/app.wasm: 1 import
  host.host_log  () -> void
    declared by `a.o` of `libnative.a`, which the build script of `native-sys v2.0.0` made
    alive through `run`, which is exported
      → `logger::log`
    unknown host
)");
}

TEST_CASE("import ledger: all crates that declare an import are named, the first by name leads", "[link]")
{
  LinkWithImports link;
  const std::string text = "#[link(wasm_import_module = \"host\")]\nextern \"C\" { fn host_log(); }\n";
  link.source(FailedLink::k_app, text);
  link.source(FailedLink::k_logger, text);
  for (const char* object : {k_merged_object, k_logger_object}) {
    link.report.imports.clear();
    link.imports("host", "host_log", object);
    const auto ledger = link.ledger(object);
    CHECK(ledger.imports.front().package == "app");
    CHECK(ledger.imports.front().also == std::vector<std::string>{"logger v1.0.0"});
  }
}

TEST_CASE("import ledger: a long way is cut in the middle, and shown whole when asked", "[link]")
{
  LinkWithImports link;
  link.imports("host", "host_log", "/project/target/build/native-sys-2b/out/libnative.a(a.o)");
  link.report.imports.front().path = {"run", "a", "b", "c", "d", "e", "f"};
  const auto ledger = link.ledger();
  const std::string text = link::ledger_text(link.env, link.graph, ledger, {}, false);
  CHECK(text.find("      → `a`\n      … 2 functions, which -v shows\n      → `d`\n      → `e`\n      → `f`\n") != std::string::npos);
  CHECK(link::ledger_text(link.env, link.graph, ledger, {}, true).find("      → `b`\n      → `c`\n") != std::string::npos);
}

TEST_CASE("import ledger: a kept file that was cut is none", "[link]")
{
  LinkWithImports link;
  link.imports("host", "host_log", "lonely.o");
  const std::string whole = link::ledger_file_text(link.ledger());
  REQUIRE(link::parse_ledger_file(whole));
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
    CHECK(!link::parse_ledger_file(std::string_view(whole).substr(0, size)));
  }
}
