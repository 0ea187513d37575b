// Collects everything whose state decided this build, so that the next identical command can end after looking at it.
#include "compile.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/ops/become.hpp>

#include "future_incompat.hpp"
#include "import_lock.hpp"
#include "recording.hpp"

namespace cargo_wasm::ops {

namespace {

using exec::NoopPath;

void collect(const Env& env, const Compiled& compiled, exec::NoopSnapshot& snapshot)
{
  const auto add = [&](NoopPath::Kind kind, const Path& path) { snapshot.paths.push_back({kind, path.string()}); };
  for (std::size_t i = 0; i < compiled.outcome->actions.size(); ++i) {
    const auto& record = compiled.outcome->actions[i];
    for (const auto& source : record.sources) {
      add(NoopPath::Kind::input, source);
    }
    for (const auto& directory : record.source_directories) {
      add(NoopPath::Kind::directory, directory);
    }
    for (const auto& output : record.outputs) {
      if (output.is_elsewhere) {
        continue;
      }
      add(output.stat.type == base::FileType::directory ? NoopPath::Kind::directory : NoopPath::Kind::output, output.path);
    }
    for (const auto& path : record.uplifted) {
      add(env.fs.exists(path) ? NoopPath::Kind::output : NoopPath::Kind::absent, path);
    }
    snapshot.variables.insert(snapshot.variables.end(), record.observed_variables.begin(), record.observed_variables.end());
  }
}

/// Each result is kept: no source changed while it was read, and none is good for once only.
bool is_repeatable(const exec::BuildOutcome& outcome)
{
  return std::ranges::none_of(outcome.actions, [](const exec::ActionRecord& action) {
    return action.is_for_once || (action.state == exec::ActionState::ran && !action.digest);
  });
}

} // namespace

void remember_noop(const Env& env, const CompileRequest& request, const Compiled& compiled)
{
  const auto& planned = *compiled.planned;
  if (!request.noop || planned.looked_at.empty() || request.exec.explain_rebuild || request.timings ||
      env.reporter.verbosity() > base::Verbosity::normal || !is_repeatable(*compiled.outcome)) {
    return;
  }
  auto snapshot = snapshot_of(*request.noop, planned);
  collect(env, compiled, snapshot);
  if (request.locked_imports) {
    snapshot.paths.push_back({NoopPath::Kind::input, import_lock_file(planned.graph).string()});
  }
  const auto& outcome = *compiled.outcome;
  snapshot.stdout_text = outcome.repeated_stdout;
  if (env.reporter.verbosity() != base::Verbosity::quiet) {
    snapshot.stderr_text = planned.repeated_text + outcome.repeated_stderr +
                           status_line(env.reporter.color(), "Finished", finished_text(env, compiled, true)) +
                           future_incompat_text(env.reporter, compiled, request.future_incompat_report);
  }
  if (planned.become) {
    snapshot.stdout_text = encode_become(*planned.become, env.vars);
  }
  exec::record_noop(request.noop->file, request.noop->key, snapshot, request.noop->environment);
}

} // namespace cargo_wasm::ops
