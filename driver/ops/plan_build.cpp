#include "plan_build.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/plan/actions.hpp>
#include <cargo_wasm/plan/effective_settings.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>

#include "backend.hpp"
#include "bindgen_tool.hpp"
#include "component_choice.hpp"
#include "host_build.hpp"
#include "host_choice.hpp"
#include "loaded_graph.hpp"
#include "recording.hpp"
#include "reproducible.hpp"
#include "run_selection.hpp"
#include "runner.hpp"
#include "std_library.hpp"
#include "suite_runs.hpp"
#include "test_programs.hpp"

namespace cargo_wasm::ops {

namespace {

Result<std::uint32_t> job_limit(const CompileRequest& request, const manifest::Config& config)
{
  const auto threads = base::usable_processors();
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
  plan.provenance = request.provenance;
  plan.reproducible = request.reproducible;
  plan.ignored_defects = request.ignored_defects;
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
    if (!options.install_missing || installed.error().id == "CW0985") { // nor can rustup
      return installed;
    }
    CW_TRY(toolchain::install_target(env, choice, name));
  }
  return {};
}

/// Triples whose std has to be installed. That of WASI also brings a C library, whoever compiles the rest of it.
std::vector<std::string> not_compiled_here(std::vector<std::string> triples, const std::optional<plan::StdRequest>& std_request)
{
  std::erase_if(triples, [&](const std::string& triple) {
    const bool is_compiled =
        std_request && (std_request->triples.empty() || std::ranges::find(std_request->triples, triple) != std_request->triples.end());
    return is_compiled && triple.starts_with("wasm") && triple.find("-wasi") == std::string::npos;
  });
  return triples;
}

void report_target(RecordingReporter& reporter, const TargetChoice& choice)
{
  for (const auto& line : choice.lines) {
    reporter.keep("Target", line);
  }
  if (!choice.lines.empty()) {
    return;
  }
  const auto name = choice.triples.empty() ? std::string("host") : base::join(choice.triples, ", ");
  if (choice.is_default_rule) {
    reporter.keep("Target", fmt::format("{} ({}; --target changes it)", name, choice.reason));
  } else {
    reporter.keep("Target", fmt::format("{} ({})", name, choice.reason));
  }
}

/// The command line asks for bindings, and nothing of this build gets any.
std::optional<Error> no_bindings(const CompileRequest& request, const TargetChoice& target)
{
  const bool is_build = request.intent == plan::UserIntent::build;
  if (!request.bindgen || !is_build || std::ranges::find(target.triples, plan::k_bindgen_triple) != target.triples.end()) {
    return std::nullopt;
  }
  const auto names = target.triples.empty() ? std::string("this machine") : "`" + base::join(target.triples, "`, `") + "`";
  return Error("CW0996", fmt::format("`--bindgen {}` makes nothing for {}", *request.bindgen, names))
      .help(fmt::format("bindings are made for `{0}`: `--target {0}`", plan::k_bindgen_triple));
}

/// Those that have the one program to run.
std::vector<PackagePtr> packages_with(const std::vector<PackagePtr>& packages, const plan::TargetSelection& selection)
{
  std::vector<PackagePtr> found;
  std::copy_if(packages.begin(), packages.end(), std::back_inserter(found), [&](const PackagePtr& package) {
    return std::any_of(package->manifest->targets.begin(), package->manifest->targets.end(), [&](const auto& target) {
      const auto& names = target.is_bin() ? selection.bins : selection.examples;
      return (target.is_bin() || target.kind == manifest::TargetKind::example) &&
             std::find(names.begin(), names.end(), target.name) != names.end();
    });
  });
  return found.empty() ? packages : found;
}

/// What was looked at, without what derives from the rest: our own state, what rustc said once, and the registry's index and archives, of
/// which the lock names one fixed state.
std::vector<exec::NoopPath> deciding_paths(const Env& env, const RecordingFilesystem& files, const plan::ActionGraph& graph)
{
  const auto& home = graph.cargo_home;
  auto paths = files.paths({graph.state_directory,
                            home / "registry" / "index",
                            home / "registry" / "cache",
                            home / "git" / "db",
                            toolchain_cache_directory(env)});
  if (!paths) {
    return {};
  }
  // An unpacked crate does not change as long as its mark is there.
  const auto unpacked = (home / "registry" / "src").native() + "/";
  std::erase_if(*paths,
                [&](const exec::NoopPath& path) { return path.kind != exec::NoopPath::Kind::input && path.path.starts_with(unpacked); });
  return std::move(*paths);
}

/// What may not be larger than its package says: what is built to be shipped. A wrong limit is told in every profile.
Result<> plan_budgets(const Env& env, const plan::UnitGraph& units, const manifest::Workspace& workspace, PlannedBuild& planned)
{
  for (std::size_t i = 0; i < units.roots.size(); ++i) {
    const plan::Unit& unit = units.units[units.roots[i]];
    const plan::ActionIndex action = planned.graph.roots[i];
    const auto& uplifted = planned.graph.actions[action].uplifted;
    const bool is_wasm =
        std::any_of(uplifted.begin(), uplifted.end(), [](const auto& entry) { return entry.second.extension() == ".wasm"; });
    if (!is_wasm) {
      continue;
    }
    CW_TRY_ASSIGN(const manifest::ArtifactSettings settings,
                  manifest::read_artifact_settings(env.fs, *unit.package->manifest, *workspace.root_manifest));
    for (std::size_t k = 0; unit.profile.root_is_release && k < settings.limits.size(); ++k) {
      const manifest::SizeLimit& limit = settings.limits[k];
      planned.budgets.push_back({action, limit});
    }
  }
  planned.shows_compressed_sizes = units.base_profile.root_is_release;
  return {};
}

/// The module between the steps behind the linker, the last first: where it was stripped, an earlier one has the same code and names.
std::vector<Path> modules_before(const plan::ActionGraph& graph, plan::ActionIndex link, plan::ActionIndex last)
{
  std::vector<Path> modules;
  for (plan::ActionIndex at = last; at + 1 > link; --at) {
    const auto& action = graph.actions[at];
    const auto number = at == link ? action.executable_output.value_or(0) : 0;
    if (number < action.outputs.size() && action.outputs[number].path.extension() == ".wasm") {
      modules.push_back(action.outputs[number].path);
    }
    if (at == 0) {
      break;
    }
  }
  return modules;
}

/// The host that a program runs on: the one of --host; without it and without a runner, pages that its package is for, where its bindings
/// are run. Others come by themselves.
std::optional<std::string> host_to_run_on(const CompileRequest& request, bool is_configured, const PackageHosts& hosts)
{
  if (request.host || is_configured || hosts.empty()) {
    return request.host;
  }
  const std::string& id = hosts.begin()->second.profile->id;
  const runner::HostRunner* const runner = runner::runner_of_host(id);
  return runner != nullptr && runner->takes_bindings ? std::optional(id) : std::nullopt;
}

/// A page runs a program by its bindings, whatever else they are made for.
void choose_bindings_to_run(const std::optional<std::string>& host, CompileRequest& request)
{
  const runner::HostRunner* const runner = host ? runner::runner_of_host(*host) : nullptr;
  if (runner != nullptr && runner->takes_bindings) {
    request.bindgen = "web";
  }
}

/// What was started takes its time from the program that waits for it.
base::Command with_time_limit(base::Command command, const Path& driver, const Path& program, std::chrono::milliseconds longest)
{
  std::vector<std::string> words = {
      "module", "time-limit", "--timeout", fmt::format("{:g}", std::chrono::duration<double>(longest).count())};
  words.insert(words.end(), {"--shown", program.filename().native(), "--", command.program.native()});
  words.insert(words.end(), command.args.begin(), command.args.end());
  command.args = std::move(words);
  command.program = driver;
  return command;
}

/// What `run` starts after the build.
Result<> plan_run(const Env& env,
                  const RunRequest& request,
                  const manifest::Config& config,
                  const plan::ActionGraphInput& input,
                  const PackageHosts& hosts,
                  PlannedBuild& planned)
{
  const toolchain::TargetData& platforms = input.platforms;
  bool is_component = false;
  std::vector<Path> siblings;
  std::optional<Path> bindings;
  for (const auto root : planned.graph.roots) {
    const auto& last = planned.graph.actions[root];
    const auto made_by = last.finishes.value_or(root);
    const auto& action = planned.graph.actions[made_by];
    const bool is_program = action.label.target_kind == "bin" || action.label.target_kind == "example";
    if (!is_program || !action.executable_output) {
      continue;
    }
    planned.program = plan::shown_path(planned.graph, made_by, *action.executable_output);
    siblings = modules_before(planned.graph, made_by, root);
    is_component = input.components.contains(action.label.unit);
    if (input.bindgen.contains(action.label.unit)) {
      bindings = planned.program->parent_path();
    }
    break;
  }
  if (!planned.program) {
    return fail(Error("CW0735", "there is no program to run").help("name one with `--bin` or `--example`"));
  }
  const auto& kind = platforms.requested_kinds.front();
  RunnerRequest runner;
  runner.program = *planned.program;
  runner.triple = std::string(platforms.triple(kind));
  runner.is_native = runner.triple == platforms.rustc.host;
  runner.is_component = is_component;
  runner.arguments = request.arguments;
  runner.directories = mapped_directories(env, request.directories, request.arguments);
  CW_TRY_ASSIGN(runner.configured, toolchain::runner_for(config, runner.triple, platforms.info(kind).cfgs));
  runner.host = host_to_run_on(request.compile, runner.configured.has_value(), bindings ? hosts : PackageHosts());
  runner.bindings = std::move(bindings);
  CW_TRY_ASSIGN(const auto chromium, config.get_path("wasm.tools.chromium"));
  runner.chromium = chromium ? std::optional(chromium->value) : std::nullopt;
  runner.memory_bytes = request.memory_bytes;
  CW_TRY_ASSIGN(runner.env, program_variables(env, config, runner.own_variables));
  runner.cwd = env.cwd;
  runner.own_program = request.compile.driver_program;
  runner.driver_program = request.compile.driver_program;
  runner.siblings = std::move(siblings);
  CW_TRY_ASSIGN(const auto jco, config.get_path("wasm.tools.jco"));
  runner.jco = jco ? std::optional(jco->value) : std::nullopt;
  CW_TRY_ASSIGN(ChosenRunner chosen, choose_runner(env, runner));
  if (request.memory_bytes && chosen.host == nullptr) {
    env.reporter.warning(memory_not_limited(chosen.name));
  }
  planned.become = request.time_limit ? with_time_limit(std::move(chosen.command), runner.own_program, runner.program, *request.time_limit)
                                      : std::move(chosen.command);
  planned.become->inherit_stdio = true;
  return {};
}

} // namespace

