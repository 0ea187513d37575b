#include <cargo_wasm/runner/host_runner.hpp>

#include "commands.hpp"
#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using runner::ProgramRequest;

namespace {

ProgramRequest request()
{
  ProgramRequest request;
  request.module = "/p/target/app.wasm";
  request.arguments = {"--exact", "tests::a"};
  request.env = {{"CARGO_PKG_NAME", "app"}, {"HOME", "/home/u"}, {"EMPTY", ""}, {"odd-name", "x"}};
  request.own_variables = {"CARGO_PKG_NAME", "EMPTY"};
  request.directories = {{"/p", "."}, {"/data", "/data"}, {"/other", "/here"}};
  request.cwd = "/p";
  return request;
}

std::string command_line(std::string_view host, const ProgramRequest& what)
{
  const runner::HostRunner* const found = runner::runner_of_host(host);
  REQUIRE(found != nullptr);
  base::Command command = runner::host_command(*found, base::Path("/bin") / std::string(found->programs.front()), what);
  CHECK(command.env == what.env);
  CHECK(command.cwd == "/p");
  return base::to_shell_string(command);
}

} // namespace

TEST_CASE("each runtime gets module, directories, variables and arguments in its own way", "[runner][hosts]")
{
  CHECK(command_line("wasmtime", request()) ==
        "/bin/wasmtime run --dir /p::. --dir /data::/data --dir /other::/here --env CARGO_PKG_NAME --env EMPTY --env HOME -- "
        "/p/target/app.wasm --exact tests::a");
  CHECK(command_line("wazero", request()) ==
        "/bin/wazero run -env-inherit -mount=/p:. -mount=/data:/data -mount=/other:/here /p/target/app.wasm -- --exact tests::a");
  // A directory has no other name there, and only what is meant for the program stands on the command line.
  CHECK(command_line("wasmi", request()) ==
        "/bin/wasmi run --dir . --dir /data --env CARGO_PKG_NAME=app /p/target/app.wasm --exact tests::a");
  CHECK(command_line("wasm3", request()) == "/bin/wasm3 /p/target/app.wasm --exact tests::a");
}

TEST_CASE("Node gets our script, what it opens, and who reads a trap", "[runner][hosts]")
{
  ProgramRequest what = request();
  what.driver_program = "/bin/cargo-wasm";
  what.siblings = {"/p/target/named.wasm"};
  const runner::HostRunner* const node = runner::runner_of_host("node");
  const base::Command command = runner::host_command(*node, "/bin/node", what);
  const std::vector<std::string> expected = {"--no-warnings",
                                             "--eval",
                                             std::string(runner::k_node_wasi_script),
                                             "--",
                                             "/p/target/app.wasm",
                                             ".\n/p\n/data\n/data\n/here\n/other\n",
                                             "/bin/cargo-wasm\nmodule\ntrace\n/p/target/app.wasm\n--names\n/p/target/named.wasm",
                                             "--exact",
                                             "tests::a"};
  CHECK(command.args == expected);
}

TEST_CASE("memory is limited where the runtime has an option for it", "[runner][hosts]")
{
  ProgramRequest what = request();
  what.memory_bytes = 64ULL << 20U;
  CHECK(command_line("wasmtime", what).find("run -W max-memory-size=67108864") != std::string::npos);
  CHECK(runner::host_command(*runner::runner_of_host("node"), "/bin/node", what).args[1] == "--wasm-max-mem-pages=1024");
  for (const runner::HostRunner& runner : runner::host_runners()) {
    ProgramRequest without = what;
    without.memory_bytes.reset();
    const bool differs = runner::host_command(runner, "x", what).args != runner::host_command(runner, "x", without).args;
    CHECK(differs == runner.limits_memory);
  }
}

TEST_CASE("a page in a browser is opened by this program", "[runner][hosts]")
{
  ProgramRequest what = request();
  what.own_program = "/bin/cargo-wasm";
  CHECK(base::to_shell_string(runner::host_command(*runner::runner_of_host("chrome@140"), "/bin/chromium", what)) ==
        "/bin/cargo-wasm module browse /p/target/app.wasm -- --exact tests::a");
  what.bindings = "/p/target/bindgen/app";
  what.chromium = "/opt/my \"chromium\"";
  what.memory_bytes = 65536;
  const std::vector<std::string> expected = {"module",
                                             "browse",
                                             "/p/target/app.wasm",
                                             "--bindings",
                                             "/p/target/bindgen/app",
                                             "--config",
                                             "wasm.tools.chromium=\"/opt/my \\\"chromium\\\"\"",
                                             "--max-memory",
                                             "65536",
                                             "--",
                                             "--exact",
                                             "tests::a"};
  CHECK(runner::host_command(*runner::runner_of_host("browser"), "/bin/chromium", what).args == expected);
}

TEST_CASE("hosts lead to their runner by name and version, others to none", "[runner][hosts]")
{
  CHECK(runner::runner_of_host("node22")->id == "node");
  CHECK(runner::runner_of_host("wasmtime@40")->id == "wasmtime");
  CHECK(runner::runner_of_host("embedded")->id == "wasmi");
  CHECK(runner::runner_of_host("cloudflare") == nullptr);
  CHECK(runner::runner_of_host("") == nullptr);
}

TEST_CASE("a missing runtime is named with how to get it", "[runner][hosts]")
{
  test::TestEnv env;
  env.vars = {{"PATH", "/usr/bin"}};
  const auto result = runner::find_host_program(env.env(), *runner::runner_of_host("wazero"), "/bin/cargo-wasm");
  REQUIRE(!result);
  CHECK(base::exit_code_of(result.error().blame) == 3);
  CHECK(base::render(result.error(), base::Severity::error, false) ==
        "error[CW0930]: host `wazero` is not on this machine: no `wazero` on PATH\n"
        "   = help: `go install github.com/tetratelabs/wazero/cmd/wazero@latest` builds it\n");
}

TEST_CASE("a host takes the targets that it can start", "[runner][hosts]")
{
  const auto takes = [](std::string_view host, std::string_view triple) {
    return runner::takes_target(*runner::runner_of_host(host), triple);
  };
  CHECK(takes("wasmtime", "wasm32-wasip2"));
  CHECK(takes("wasmtime", "wasm32-wasip1-threads"));
  CHECK(!takes("wasmi", "wasm32-wasip1-threads"));
  CHECK(takes("wazero", "wasm32-wasip1"));
  CHECK(!takes("wazero", "wasm32-wasip2"));
  CHECK(!takes("node", "wasm32-unknown-unknown"));
  CHECK(!takes("node", "x86_64-unknown-linux-gnu"));
}

TEST_CASE("sizes are read with their units", "[runner][hosts]")
{
  CHECK(runner::parse_bytes("65536") == 65536);
  CHECK(runner::parse_bytes("64KiB") == 65536);
  CHECK(runner::parse_bytes("2 MiB") == 2097152);
  CHECK(runner::parse_bytes("1g") == 1073741824);
  CHECK(!runner::parse_bytes("0"));
  CHECK(!runner::parse_bytes("-1"));
  CHECK(!runner::parse_bytes("64 miles"));
  CHECK(!runner::parse_bytes("99999999999999G"));
}
