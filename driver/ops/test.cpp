// `test` and `bench`: one build for each target that the hosts run, then each program on each host.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/runner/bindgen_suite.hpp>
#include <cargo_wasm/runner/test_report.hpp>

#include "compile.hpp"
#include "future_incompat.hpp"
#include "host_choice.hpp"
#include "runner.hpp"
#include "suite_runs.hpp"
#include "test_view.hpp"

namespace cargo_wasm::ops {

namespace {

/// Hosts that run programs of one target; without `--host` one of them, empty.
struct HostGroup
{
  std::vector<std::string> hosts;
};

/// What hosts have in common for a build: the targets that their profiles name.
Result<std::vector<HostGroup>> groups_of(const Env& env, const TestRequest& request)
{
  std::vector<HostGroup> groups;
  if (request.hosts.empty()) {
    groups.push_back({{""}});
    return groups;
  }
  CW_TRY_ASSIGN(const host::ProfilePlaces places, host_places(env, env.cwd));
  std::map<std::pair<std::string, std::string>, std::size_t> places_of;
  for (const std::string& name : request.hosts) {
    CW_TRY_ASSIGN(const host::Profile profile, host::find_profile(env.fs, places, name));
    const auto [place, is_new] = places_of.emplace(std::pair(profile.program_target, profile.test_target), groups.size());
    if (is_new) {
      groups.emplace_back();
    }
    groups[place->second].hosts.push_back(name);
  }
  return groups;
}

class TestSession
{
public:
  TestSession(const Env& env, const GlobalOptions& options, const TestRequest& request) : m_env(env), m_options(options), m_request(request)
  {
  }

  Result<> run()
  {
    CW_TRY_ASSIGN(const std::vector<HostGroup> groups, groups_of(m_env, m_request));
    CW_TRY(check_hosts(groups));
    for (const HostGroup& group : groups) {
      CompileRequest compile_for = m_request.compile;
      const bool is_asked_for = !group.hosts.front().empty();
      if (is_asked_for) {
        compile_for.host = group.hosts.front();
      }
      if (compile_for.intent == plan::UserIntent::test) {
        compile_for.suites = suites_on(is_asked_for ? group.hosts : std::vector<std::string>());
      }
      CW_TRY_ASSIGN(const Compiled compiled, compile(m_env, m_options, compile_for, nullptr));
      if (!compiled.outcome) {
        continue; // --unit-graph, --dry-run
      }
      report_built(compiled);
      for (const std::string& host : group.hosts) {
        m_cache = compiled.planned->graph.state_directory / "runtime";
        CW_TRY(run_programs(compiled.planned->tests, host));
      }
    }
    return finish();
  }

private:
  /// A host that is missing is found out before anything is compiled.
  Result<> check_hosts(const std::vector<HostGroup>& groups)
  {
    CW_TRY_ASSIGN(const auto config, manifest::Config::load(m_env, m_options.config));
    CW_TRY_ASSIGN(const auto chromium, config->get_path("wasm.tools.chromium"));
    m_chromium = chromium ? std::optional(chromium->value) : std::nullopt;
    for (const HostGroup& group : groups) {
      for (const std::string& host : group.hosts) {
        const runner::HostRunner* const known = m_request.no_run || host.empty() ? nullptr : runner::runner_of_host(host);
        if (known != nullptr) {
          CW_TRY(program_of_host(m_env, *known, m_request.compile.driver_program, m_chromium));
        }
      }
    }
    return {};
  }

  void report_built(const Compiled& compiled) const
  {
    auto text = compiled.planned->graph.finished + " in " + elapsed_text(compiled.outcome->elapsed);
    m_env.reporter.status("Finished", text);
    if (const auto future = future_incompat_text(m_env.reporter, compiled, m_request.compile.future_incompat_report); !future.empty()) {
      m_env.reporter.passthrough(future);
    }
  }