Result<std::optional<PlannedBuild>>
plan_build(const Env& caller, const GlobalOptions& options, CompileRequest request, const RunRequest* run)
{
  RecordingFilesystem files(caller.fs);
  RecordingReporter reporter(caller.reporter);
  const Env env{files, caller.process, caller.http, caller.clock, reporter, caller.vars, caller.cwd};
  Project project;
  if (request.from) {
    CW_TRY_ASSIGN(project, open_registry_project(env, options, *request.from));
  } else if (request.unpacked) {
    CW_TRY_ASSIGN(project, open_unpacked_project(env, options, *request.unpacked));
  } else {
    CW_TRY_ASSIGN(project, open_project(env, options));
  }
  auto& workspace = project.workspace;
  CW_TRY(check_members(workspace));

  CW_TRY_ASSIGN(const auto selected, plan::select_packages(workspace, request.packages));
  if (run != nullptr) {
    CW_TRY(select_program(selected.members, request));
    request.is_run = true;
  }
  const auto built = run == nullptr ? selected.members : packages_with(selected.members, request.targets);
  CW_TRY_ASSIGN(const auto hosts, choose_hosts(env, project, options, request, built));
  CW_TRY_ASSIGN(const auto target, choose_target(project, options, request, built, hosts));
  if (!request.unit_graph) {
    report_target(reporter, target);
  }
  if (const auto warning = no_bindings(request, target); warning && !options.strict_cargo) {
    env.reporter.warning(*warning);
  }
  CW_TRY_ASSIGN(const HostBuild host_wishes, host_build(built, hosts, target));
  CW_TRY_ASSIGN(const auto choice, choose_toolchain(env, project, options, built));
  if (request.reproducible) {
    CW_TRY(check_exact_toolchain(choice));
  }
  CW_TRY_ASSIGN(
      const auto platforms,
      toolchain::probe_target_data(env, *project.config, choice, target.triples, rustc_cache_places(env, workspace), host_wishes.flags));
  for (const auto& warning : platforms.warnings) {
    env.reporter.warning(Error("CW0513", warning));
  }
  auto plan_for = plan_request(request, options, platforms, env.reporter.verbosity());
  const bool is_test = request.intent == plan::UserIntent::test || request.intent == plan::UserIntent::bench;
  for (const auto& [package, host] : hosts) {
    const bool is_guest = run != nullptr && page_brings_wasi(*host.profile, target.triples.empty() ? "" : target.triples.front());
    if (!is_test && !is_guest) { // test programs are for each host that they run on, as they were linked
      plan_for.hosts.emplace(package, host.profile);
    }
  }
  for (const auto& [package, triples] : target.of_package) {
    CW_TRY_ASSIGN(plan_for.member_kinds[package], toolchain::compile_kinds(triples, platforms.rustc.host));
  }
  CW_TRY_ASSIGN(const auto settings, plan::effective_profile_settings(env.fs, workspace, *project.config, request.profile_name));
  CW_TRY_ASSIGN(const auto std_request, wanted_std(project, options, request, settings, host_wishes));
  CW_TRY(ensure_targets(env, options, choice, platforms, not_compiled_here(target.triples, std_request)));
  if (!options.strict_cargo) {
    CW_TRY_ASSIGN(plan_for.host_backend, choose_host_backend(env, reporter, options, request, choice, platforms));
    plan_for.immediate_abort = settings.immediate_abort.value_or(false);
    plan_for.no_debug_info = settings.debug_info == "none";
    plan_for.wasm_rustflags = flags_of(settings);
  }
  std::optional<plan::StdGraph> std_graph;
  if (std_request) {
    CW_TRY_ASSIGN(std_graph, load_std_graph(env, project, options, plan_for, *std_request, settings, host_wishes, choice, platforms));
  }
  CW_TRY_ASSIGN(const auto graph, load_graph(env, project, options, plan_for, platforms, false));
  const plan::UnitGraphInput units_input{.workspace = workspace,
                                         .config = *project.config,
                                         .full_resolve = graph.lock.resolve,
                                         .resolve = graph.narrowed,
                                         .roots = graph.roots,
                                         .packages = graph.packages,
                                         .platforms = platforms,
                                         .std_graph = std_graph ? &*std_graph : nullptr};
  CW_TRY_ASSIGN(const auto units, plan::plan_units(env, units_input, plan_for));
  if (request.unit_graph) {
    env.reporter.result(plan::unit_graph_json(units));
    return std::nullopt;
  }
  plan::BindgenOfUnit bindgen;
  plan::ComponentOfUnit components;
  if (!options.strict_cargo) {
    if (run != nullptr) {
      const auto& kind = platforms.requested_kinds.front();
      CW_TRY_ASSIGN(const auto configured, toolchain::runner_for(*project.config, platforms.triple(kind), platforms.info(kind).cfgs));
      choose_bindings_to_run(host_to_run_on(request, configured.has_value(), hosts), request);
    }
    CW_TRY_ASSIGN(const auto suites, wanted_suites(*project.config, request, platforms, hosts));
    CW_TRY_ASSIGN(const auto wishes,
                  plan::bindgen_wishes(env.fs, units, *workspace.root_manifest, request.bindgen, request.else_bindgen, suites));
    CW_TRY_ASSIGN(bindgen, find_bindgen(env, caller, project, request, choice, platforms, wishes));
    CW_TRY_ASSIGN(components, choose_components(env, options, project, request, platforms, units, hosts, bindgen));
  } else if (request.component) {
    return fail(Error("CW0951", "`--component` and `--strict-cargo` exclude one another", Blame::usage)
                    .help("for `wasm32-wasip2` cargo makes components, too"));
  }
  const plan::ActionGraphInput actions_input{
      units, workspace, *project.config, choice, platforms, request.driver_program, std::move(bindgen), std::move(components)};
  PlannedBuild planned;
  CW_TRY_ASSIGN(planned.graph, plan::plan_actions(env, actions_input, plan_for));
  if (request.reproducible) {
    fix_environment(env, planned.graph);
    planned.reproducible = reproducible_facts(choice, platforms, target.triples, workspace);
  }
  if (!options.strict_cargo) {
    CW_TRY(plan_budgets(env, units, workspace, planned));
  }
  CW_TRY_ASSIGN(planned.jobs, job_limit(request, *project.config));
  CW_TRY_ASSIGN(const auto frequency, project.config->get_string("future-incompat-report.frequency"));
  planned.reports_future_incompat = !frequency || frequency->value != "never";
  planned.show_dependency_warnings = plan_for.show_dependency_warnings;
  if (run != nullptr) {
    CW_TRY(plan_run(env, *run, *project.config, actions_input, hosts, planned));
  }
  if (is_test) {
    CW_TRY_ASSIGN(planned.tests, test_programs({units, planned.graph, *project.config, platforms, hosts, actions_input.bindgen}));
  }
  // What is read here is recorded with the plan: a vendored file that is edited later makes the plan stale.
  for (const auto& [id, package] : graph.packages) {
    CW_TRY(project.sources->verify(id));
  }
  planned.repeated_text = reporter.text();
  planned.looked_at = deciding_paths(env, files, planned.graph);
  planned.variables = {"PATH", "HOME", "CI", "XDG_CACHE_HOME", "NO_COLOR", "TERM", "LD_LIBRARY_PATH"};
  const auto configured = project.config->table_keys("env");
  planned.variables.insert(planned.variables.end(), configured.begin(), configured.end());
  project.sources->unlock();
  return planned;
}

} // namespace cargo_wasm::ops
