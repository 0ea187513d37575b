// Collects everything whose state decided this build, so that the next identical command can end after looking at it.
#include "compile.hpp"

#include <fmt/format.h>

#include <cargo_wasm/ops/become.hpp>

namespace cargo_wasm::ops {

namespace {

using exec::NoopPath;

class Collector
{
public:
  explicit Collector(std::vector<NoopPath>& paths) : m_paths(paths) {}

  void add(NoopPath::Kind kind, const Path& path) { m_paths.push_back({kind, path.string()}); }
  /// Read files; directories among them were listed.
  void add_read(const Env& env, const std::vector<Path>& paths)
  {
    for (const auto& path : paths) {
      add(env.fs.is_directory(path) ? NoopPath::Kind::directory : NoopPath::Kind::input, path);
    }
  }
  /// Looked for; what exists now was a directory that was listed or a file that was read.
  void add_looked_for(const Env& env, const std::vector<Path>& paths)
  {
    for (const auto& path : paths) {
      if (env.fs.is_directory(path)) {
        add(NoopPath::Kind::directory, path);
      } else {
        add(env.fs.exists(path) ? NoopPath::Kind::input : NoopPath::Kind::absent, path);
      }
    }
  }

private:
  std::vector<NoopPath>& m_paths;
};

void collect(const Env& env, const Compiled& compiled, exec::NoopSnapshot& snapshot)
{
  Collector collector(snapshot.paths);
  const auto& config = *compiled.project.config;
  const auto& workspace = compiled.project.workspace;
  collector.add_read(env, config.files_read());
  collector.add_looked_for(env, config.files_looked_for());
  collector.add_read(env, workspace.files_read);
  collector.add_looked_for(env, workspace.files_looked_for);
  collector.add(NoopPath::Kind::input, workspace.lock_file());
  collector.add_read(env, compiled.choice.files_read);
  collector.add_looked_for(env, compiled.choice.files_looked_for);
  collector.add(NoopPath::Kind::input, compiled.platforms.rustc.program);
  for (const auto& member : workspace.members) {
    collector.add(NoopPath::Kind::input, member->manifest->file);
  }
  for (std::size_t i = 0; i < compiled.outcome->actions.size(); ++i) {
    const auto& record = compiled.outcome->actions[i];
    for (const auto& source : record.sources) {
      collector.add(NoopPath::Kind::input, source);
    }
    for (const auto& directory : record.source_directories) {
      collector.add(NoopPath::Kind::directory, directory);
    }
    for (const auto& output : record.outputs) {
      collector.add(output.stat.type == base::FileType::directory ? NoopPath::Kind::directory : NoopPath::Kind::output, output.path);
    }
    for (const auto& path : record.uplifted) {
      collector.add(env.fs.exists(path) ? NoopPath::Kind::output : NoopPath::Kind::absent, path);
    }
    snapshot.variables.insert(snapshot.variables.end(), record.observed_variables.begin(), record.observed_variables.end());
    if (const auto& action = compiled.graph.actions[i]; action.label.is_local && !action.manifest_path.empty()) {
      collector.add(NoopPath::Kind::input, action.manifest_path);
    }
  }
}

std::string status_line(const Env& env, std::string_view verb, std::string_view text)
{
  return env.reporter.color() ? fmt::format("\x1b[1;32m{:>12}\x1b[0m {}\n", verb, text) : fmt::format("{:>12} {}\n", verb, text);
}

} // namespace

void remember_noop(const Env& env, const CompileRequest& request, const Compiled& compiled, const std::optional<base::Command>& become)
{
  // Whether the lock is still the newest possible is not decided by files alone when it was not there before.
  if (!request.noop || request.exec.explain_rebuild || request.timings || env.reporter.verbosity() > base::Verbosity::normal) {
    return;
  }
  exec::NoopSnapshot snapshot;
  snapshot.started_ns = request.noop->started_ns;
  snapshot.variable_prefixes = {"CARGO", "RUST"};
  snapshot.variables = {"PATH", "HOME", "CI", "XDG_CACHE_HOME", "NO_COLOR", "TERM"};
  collect(env, compiled, snapshot);
  const auto& outcome = *compiled.outcome;
  snapshot.stdout_text = outcome.replayed_stdout;
  if (env.reporter.verbosity() != base::Verbosity::quiet) {
    snapshot.stderr_text = outcome.replayed_stderr + status_line(env, "Finished", finished_text(env, compiled));
  }
  if (become) {
    snapshot.stdout_text = encode_become(*become, env.vars);
  }
  exec::record_noop(request.noop->file, request.noop->key, snapshot, request.noop->environment);
}

} // namespace cargo_wasm::ops
