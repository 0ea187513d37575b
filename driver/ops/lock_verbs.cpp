// `generate-lockfile` and `update`: the two verbs whose result is Cargo.lock.
#include <cargo_wasm/ops/verbs.hpp>

#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

Result<> generate_lockfile(const Env& env, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  LockMode mode;
  mode.ignore_existing = true;
  CW_TRY(lock_project(env, project, options, mode));
  return {};
}

Result<> update(const Env& env, const GlobalOptions& options, const UpdateRequest& request)
{
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  if (!project.config->offline()) {
    project.sources->request_update();
  }
  LockMode mode;
  mode.update = request.update;
  mode.write = !request.dry_run;
  CW_TRY(lock_project(env, project, options, mode));
  if (request.dry_run) {
    env.reporter.note("Cargo.lock was not written: --dry-run");
  }
  return {};
}

} // namespace cargo_wasm::ops
