#include <cargo_wasm/browser/suite.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/browser/browse.hpp>
#include <cargo_wasm/browser/chromium.hpp>

#include "module_needs.hpp"
#include "page_run.hpp"
#include "scripts.hpp"

namespace cargo_wasm::browser {

namespace {

bool runs_in_page(SuitePlace place)
{
  return place == SuitePlace::page || place == SuitePlace::dedicated_worker || place == SuitePlace::shared_worker ||
         place == SuitePlace::service_worker;
}

/// The suite says that its tests run somewhere else.
bool is_elsewhere(const ModuleNeeds& needs, std::string_view host)
{
  return host == "node" ? runs_in_page(needs.place) : needs.place == SuitePlace::node;
}

/// Crates before 0.3.50 call their exports otherwise and take their options in another way.
bool is_too_old(const ModuleNeeds& needs)
{
  return !needs.tests.empty() && std::ranges::all_of(needs.tests, [](const std::string& test) { return test_name(test).empty(); });
}

nlohmann::json suite_json(const SuiteArguments& arguments, const SuiteSelection& selection)
{
  return {{"tests", selection.exports},
          {"filtered", selection.filtered},
          {"nocapture", arguments.nocapture},
          {"includeIgnored", arguments.include_ignored || arguments.ignored}};
}

Result<int>
run_in_browser(const base::Env& env, const SuiteRequest& request, const base::Path& chromium, SuitePlace place, const nlohmann::json& suite)
{
  if (place == SuitePlace::shared_worker || place == SuitePlace::service_worker) {
    return fail(Error("CW0983",
                      fmt::format("the suite `{}` wants a {} worker",
                                  request.module.filename().native(),
                                  place == SuitePlace::shared_worker ? "shared" : "service"))
                    .note("suites run in a page or in a dedicated worker here")
                    .help("`wasm_bindgen_test_configure!(run_in_dedicated_worker)` is the nearest"));
  }
  CW_TRY_ASSIGN(const base::Path script, bindings_script(env.fs, request.bindings, "web"));
  PageRun run;
  run.chromium = chromium;
  run.shown_name = request.module.filename().native();
  run.config = {
      {"args", nlohmann::json::array()}, {"scripts", k_scripts_path}, {"bindings", "/" + script.filename().native()}, {"suite", suite}};
  run.config["suite"]["worker"] = place == SuitePlace::dedicated_worker;
  run.longest = request.longest;
  run.outlives_exceptions = true;
  run.memory_bytes = request.memory_bytes;
  run.stop = request.stop;
  run.site.mount(request.bindings);
  add_own_pages(run.site);
  return run_page(env, std::move(run));
}

/// What a child prints, as it comes.
class PassingSink final : public base::OutputSink
{
public:
  explicit PassingSink(base::Reporter& reporter) : m_reporter(reporter) {}
  void on_stdout(std::string_view chunk) override { m_reporter.result(chunk); }
  void on_stderr(std::string_view chunk) override { m_reporter.passthrough(chunk); }

private:
  base::Reporter& m_reporter;
};

Result<int> run_in_node(const base::Env& env, const SuiteRequest& request, const base::Path& node, nlohmann::json suite)
{
  CW_TRY_ASSIGN(const base::Path script, bindings_script(env.fs, request.bindings, "nodejs"));
  suite["script"] = script.native();
  base::Command command;
  command.program = node;
  command.args = {"--expose-gc"};
  if (request.memory_bytes) {
    command.args.push_back(memory_flag(*request.memory_bytes));
  }
  command.args.insert(command.args.end(),
                      {"-e", std::string(browser::script("suite_node")), suite.dump(), std::string(browser::script("suite_tests"))});
  command.env = env.vars;
  command.cwd = env.cwd;
  PassingSink sink(env.reporter);
  const auto longest = request.longest.value_or(std::chrono::hours(24 * 365));
  const base::Deadline deadline(longest, request.stop);
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink, deadline.token()));
  if (deadline.passed()) {
    return fail(Error("CW0975",
                      fmt::format("`{}` did not end within {:g} seconds",
                                  request.module.filename().native(),
                                  std::chrono::duration<double>(longest).count()))
                    .note("Node was ended")
                    .help("`--timeout SECONDS` gives it more time"));
  }
  return exit.signal != 0 ? 128 + exit.signal : exit.status;
}

} // namespace

Result<std::string> suite_host(const base::Env& env, const SuiteRequest& request)
{
  if (request.host) {
    return *request.host;
  }
  CW_TRY_ASSIGN(const ModuleNeeds needs, module_needs(env.fs, request.module));
  return runs_in_page(needs.place) ? "browser" : needs.place == SuitePlace::node ? "node" : request.otherwise;
}

Result<std::optional<std::string>> suite_bindings(const base::Env& env, const SuiteRequest& request)
{
  CW_TRY_ASSIGN(const ModuleNeeds needs, module_needs(env.fs, request.module));
  CW_TRY_ASSIGN(const std::string host, suite_host(env, request));
  if (needs.tests.empty() || is_elsewhere(needs, host)) {
    return std::nullopt;
  }
  return host == "node" ? "nodejs" : "web";
}

Result<int> run_suite(const base::Env& env, const SuiteRequest& request, const base::Path& program)
{
  CW_TRY_ASSIGN(const SuiteArguments arguments, parse_suite_arguments(request.arguments));
  CW_TRY_ASSIGN(const ModuleNeeds needs, module_needs(env.fs, request.module));
  CW_TRY_ASSIGN(const std::string host, suite_host(env, request));
  if (is_too_old(needs)) {
    return fail(
        Error("CW0942", fmt::format("the tests of `{}` are of a `wasm-bindgen-test` before 0.3.50", request.module.filename().native()))
            .note("a later one tells the names of tests, by which they are chosen and told apart")
            .help("`cargo-wasm update wasm-bindgen-test wasm-bindgen`")
            .help("or let its own runner run them: `[target.wasm32-unknown-unknown] runner = \"wasm-bindgen-test-runner\"`"));
  }
  const SuiteSelection selection = select_tests(needs.tests, arguments);
  if (arguments.help) {
    env.reporter.result(fmt::format("Suites of wasm-bindgen-test have {}.\n", k_suite_options));
    return 0;
  }
  if (arguments.list) {
    for (const std::string& entry : selection.exports) {
      env.reporter.result(fmt::format("{}: test\n", test_name(entry)));
    }
    return 0;
  }
  const bool is_for_others = is_elsewhere(needs, host);
  if (selection.exports.empty() || is_for_others) {
    // The context of wasm-bindgen-test is linked only where there are tests, so nobody else would say it.
    const std::size_t left_out = selection.filtered + selection.exports.size();
    if (is_for_others) {
      env.reporter.note(
          fmt::format("`{}` says that its tests run in {}", request.module.filename().native(), host == "node" ? "a page" : "Node"));
    }
    env.reporter.result(fmt::format("\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; {} filtered out\n\n", left_out));
    return 0;
  }
  const nlohmann::json suite = suite_json(arguments, selection);
  return host == "node" ? run_in_node(env, request, program, suite) : run_in_browser(env, request, program, needs.place, suite);
}

} // namespace cargo_wasm::browser
