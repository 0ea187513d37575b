#include <cargo_wasm/ops/verbs.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/link/ledger_text.hpp>
#include <cargo_wasm/report/imports_page.hpp>

#include "import_lock.hpp"

namespace cargo_wasm::ops {

namespace {

Result<>
show_ledgers(const Env& env, const ImportsRequest& request, const plan::ActionGraph& graph, const std::vector<link::Ledger>& ledgers)
{
  CW_TRY_ASSIGN(const auto hosts, host::all_profiles(env.fs, {graph.cargo_home / "cargo-wasm" / "hosts", env.cwd}));
  if (request.html) {
    const Path file = graph.target_directory / "import-ledger" / "index.html";
    CW_TRY(env.fs.create_directories(file.parent_path()));
    CW_TRY(env.fs.write_atomic(file, report::imports_page(link::ledger_json(env, ledgers, hosts))));
    env.reporter.status("Wrote", base::shown_path(env.cwd, file).string());
  }
  if (request.json) {
    env.reporter.result(link::ledger_json(env, ledgers, hosts));
  }
  if (request.html || request.json || request.write_lock) {
    return {};
  }
  const bool whole_paths = env.reporter.verbosity() >= base::Verbosity::verbose;
  for (const link::Ledger& ledger : ledgers) {
    env.reporter.result(link::ledger_text(env, graph, ledger, hosts, whole_paths));
  }
  return {};
}

} // namespace

Result<> imports(const Env& env, const GlobalOptions& options, const ImportsRequest& request)
{
  if (request.write_lock && request.compile.locked_imports) {
    return fail(Error("CW0926", "`--write-lock` and `--locked-imports` exclude one another", Blame::usage)
                    .help("the one writes the lock, the other holds the build to it"));
  }
  std::vector<link::Ledger> ledgers;
  CompileRequest compilation = request.compile;
  compilation.measures_sizes = false;
  compilation.exec.inspect_link = [&](const exec::InspectedAction& action) -> Result<std::vector<Error>> {
    CW_TRY_ASSIGN(link::Ledger ledger, link::ledger_of(action, shared_ledgers(env)));
    ledgers.push_back(std::move(ledger));
    return std::vector<Error>();
  };
  CW_TRY_ASSIGN(const auto compiled, compile(env, options, compilation, nullptr));
  if (!compiled.outcome) {
    return {};
  }
  if (ledgers.empty()) {
    return fail(
        Error("CW0750", "nothing was linked that could import something", Blame::usage)
            .note("programs and `cdylib` libraries are linked; other libraries are not, and neither is anything for the host looked at")
            .help("name a target: `--target wasm32-unknown-unknown`"));
  }
  const plan::ActionGraph& graph = compiled.planned->graph;
  if (request.write_lock) {
    CW_TRY(write_import_lock(env, graph, ledgers));
  } else {
    CW_TRY(warn_of_import_lock(env, graph, ledgers));
  }
  return show_ledgers(env, request, graph, ledgers);
}

} // namespace cargo_wasm::ops
