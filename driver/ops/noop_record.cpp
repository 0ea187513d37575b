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

/// Every directory of the tree, since a new file changes only the one that it is in, and what decided which files count.
bool collect_tree(const Env& env, const exec::RecordedTree& tree, const Path& target_directory, exec::NoopSnapshot& snapshot)
{
  const auto listing = exec::list_tree(env.fs, tree.name, tree.kind, target_directory.string());
  if (!listing) {
    return false;
  }
  snapshot.paths.push_back({NoopPath::Kind::directory, tree.name});
  for (const std::string& directory : listing->directories) {
    snapshot.paths.push_back({NoopPath::Kind::directory, directory});
  }
  for (const std::string& path : listing->decided_by) {
    const NoopPath::Kind kind = !env.fs.exists(path)            ? NoopPath::Kind::absent
                                : path.ends_with("/.gitignore") ? NoopPath::Kind::input
                                                                : NoopPath::Kind::present;
    snapshot.paths.push_back({kind, path});
  }
  return true;
}

/// False when something cannot be looked at: then there is no snapshot.
bool collect(const Env& env, const Compiled& compiled, exec::NoopSnapshot& snapshot)
{
  const auto add = [&](NoopPath::Kind kind, const Path& path) { snapshot.paths.push_back({kind, path.string()}); };
  for (std::size_t i = 0; i < compiled.outcome->actions.size(); ++i) {
    const auto& record = compiled.outcome->actions[i];
    for (const auto& source : record.sources) {
      add(NoopPath::Kind::input, source);
    }
    for (const auto& tree : record.source_trees) {
      if (!collect_tree(env, tree, compiled.planned->graph.target_directory, snapshot)) {
        return false;
      }
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
  return true;
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
  if (!collect(env, compiled, snapshot)) {
    return;
  }
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
