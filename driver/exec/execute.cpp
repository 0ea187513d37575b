#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/exec/execute.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/exec/observed.hpp>

#include "dep_info_files.hpp"
#include "dry_run.hpp"
#include "executor.hpp"
#include "result_cache.hpp"

namespace cargo_wasm::exec {
namespace {

/// Tells back-up programs that everything here can be made again (https://bford.info/cachedir/).
constexpr std::string_view k_cache_tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
                                         "# This directory holds build results; cargo-wasm and cargo can make them again.\n";

Error unwritable(const base::Path& directory, const Error& cause)
{
  Error error("CW0630", fmt::format("cannot write to the target directory `{}`", directory.string()), Blame::environment);
  error.notes.push_back(cause.message);
  error.notes.insert(error.notes.end(), cause.notes.begin(), cause.notes.end());
  error.helps.emplace_back("choose another one with `--target-dir`, or mend its permissions");
  return error;
}

Result<std::unique_ptr<base::FileLock>> open_target(const Env& env, const plan::ActionGraph& graph)
{
  if (auto made = env.fs.create_directories(graph.state_directory); !made) {
    return fail(unwritable(graph.target_directory, made.error()));
  }
  const base::Path tag = graph.target_directory / "CACHEDIR.TAG";
  if (!env.fs.exists(tag)) {
    if (auto written = env.fs.write_atomic(tag, k_cache_tag); !written) {
      return fail(unwritable(graph.target_directory, written.error()));
    }
  }
  if (!graph.linker_shim.empty()) {
    if (auto made = env.fs.make_symlink(graph.driver_program, graph.linker_shim); !made) {
      return fail(unwritable(graph.target_directory, made.error()));
    }
  }
  return env.fs.lock(profile_file(graph, "lock"), base::LockMode::exclusive, [&] {
    env.reporter.status("Blocking", "waiting for file lock on build directory", base::StatusColor::cyan);
  });
}

std::uint32_t count_jobs(const ExecuteOptions& options)
{
  return options.jobs != 0 ? options.jobs : base::usable_processors();
}

} // namespace

Result<BuildOutcome> execute(const Env& env, const plan::ActionGraph& graph, const ExecuteOptions& options)
{
  BuildOutcome outcome;
  outcome.actions.resize(graph.actions.size());
  outcome.started_at = env.clock.now();
  outcome.jobs = count_jobs(options);

  std::unique_ptr<base::FileLock> lock;
  if (!options.dry_run) {
    CW_TRY_ASSIGN(lock, open_target(env, graph));
  }
  CW_TRY_ASSIGN(const auto log, StateLog::open(env.fs, profile_file(graph, "state"), !options.dry_run));
  CW_TRY_ASSIGN(const auto jobserver, Jobserver::make(outcome.jobs, env.vars));
  if (jobserver->is_inherited() && options.jobs_given) {
    env.reporter.warning(Error({}, "`-j` is ignored: a jobserver was inherited from the program that started us"));
  }
  const PlaceNames places = places_of(graph);
  FileDigests digests(env.fs, env.clock);
  CW_TRY_ASSIGN(auto key, key_of_variables(env.fs, graph.state_directory, !options.dry_run));
  const Context context{env, graph, places, digests, std::move(key)};
  std::optional<ResultCache> results;
  if (options.cache && !options.dry_run) {
    results.emplace(context, *options.cache, options.empties_out_dirs);
  }
  const JobSettings settings{context, options, *jobserver, outcome.jobs, results ? &*results : nullptr, lock ? lock->descriptor() : -1};
  EventQueue queue;
  Executor executor(settings, *log, *jobserver, queue, outcome);
  CW_TRY(executor.run());
  if (options.dry_run) {
    print_commands(env, graph, options, outcome, executor.results());
  }
  if (!options.dry_run && !outcome.interrupted) {
    CW_TRY(write_dep_info_files(context, outcome, executor.results()));
  }
  return outcome;
}

} // namespace cargo_wasm::exec