  Result<> run_programs(const std::vector<TestProgram>& programs, const std::string& host)
  {
    for (const TestProgram& program : programs) {
      const std::string file = base::shown_path(m_env.cwd, program.file).string();
      if (m_request.no_run) {
        m_env.reporter.status("Executable", fmt::format("{} ({})", program.shown, file));
        continue;
      }
      CW_TRY_ASSIGN(const bool success, run_program(program, host, file));
      if (!success && !m_request.no_fail_fast) {
        return {};
      }
    }
    return {};
  }

  Result<ChosenRunner> runner_for(const TestProgram& program, const std::string& host) const
  {
    RunnerRequest start;
    start.program = program.file;
    start.triple = program.triple;
    start.is_native = program.is_native;
    if (!host.empty()) {
      start.host = host;
    } else if (!program.suite && !program.runner && !program.is_native && runner::runner_of_host(program.host) != nullptr) {
      start.host = program.host;
    }
    start.configured = program.runner;
    start.jco = program.jco;
    if (!m_request.directories.empty()) {
      start.directories = mapped_directories(m_env, m_request.directories, {});
    }
    start.directories.push_back({program.package_root.string(), "."});
    start.directories.push_back({program.package_root.string(), program.package_root.string()});
    if (const auto scratch = program.env.find("CARGO_TARGET_TMPDIR");
        scratch != program.env.end() && m_env.fs.is_directory(scratch->second)) {
      start.directories.push_back({scratch->second, scratch->second});
    }
    start.env = m_env.vars;
    for (const auto& [name, value] : program.env) {
      start.env[name] = value;
    }
    for (const auto& [name, value] : start.env) {
      if (program.env.contains(name) || name.starts_with("CARGO") || name.starts_with("RUST")) {
        start.own_variables.push_back(name);
      }
    }
    start.own_program = m_request.compile.driver_program;
    start.cwd = program.package_root;
    start.cache_directory = m_cache;
    start.memory_bytes = m_request.memory_bytes;
    start.suite = program.suite;
    start.chromium = m_chromium;
    return choose_runner(m_env, start);
  }

  void note_limits(const ChosenRunner& chosen)
  {
    if (m_request.memory_bytes && chosen.host == nullptr && m_noted.insert(chosen.name).second) {
      m_env.reporter.warning(memory_not_limited(chosen.name));
    }
  }

  /// What else is in a suite, and would be passed over in silence.
  void note_other_tests(const TestProgram& program) const
  {
    const auto file = m_env.fs.map(program.file);
    if (file && runner::has_libtest_tests(file->bytes())) {
      m_env.reporter.note(fmt::format(
          "{} has `#[test]` functions, too, which do not run on {}: `--target wasm32-wasip1` runs them", program.shown, program.triple));
    }
  }

  [[nodiscard]] runner::TestRunRequest run_request(const TestProgram& program) const
  {
    runner::TestRunRequest request;
    request.arguments = m_request.arguments;
    request.has_harness = program.has_harness || program.suite;
    request.reads_output = program.suite.has_value();
    request.runs_in_order = !program.is_native;
    request.time_limit = m_request.time_limit;
    const auto* const style = m_env.var("RUST_BACKTRACE");
    const bool is_full = style != nullptr && *style == "full";
    request.backtrace = [this, is_full, file = program.suite ? program.suite->module : program.file](const runner::Trap& trap) {
      return runner::backtrace_text(trap, runner::TrapSymbols(m_env.fs, file, {}), {m_env.cwd, is_full});
    };
    return request;
  }

  runner::TestStarter starter(const ChosenRunner& chosen)
  {
    return [this, command = chosen.command](const std::vector<std::string>& arguments,
                                            base::OutputSink& sink) -> Result<runner::StartedProgram> {
      base::Command start = command;
      start.args.insert(start.args.end(), arguments.begin(), arguments.end());
      runner::StartedProgram ended;
      if (m_request.time_limit.count() == 0) {
        CW_TRY_ASSIGN(ended.exit, m_env.process.run(start, sink, m_request.compile.exec.stop));
        return ended;
      }
      const base::Deadline deadline(m_request.time_limit, m_request.compile.exec.stop);
      CW_TRY_ASSIGN(ended.exit, m_env.process.run(start, sink, deadline.token()));
      ended.timed_out = deadline.passed();
      return ended;
    };
  }

