#include <cargo_wasm/ops/verbs.hpp>

#include <cargo_wasm/link/ledger.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

Result<> imports(const Env& env, const GlobalOptions& options, const ImportsRequest& request)
{
  std::vector<link::Ledger> ledgers;
  CompileRequest compilation = request.compile;
  compilation.exec.inspect_link = [&](const exec::InspectedAction& action) -> Result<> {
    CW_TRY_ASSIGN(link::Ledger ledger, link::make_ledger(action));
    ledgers.push_back(std::move(ledger));
    return {};
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
  if (request.json) {
    env.reporter.result(link::ledger_json(env, ledgers));
    return {};
  }
  const bool whole_paths = env.reporter.verbosity() >= base::Verbosity::verbose;
  for (const link::Ledger& ledger : ledgers) {
    env.reporter.result(link::ledger_text(env, ledger, whole_paths));
  }
  return {};
}

} // namespace cargo_wasm::ops
