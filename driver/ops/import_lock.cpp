#include "import_lock.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

namespace {

Result<std::optional<link::ImportLock>> read_import_lock(const Env& env, const plan::ActionGraph& graph)
{
  const Path file = import_lock_file(graph);
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(file));
  if (!text) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(auto lock, link::parse_import_lock(base::shown_path(env.cwd, file), std::move(*text)));
  return std::optional(std::move(lock));
}

} // namespace

Path import_lock_file(const plan::ActionGraph& graph)
{
  return graph.workspace_root / link::k_import_lock_name;
}

Path shared_ledgers(const Env& env)
{
  return cache_home(env) / "ledgers";
}

void lock_imports(const Env& env, const PlannedBuild& planned, exec::ExecuteOptions& exec)
{
  auto inner = std::move(exec.inspect_link);
  auto lock = std::make_shared<std::optional<link::ImportLock>>();
  const plan::ActionGraph& graph = planned.graph;
  exec.inspect_link = [&env, &graph, inner, lock](const exec::InspectedAction& action) -> Result<std::vector<Error>> {
    if (!*lock) {
      CW_TRY_ASSIGN(*lock, read_import_lock(env, graph));
    }
    if (!*lock) {
      return fail(Error("CW0923", fmt::format("there is no `{}`", base::shown_path(env.cwd, import_lock_file(graph)).string()))
                      .note("`--locked-imports` compares what modules import with what stands there")
                      .help("`cargo-wasm imports --write-lock` with the same options makes it; commit it"));
    }
    CW_TRY_ASSIGN(const link::Ledger ledger, link::ledger_of(action, shared_ledgers(env)));
    std::vector<Error> findings = link::compare_imports(env, graph, **lock, ledger);
    if (findings.empty() && inner) {
      return inner(action);
    }
    return findings;
  };
}

Result<> write_import_lock(const Env& env, const plan::ActionGraph& graph, const std::vector<link::Ledger>& ledgers)
{
  CW_TRY_ASSIGN(auto lock, read_import_lock(env, graph));
  link::ImportLock updated = lock ? std::move(*lock) : link::ImportLock();
  for (const link::Ledger& ledger : ledgers) {
    link::update_import_lock(updated, ledger);
  }
  const Path file = import_lock_file(graph);
  const std::string shown = base::shown_path(env.cwd, file).string();
  const std::string text = link::to_text(updated);
  CW_TRY_ASSIGN(const auto before, env.fs.read_if_exists(file));
  if (before && *before == text) {
    env.reporter.status("Fresh", shown);
    return {};
  }
  CW_TRY(env.fs.write_atomic(file, text));
  env.reporter.status("Wrote", shown);
  return {};
}

Result<> warn_of_import_lock(const Env& env, const plan::ActionGraph& graph, const std::vector<link::Ledger>& ledgers)
{
  CW_TRY_ASSIGN(const auto lock, read_import_lock(env, graph));
  for (const link::Ledger& ledger : lock ? ledgers : std::vector<link::Ledger>()) {
    for (const Error& difference : link::compare_imports(env, graph, *lock, ledger)) {
      env.reporter.warning(difference);
    }
  }
  return {};
}

} // namespace cargo_wasm::ops