  /// False: it failed.
  Result<bool> run_program(const TestProgram& program, const std::string& host, const std::string& file)
  {
    CW_TRY_ASSIGN(const ChosenRunner chosen, runner_for(program, host));
    note_limits(chosen);
    const std::string where = program.is_native && chosen.name == program.triple ? "" : " on " + (host.empty() ? chosen.name : host);
    m_env.reporter.status("Running", fmt::format("{} ({}){}", program.shown, file, where));
    runner::ProgramResult result{program.package, program.shown, host.empty() ? chosen.name : host, program.triple, {}};
    TextTestView text(m_env.reporter, m_env.reporter.verbosity() == base::Verbosity::quiet || is_quiet());
    JsonTestView silent(m_env.reporter);
    runner::TestView& view = m_request.json ? static_cast<runner::TestView&>(silent) : text;
    const runner::TestRunRequest request = run_request(program);
    if (program.suite && m_noted.insert(program.file.native()).second) {
      note_other_tests(program);
    }
    CW_TRY_ASSIGN(result.run, runner::run_test_program(m_env.clock, starter(chosen), request, view));
    if (m_request.compile.exec.stop.stop_requested()) {
      return fail(stopped());
    }
    if (m_request.json) {
      for (const runner::TestCase& test : result.run.cases) {
        m_env.reporter.result(runner::test_event(result, test));
      }
      m_env.reporter.result(runner::program_event(result));
    } else {
      text.end(result.run);
    }
    if (!result.run.problem.empty()) {
      m_env.reporter.error(Error("CW0938", fmt::format("`{}` on {}: {}", file, result.host, result.run.problem)));
    }
    const bool success = result.run.success();
    if (!success && std::find(m_rerun.begin(), m_rerun.end(), program.rerun) == m_rerun.end()) {
      m_rerun.push_back(program.rerun);
    }
    m_results.push_back(std::move(result));
    return success;
  }

  [[nodiscard]] bool is_quiet() const { return runner::split_libtest_arguments(m_request.arguments).is_quiet; }

  static Error stopped()
  {
    Error error("CW0932", "stopped");
    error.already_reported = true;
    return error;
  }

  Result<> finish()
  {
    if (m_request.no_run) {
      return {};
    }
    if (m_request.json) {
      m_env.reporter.result(runner::summary_event(m_results));
    } else if (const std::string table = runner::results_table(m_results); !table.empty()) {
      m_env.reporter.result(table);
    }
    if (m_request.junit) {
      if (auto written = m_env.fs.write_atomic(*m_request.junit, runner::junit_xml(m_results)); !written) {
        return fail(
            Error("CW0936", fmt::format("cannot write `{}`", m_request.junit->string()), Blame::environment).note(written.error().message));
      }
    }
    if (m_rerun.empty()) {
      return {};
    }
    runner::TestCounts counts;
    for (const runner::ProgramResult& result : m_results) {
      counts += result.run.counts();
    }
    Error error("CW0932",
                counts.failed == 0 ? std::string("a test program failed")
                                   : fmt::format("{} test{} failed", counts.failed, counts.failed == 1 ? "" : "s"));
    for (const std::string& options : m_rerun) {
      error.helps.push_back(fmt::format("to run only this again: `{}`", options));
    }
    return fail(std::move(error));
  }

  const Env& m_env;
  const GlobalOptions& m_options;
  const TestRequest& m_request;
  std::vector<runner::ProgramResult> m_results;
  std::vector<std::string> m_rerun;
  std::set<std::string> m_noted;
  Path m_cache;
  std::optional<Path> m_chromium;
};

} // namespace

Result<> test(const Env& env, const GlobalOptions& options, const TestRequest& request)
{
  TestRequest own = request;
  // What is run is no part of a stored plan.
  own.compile.stored.reset();
  own.compile.noop.reset();
  return TestSession(env, options, own).run();
}

} // namespace cargo_wasm::ops
