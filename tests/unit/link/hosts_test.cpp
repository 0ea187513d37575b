#include <support/catch.hpp>

#include <cargo_wasm/link/hosts.hpp>

#include <support/test_env.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

link::LedgerEntry import_of(const std::string& module, const std::string& field)
{
  link::LedgerEntry entry;
  entry.module = module;
  entry.field = field;
  return entry;
}

std::vector<link::Host> our_hosts()
{
  const TestEnv world;
  return link::load_hosts(world.fs, "/nowhere").value();
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("hosts: every file of ours is read, and has its evidence", "[link]")
{
  for (const link::Host& host : our_hosts()) {
    CAPTURE(host.id);
    CHECK(!host.evidence.empty());
  }
}

TEST_CASE("hosts: a function of WASI preview 1 is provided by those that have it", "[link]")
{
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "fd_write")) == Names{"node:wasi", "wasmi", "wasmtime", "wazero"});
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "proc_raise")) == Names{"node:wasi", "wasmi", "wasmtime"});
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "fd_teleport")).empty());
}

TEST_CASE("hosts: of an interface the version counts", "[link]")
{
  CHECK(link::hosts_of(our_hosts(), import_of("wasi:io/streams@0.2.6", "x")) == Names{"wasmtime"});
  CHECK(link::hosts_of(our_hosts(), import_of("wasi:io/streams@0.2.99", "x")).empty());
  CHECK(link::hosts_of(our_hosts(), import_of("wasi:io/streams@0.3.0-rc-2026-03-15", "x")).empty());
  CHECK(link::hosts_of(our_hosts(), import_of("fastly:compute/acl", "x")) == Names{"Fastly Compute"});
}

TEST_CASE("hosts: what the project lists is its host's, and nothing else of `env` is anybody's", "[link]")
{
  link::LedgerEntry entry = import_of("env", "host_log");
  CHECK(link::hosts_of(our_hosts(), entry).empty());
  entry.is_allowed = true;
  CHECK(link::hosts_of(our_hosts(), entry) == Names{"the host of this project"});
}

TEST_CASE("hosts: a file of the user joins ours, and one of the same name replaces it", "[link]")
{
  const std::string imports = "\n[[import]]\nmodules = [\"app-host\", \"wasi_snapshot_preview1\"]\nfields = [\"log_*\", \"fd_write\"]\n";
  const TestEnv world{{"/h/hosts/ours.toml", "name = \"ours\"\n" + imports}, {"/h/hosts/node.toml", "name = \"my node\"\n" + imports}};
  const auto hosts = link::load_hosts(world.fs, "/h/hosts").value();
  CHECK(link::hosts_of(hosts, import_of("app-host", "log_line")) == Names{"my node", "ours"});
  CHECK(link::hosts_of(hosts, import_of("app-host", "now")).empty());
  CHECK(link::hosts_of(hosts, import_of("wasi_snapshot_preview1", "fd_read")) == Names{"wasmi", "wasmtime", "wazero"});
}

TEST_CASE("hosts: mistakes are shown where they stand", "[link]")
{
  const auto told = [](const std::string& text) {
    const auto host = link::parse_host("/h/x.toml", "x", text);
    return host ? std::string() : base::render(host.error(), base::Severity::error, false);
  };
  CHECK(told("name = \"x\"\n") == R"(error[CW0925]: a host needs at least one `[[import]]`
  --> /h/x.toml:1:1
   |
 1 | name = "x"
   | ^
)");
  CHECK(told("name = \"x\"\n[[import]]\nmodules = [1]\n") == R"(error[CW0925]: `modules` must hold strings only, not an integer
  --> /h/x.toml:3:12
   |
 3 | modules = [1]
   |            ^
)");
  CHECK(told("name = \"x\"\n[[import]]\nmodules = [\"a\"]\nversions = \"new\"\n").find("x.toml:4:12") != std::string::npos);
  CHECK(told("[[import]]\nmodules = [\"a\"]\n").starts_with("error[CW0925]: a host needs a `name`"));
}
