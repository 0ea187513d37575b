#include <support/catch.hpp>

#include <cargo_wasm/host/profiles.hpp>
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

std::vector<host::Profile> our_hosts()
{
  const TestEnv world;
  return host::all_profiles(world.fs, {"/nowhere", "/project"}).value();
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("hosts: a function of WASI preview 1 is provided by those that have it", "[link]")
{
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "sock_accept")) ==
        Names{"Extism", "Fastly Compute", "node:wasi", "Proxy-Wasm hosts", "WAMR", "wasmi", "wasmtime", "wazero"});
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "proc_raise")) == Names{"node:wasi", "WAMR", "wasmi", "wasmtime"});
  CHECK(link::hosts_of(our_hosts(), import_of("wasi_snapshot_preview1", "fd_teleport")).empty());
}

TEST_CASE("hosts: of an interface the version counts", "[link]")
{
  CHECK(link::hosts_of(our_hosts(), import_of("wasi:io/streams@0.2.6", "x")) == Names{"node:wasi", "wasmtime", "Zed"});
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
  const auto hosts = host::all_profiles(world.fs, {"/h/hosts", "/project"}).value();
  CHECK(link::hosts_of(hosts, import_of("app-host", "log_line")) == Names{"my node", "ours"});
  CHECK(link::hosts_of(hosts, import_of("app-host", "now")).empty());
  CHECK(link::hosts_of(hosts, import_of("wasi_snapshot_preview1", "proc_raise")) == Names{"WAMR", "wasmi", "wasmtime"});
}
