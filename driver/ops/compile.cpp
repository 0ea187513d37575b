#include "compile.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/report/timings.hpp>

#include "loaded_graph.hpp"
#include "run_selection.hpp"

namespace cargo_wasm::ops {

namespace {

Result<std::uint32_t> job_limit(const CompileRequest& request, const manifest::Config& config)
{
  const auto threads = std::max(1U, std::thread::hardware_concurrency());
  if (request.jobs) {
    return exec::parse_jobs(*request.jobs, threads);
  }
  // `build.jobs` may be a number or the word "default".
  if (const auto number = config.get_integer("build.jobs"); number && *number) {
    return exec::parse_jobs(std::to_string((*number)->value), threads);
  }
  CW_TRY_ASSIGN(const auto text, config.get_string("build.jobs"));
  return text ? exec::parse_jobs(text->value, threads) : Result<std::uint32_t>(0U);
}

plan::BuildRequest
plan_request(const CompileRequest& request, const GlobalOptions& options, const toolchain::TargetData& platforms, base::Verbosity verbosity)
{
  plan::BuildRequest plan;
  plan.intent = request.intent;
  plan.check_as_test = request.intent == plan::UserIntent::check && request.profile_name == "test";
  plan.packages = request.packages;
  plan.targets = request.targets;
  plan.features = request.features;
  plan.profile_name = request.profile_name;
  plan.kinds = platforms.requested_kinds;
  plan.strict_cargo = options.strict_cargo;
  plan.ignore_rust_version = options.ignore_rust_version;
  plan.show_dependency_warnings = verbosity == base::Verbosity::very_verbose;
  return plan;
}

Result<> ensure_targets(const Env& env,
                        const GlobalOptions& options,
                        const toolchain::ToolchainChoice& choice,
                        const toolchain::TargetData& platforms,
                        const std::vector<std::string>& triples)
{
  for (const auto& triple : triples) {
    const auto name = triple == "host-tuple" ? platforms.rustc.host : triple;
    auto installed = toolchain::verify_target_installed(env.fs, choice, platforms.rustc, name);
    if (installed) {
      continue;
    }
    if (!options.install_missing) {
      return installed;
    }
    CW_TRY(toolchain::install_target(env, choice, name));
  }
  return {};
}

void report_target(const Env& env, const TargetChoice& choice)
{
  const auto name = choice.triples.empty() ? std::string("host") : base::join(choice.triples, ", ");
  if (choice.is_default_rule) {
    env.reporter.status("Target", fmt::format("{} ({}; --target changes it)", name, choice.reason));
  } else {
    env.reporter.status("Target", fmt::format("{} ({})", name, choice.reason));
  }
}

std::vector<Artifact> artifacts_of(const Env& env, const plan::ActionGraph& graph)
{
  std::vector<Artifact> artifacts;
  for (const auto root : graph.roots) {
    const auto& action = graph.actions[root];
    for (const auto& [output, path] : action.uplifted) {
      if (path.extension() == ".d" || path.extension() == ".rmeta") {
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

} // namespace

Result<Compiled> compile(const Env& env, const GlobalOptions& options, CompileRequest request, bool for_run)
{
  Compiled compiled;
  if (request.from) {
    CW_TRY_ASSIGN(compiled.project, open_registry_project(env, options, *request.from));
  } else {
    CW_TRY_ASSIGN(compiled.project, open_project(env, options));
  }
  auto& project = compiled.project;
  auto& workspace = project.workspace;

  CW_TRY_ASSIGN(const auto selected, plan::select_packages(workspace, request.packages));
  if (for_run) {
    CW_TRY(select_program(selected.members, request));
  }
  CW_TRY_ASSIGN(const auto target, choose_target(env, project, options, request, selected.members));
  if (!request.unit_graph) {
    report_target(env, target);
  }
  CW_TRY_ASSIGN(compiled.choice, choose_toolchain(env, *project.config, options));
  CW_TRY_ASSIGN(compiled.platforms,
                toolchain::probe_target_data(env, *project.config, compiled.choice, target.triples, rustc_cache_file(workspace)));
  for (const auto& warning : compiled.platforms.warnings) {
    env.reporter.warning(Error("CW0513", warning));
  }
  CW_TRY(ensure_targets(env, options, compiled.choice, compiled.platforms, target.triples));

  const auto plan_for = plan_request(request, options, compiled.platforms, env.reporter.verbosity());
  CW_TRY_ASSIGN(const auto graph, load_graph(env, project, options, plan_for, compiled.platforms, false));
  const plan::UnitGraphInput units_input{
      workspace, *project.config, graph.lock.resolve, graph.narrowed, graph.roots, graph.packages, compiled.platforms};
  CW_TRY_ASSIGN(const auto units, plan::plan_units(env, units_input, plan_for));
  if (request.unit_graph) {
    env.reporter.result(plan::unit_graph_json(units));
    return compiled;
  }
  const plan::ActionGraphInput actions_input{
      units, workspace, *project.config, compiled.choice, compiled.platforms, request.driver_program};
  CW_TRY_ASSIGN(compiled.graph, plan::plan_actions(env, actions_input, plan_for));

  project.sources->unlock();
  const auto reading = source::lock_sources_for_reading(env, *project.config);
  CW_TRY_ASSIGN(request.exec.jobs, job_limit(request, *project.config));
  request.exec.jobs_given = request.jobs.has_value();
  request.exec.show_dependency_warnings = plan_for.show_dependency_warnings;
  CW_TRY_ASSIGN(auto outcome, exec::execute(env, compiled.graph, request.exec));
  if (request.exec.dry_run) {
    return compiled;
  }
  if (request.timings || outcome.ran > 0) {
    report::TimingsOptions timings;
    timings.write_html = request.timings;
    CW_TRY(report::write_timings(env, compiled.graph, outcome, timings));
  }
  if (!outcome.success) {
    Error error("CW0700", "the build failed");
    error.already_reported = true;
    return fail(std::move(error));
  }
  compiled.outcome = std::move(outcome);
  compiled.artifacts = artifacts_of(env, compiled.graph);
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

std::string finished_text(const Env& env, const Compiled& compiled)
{
  const auto& artifacts = compiled.artifacts;
  std::string text = compiled.graph.finished;
  if (artifacts.size() == 1) {
    auto path = artifacts.front().path.lexically_relative(env.cwd).string();
    if (path.empty() || path.starts_with("..")) {
      path = artifacts.front().path.string();
    }
    text += fmt::format(" {} ({})", path, base::human_bytes(artifacts.front().size_bytes));
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
