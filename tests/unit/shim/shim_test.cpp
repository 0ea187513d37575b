#include <algorithm>

#include <cargo_wasm/shim/response_file.hpp>
#include <cargo_wasm/shim/shim.hpp>

#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using Words = std::vector<std::string>;

namespace {

ShimRequest request()
{
  return {.linker = "/sysroot/bin/rust-lld",
          .report = "/project/target/app.link.json",
          .enforce = true,
          .own_flags = {"--allow-undefined"},
          .allowed = {},
          .settings = {},
          .expanded = {},
          .crates = {}};
}

/// A module with nothing in it, for links that succeed.
const std::string k_empty_module("\0asm\1\0\0\0", 8);

/// rustc 1.95's, shortened.
const Words k_old_rustc{
    "-flavor", "wasm", "--export", "run", "--allow-undefined", "--no-demangle", "app.o", "-o", "app.wasm", "--gc-sections"};

std::string render(const Error& error)
{
  return base::render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("rustc's own --allow-undefined is taken back, the user's behind the inputs stays and is recorded", "[shim]")
{
  const AdjustedArguments plain = adjust_arguments(k_old_rustc, request(), {});
  CHECK(plain.removed == Words{"--allow-undefined"});
  CHECK(plain.added == Words{"--error-limit=0"});
  CHECK(plain.arguments ==
        Words{"-flavor", "wasm", "--export", "run", "--no-demangle", "app.o", "-o", "app.wasm", "--gc-sections", "--error-limit=0"});
  CHECK_FALSE(plain.user_allows_undefined);

  for (const char* const escape :
       {"--allow-undefined", "--import-undefined", "--unresolved-symbols=ignore-all", "--warn-unresolved-symbols"}) {
    CAPTURE(escape);
    Words arguments = k_old_rustc;
    arguments.emplace_back(escape);
    const AdjustedArguments user = adjust_arguments(arguments, request(), {});
    CHECK(user.removed == Words{"--allow-undefined"});
    CHECK(std::ranges::count(user.arguments, escape) == 1);
    CHECK(user.user_allows_undefined);
  }
}

TEST_CASE("a rustc that passes nothing of the kind loses nothing", "[shim]")
{
  ShimRequest new_rustc = request();
  new_rustc.own_flags.clear();
  Words arguments = k_old_rustc;
  CHECK(adjust_arguments(arguments, new_rustc, {}).removed.empty());
  CHECK(adjust_arguments(arguments, new_rustc, {}).user_allows_undefined);
}

TEST_CASE("with the policy `report` the command line stays as it is", "[shim]")
{
  ShimRequest strict = request();
  strict.enforce = false;
  const AdjustedArguments same = adjust_arguments(k_old_rustc, strict, {});
  CHECK(same.arguments == k_old_rustc);
  CHECK(same.removed.empty());
  CHECK(same.added.empty());
}

TEST_CASE("a request survives the environment", "[shim]")
{
  ShimRequest with_all = request();
  with_all.allowed = {"host_log", "host_time"};
  with_all.enforce = false;
  CHECK(read_request(to_variables(with_all)).value() == with_all);
}

TEST_CASE("started by hand, the shim says who it is and what to start instead", "[shim]")
{
  CHECK(render(read_request({}).error()) ==
        "error[CW0801]: `CARGO_WASM_LINKER` is not set to an absolute path\n"
        "   = note: this is cargo-wasm under the name `wasm-ld`, which only a rustc that cargo-wasm started can use\n"
        "   = help: to link by hand, start the linker itself, e.g. `rust-lld -flavor wasm`\n");
  auto variables = to_variables(request());
  variables["CARGO_WASM_LINK_POLICY"] = "perhaps";
  CHECK(render(read_request(variables).error()) ==
        "error[CW0801]: `CARGO_WASM_LINK_POLICY` is neither `enforce` nor `report`\n"
        "   = note: this is cargo-wasm under the name `wasm-ld`, which only a rustc that cargo-wasm started can use\n");
}

TEST_CASE("the shim links with what a response file holds, reports, and gives the linker's exit code and text", "[shim]")
{
  test::TestEnv world{{"/project/linker-arguments", "-flavor wasm --allow-undefined app.o -o app.wasm"}};
  ShimRequest with_allowed = request();
  with_allowed.allowed = {"host_log"};
  world.vars = to_variables(with_allowed);
  world.vars["PATH"] = "/bin";
  const std::string said = "rust-lld: error: app.o: undefined symbol: host_time\n";
  world.process.on("rust-lld", {}, test::ScriptedRun{.out = "map\n", .err = said, .exit = {.status = 1}});

  CHECK(run_shim(world.env(), {"@linker-arguments"}).value() == 1);

  const auto commands = world.process.commands();
  REQUIRE(commands.size() == 1);
  CHECK(
      commands[0].args ==
      Words{"-flavor", "wasm", "app.o", "-o", "app.wasm", "--error-limit=0", "--allow-undefined-file=/project/target/app.link.json.allow"});
  CHECK(commands[0].env == base::EnvMap{{"PATH", "/bin"}});
  CHECK(world.fs.read("/project/target/app.link.json.allow").value() == "host_log\n");
  CHECK(world.reporter.err() == said);
  CHECK(world.reporter.out() == "map\n");

  const LinkReport report = parse_link_report(world.fs.read("/project/target/app.link.json").value()).value();
  CHECK(report.linker == "/sysroot/bin/rust-lld");
  CHECK(report.removed == Words{"--allow-undefined"});
  CHECK(report.allowed == Words{"host_log"});
  CHECK(report.exit == base::Exit{.status = 1});
  REQUIRE(report.messages.size() == 1);
  CHECK(report.messages[0].kind == MessageKind::undefined_symbol);
  CHECK(report.messages[0].subject == "host_time");
}

TEST_CASE("lld under its own name is told which linker to be when whoever starts the shim does not", "[shim]")
{
  test::TestEnv world;
  world.vars = to_variables(request());
  world.fs.add("/project/a.out", k_empty_module);
  world.process.on("rust-lld", {}, test::ScriptedRun{});
  CHECK(run_shim(world.env(), {"--no-entry", "app.o"}).value() == 0);
  CHECK(world.process.commands().back().args == Words{"-flavor", "wasm", "--no-entry", "app.o", "--error-limit=0"});

  ShimRequest other = request();
  other.linker = "/sysroot/bin/gcc-ld/wasm-ld";
  world.vars = to_variables(other);
  world.process.on("wasm-ld", {}, test::ScriptedRun{});
  CHECK(run_shim(world.env(), {"--no-entry", "app.o"}).value() == 0);
  CHECK(world.process.commands().back().args == Words{"--no-entry", "app.o", "--error-limit=0"});
}

TEST_CASE("a module that lacks its entry is refused although the linker was content", "[shim]")
{
  test::TestEnv world;
  world.vars = to_variables(request());
  world.fs.add("/project/a.out", k_empty_module);
  world.process.on("rust-lld", {}, test::ScriptedRun{});
  CHECK(run_shim(world.env(), {"app.o"}).value() == 1);
  const LinkReport report = parse_link_report(world.fs.read("/project/target/app.link.json").value()).value();
  CHECK(report.exit.success());
  CHECK(report.audit == std::vector<AuditFinding>{{AuditFinding::Kind::lost_entry, "_start", ""}});

  ShimRequest strict = request();
  strict.enforce = false;
  world.vars = to_variables(strict);
  CHECK(run_shim(world.env(), {"app.o"}).value() == 0);
}

TEST_CASE("a linker that dies of a signal gives 128 and its number, and the report says which", "[shim]")
{
  test::TestEnv world;
  world.vars = to_variables(request());
  world.process.on("rust-lld", {}, test::ScriptedRun{{}, {}, {.signal = 11}});
  CHECK(run_shim(world.env(), {"app.o"}).value() == 139);
  CHECK(parse_link_report(world.fs.read("/project/target/app.link.json").value()).value().exit.signal == 11);
}

TEST_CASE("a linker that is not there is an error that names it", "[shim]")
{
  test::TestEnv world;
  world.vars = to_variables(request());
  const auto outcome = run_shim(world.env(), {"app.o"});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().id == "CW0010");
  CHECK(outcome.error().message.find("/sysroot/bin/rust-lld") != std::string::npos);
}

TEST_CASE("a command line that the system would refuse goes into a response file, the flavor before it", "[shim]")
{
  test::TestEnv world;
  world.vars = to_variables(request());
  world.fs.add("/project/a.out", k_empty_module);
  world.process.on("rust-lld", {}, test::ScriptedRun{});
  Words arguments{"-flavor", "wasm", "--no-entry"};
  for (int i = 0; i < 30'000; ++i) {
    arguments.push_back("/a/directory with blank/object \"" + std::to_string(i) + "\".o");
  }
  CHECK(run_shim(world.env(), arguments).value() == 0);
  const auto seen = world.process.commands().front().args;
  REQUIRE(seen == Words{"-flavor", "wasm", "@/project/target/app.link.json.args"});
  Words read_back = split_response_file(world.fs.read("/project/target/app.link.json.args").value(), Quoting::gnu);
  CHECK(read_back.back() == "--error-limit=0");
  read_back.pop_back();
  CHECK(read_back == Words(arguments.begin() + 2, arguments.end()));
}

TEST_CASE("a wall of messages is cut after the twentieth, their lines of detail not counted", "[shim]")
{
  std::string wall;
  for (int i = 0; i < 25; ++i) {
    wall += "rust-lld: error: duplicate symbol: f\n>>> defined in a.o\n>>> defined in b.o\n\n";
  }
  const std::string shown = shorten_messages(wall);
  CHECK(std::ranges::count(shown, '>') == 20 * 6);
  CHECK(shown.ends_with("\n… and 5 messages more\n"));
  CHECK(shorten_messages("one\ntwo\n") == "one\ntwo\n");
  CHECK(shorten_messages("no newline") == "no newline");
  CHECK(shorten_messages("").empty());
}

TEST_CASE("a link report reads back as it was written, and one that is damaged says so", "[shim]")
{
  LinkReport report;
  report.linker = "/l";
  report.arguments = {"a\xff"};
  report.removed = {"r"};
  report.added = {"x"};
  report.user_allows_undefined = true;
  report.allowed = {"f"};
  report.exit = {.status = 1};
  report.messages = read_linker_messages("l/wasm-ld: warning: function signature mismatch: f\n>>> defined as a in b\n");
  report.signature_conflicts = {{"f", "() -> void", "a.o", {{"(i32) -> void", "b.o", "run", true}}}};
  report.imports = {{"env", "g", "function", "() -> void", true, "b.o", {"run", "h"}, "exported"}};
  report.audit = {{AuditFinding::Kind::lost_import, "env.g", ""}, {AuditFinding::Kind::memory_limits, "initial memory", "less"}};
  report.import_collisions = {{"close", {{"host", "/a.rs"}}, "libc.a(close.o)"}};
  LinkReport expected = report;
  expected.arguments = {"a\xef\xbf\xbd"};
  CHECK(parse_link_report(to_json(report)).value() == expected);
  for (const char* const damaged : {"", "{", "[]", "{\"version\":2}", "{\"version\":1}", "{\"version\":1,\"linker\":3}"}) {
    CAPTURE(damaged);
    const auto seen = parse_link_report(damaged);
    REQUIRE_FALSE(seen);
    CHECK(seen.error().id == "CW0802");
  }
}
