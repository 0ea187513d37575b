#include "result_store.hpp"
#include "compile.hpp"

#include <future>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/link/explain_failed_link.hpp>
#include <cargo_wasm/link/link_remarks.hpp>
#include <cargo_wasm/report/timings.hpp>
#include <cargo_wasm/source/source_map.hpp>

#include "import_lock.hpp"
#include "plan_build.hpp"

namespace cargo_wasm::ops {

namespace {

std::vector<Artifact> artifacts_of(const Env& env, const plan::ActionGraph& graph)
{
  std::vector<Artifact> artifacts;
  for (const auto root : graph.roots) {
    const auto& action = graph.actions[root];
    for (const auto& [output, path] : action.uplifted) {
      if (path.extension() == ".d" || path.extension() == ".rmeta" || action.outputs[output].optional) {
        continue;
      }
      const auto stat = env.fs.stat(path);
      if (!stat || !*stat) {
        continue;
      }
      Artifact artifact;
      artifact.path = path;
      artifact.size_bytes = (*stat)->size_bytes;
      artifact.target_kind = action.label.target_kind;
      artifact.target_name = path.stem().string();
      artifacts.push_back(std::move(artifact));
    }
  }
  return artifacts;
}

/// The plan of an earlier build while it holds; nullptr after --unit-graph.
Result<std::shared_ptr<const PlannedBuild>>
planned_build(const Env& env, const GlobalOptions& options, const CompileRequest& request, const RunRequest* run)
{
  if (request.stored) {
    if (!request.stored->repeated_text.empty()) {
      env.reporter.passthrough(request.stored->repeated_text);
    }
    return request.stored;
  }
  CW_TRY_ASSIGN(auto planned, plan_build(env, options, request, run));
  if (!planned) {
    return nullptr;
  }
  // Never taken apart: that of a thousand units would take 12 ms, of a process that ends anyway.
  static auto& kept = *new std::vector<std::shared_ptr<const PlannedBuild>>;
  return kept.emplace_back(std::make_shared<const PlannedBuild>(std::move(*planned)));
}

/// Keeps a new plan for the next build, beside this one: for a thousand units encoding it takes 20 ms. The future's end waits for it.
std::future<void> storing_plan(const Env& env, const CompileRequest& request, const std::shared_ptr<const PlannedBuild>& planned)
{
  if (request.stored || !request.noop || request.from || planned->looked_at.empty()) {
    return {};
  }
  // Where no thread can be had it is deferred, and nobody asks: a plan that is not kept is made again.
  return std::async(std::launch::async | std::launch::deferred,
                    [&env, &request, planned] { store_plan(*request.noop, env.vars, request.terminal, *planned); });
}

} // namespace

Result<Compiled> compile(const Env& env, const GlobalOptions& options, const CompileRequest& request, const RunRequest* run)
{
  Compiled compiled;
  CW_TRY_ASSIGN(compiled.planned, planned_build(env, options, request, run));
  if (!compiled.planned) {
    return compiled;
  }
  const std::future<void> storing = storing_plan(env, request, compiled.planned);
  const auto& graph = compiled.planned->graph;
  const auto reading = source::lock_sources_for_reading(env, graph.cargo_home);
  auto exec = request.exec;
  exec.jobs = compiled.planned->jobs;
  exec.jobs_given = request.jobs.has_value();
  exec.show_dependency_warnings = compiled.planned->show_dependency_warnings;
  if (!exec.explain_failure) {
    exec.explain_failure = link::explain_failed_link;
  }
  exec.remark_on_link = [dead = env.reporter.verbosity() >= base::Verbosity::verbose ? link::DeadCode::told : link::DeadCode::untold](
                            const exec::InspectedAction& link) { return link::remarks_on_link(link, dead); };
  if (request.locked_imports) {
    lock_imports(env, *compiled.planned, exec);
  }
  std::unique_ptr<cache::Store> store;
  std::optional<RemoteCaches> remotes;
  std::optional<RemoteExecutor> executor;
  const bool uses_store = request.uses_store && !options.strict_cargo && !exec.dry_run && !is_store_switched_off(env);
  CW_TRY_ASSIGN(const std::uint64_t store_bytes, store_limit(env));
  if (uses_store) {
    CW_TRY_ASSIGN(store, store_for_build(env));
  }
  if (store) {
    exec.cache = cache_use(env, *store, request.driver_program);
    remotes.emplace(env, options.config, spool_directory(*store));
    exec.cache->open_remotes = [&remotes] { return remotes->open(); };
    executor.emplace(env, options.config, exec.stop);
    exec.cache->open_executor = [&executor] { return executor->open(); };
    // Tests of documentation are compiled by rustdoc, which reads what the graph made; the record of a reproducible build looks into all of
    // it.
    exec.everything_on_disk = request.intent == plan::UserIntent::test || request.intent == plan::UserIntent::doc || request.reproducible;
  }
  std::size_t over_budget = 0;
  if (request.measures_sizes && !options.strict_cargo && request.intent == plan::UserIntent::build) {
    exec.inspect_artifacts = [&]() -> Result<exec::ArtifactReport> {
      CW_TRY_ASSIGN(compiled.sizes, measure_artifacts(env, *compiled.planned, store.get()));
      exec::ArtifactReport report = size_report(env, *compiled.planned, compiled.sizes);
      over_budget = report.findings.size();
      return report;
    };
  }
  CW_TRY_ASSIGN(auto outcome, exec::execute(env, graph, exec));
  if (store) {
    remotes->finish(outcome.elapsed);
    collect_after_build(env, *store, store_bytes);
  }
  if (exec.dry_run) {
    return compiled;
  }
  if (outcome.restored > 0) {
    env.reporter.status("Restored", fmt::format("{} result{} from the store", outcome.restored, outcome.restored == 1 ? "" : "s"));
  }
  if (request.timings || outcome.ran > 0) {
    report::TimingsOptions timings;
    timings.write_html = request.timings;
    CW_TRY(report::write_timings(env, graph, outcome, timings));
  }
  if (!outcome.success) {
    Error error(over_budget == 0 || outcome.interrupted ? std::string("CW0700") : std::string(k_over_budget), "the build failed");
    error.already_reported = true;
    return fail(std::move(error));
  }
  compiled.outcome = std::move(outcome);
  compiled.artifacts = artifacts_of(env, graph);
  return compiled;
}

std::string elapsed_text(std::chrono::steady_clock::duration elapsed)
{
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  if (ms < 100) {
    return fmt::format("{} ms", ms);
  }
  if (ms < 60'000) {
    return fmt::format("{}.{:02}s", ms / 1000, ms % 1000 / 10);
  }
  return fmt::format("{}m {:02}s", ms / 60'000, ms / 1000 % 60);
}

std::string finished_text(const Env& env, const Compiled& compiled, bool repeated)
{
  const auto& artifacts = compiled.artifacts;
  std::string text = compiled.planned->graph.finished;
  if (artifacts.size() == 1) {
    const std::string path = base::shown_path(env.cwd, artifacts.front().path).string();
    const bool is_measured = compiled.sizes.size() == 1 && compiled.sizes.front().path == artifacts.front().path;
    text += fmt::format(
        " {} ({})", path, is_measured ? size_text(compiled.sizes.front(), !repeated) : base::human_bytes(artifacts.front().size_bytes));
  } else if (!artifacts.empty()) {
    std::uint64_t total = 0;
    for (const auto& artifact : artifacts) {
      total += artifact.size_bytes;
    }
    text += fmt::format(" {} artifacts ({})", artifacts.size(), base::human_bytes(total));
  }
  return text + " in {elapsed}";
}

} // namespace cargo_wasm::ops
