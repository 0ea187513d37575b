#include "suite_runs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/browser/suite.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_suite_triple = "wasm32-unknown-unknown";
constexpr std::string_view k_page = "browser";
constexpr std::string_view k_node = "node";

/// "node" or "browser" of a host's name; empty: it has no JavaScript.
std::string place_of_suites(std::string_view host)
{
  const runner::HostRunner* const runner = runner::runner_of_host(host);
  return runner != nullptr && (runner->id == k_page || runner->id == k_node) ? std::string(runner->id) : std::string();
}

} // namespace

std::string suites_on(const std::vector<std::string>& hosts)
{
  if (hosts.empty()) {
    return "any";
  }
  for (const std::string& host : hosts) {
    if (std::string place = place_of_suites(host); !place.empty()) {
      return place;
    }
  }
  return {};
}

Result<plan::SuiteWish> wanted_suites(const manifest::Config& config,
                                      const CompileRequest& request,
                                      const toolchain::TargetData& platforms,
                                      const PackageHosts& hosts)
{
  plan::SuiteWish wish;
  const auto kind = std::ranges::find_if(platforms.requested_kinds, [](const toolchain::CompileKind& requested) {
    return requested.triple && requested.triple->view() == k_suite_triple;
  });
  if (request.suites.empty() || kind == platforms.requested_kinds.end()) {
    return wish;
  }
  if (!request.host) {
    CW_TRY_ASSIGN(const auto configured, toolchain::runner_for(config, k_suite_triple, platforms.info(*kind).cfgs));
    if (configured) {
      return wish;
    }
  }
  wish.host = request.suites;
  for (const auto& [package, host] : hosts) {
    if (place_of_suites(host.profile->id) == k_page) {
      wish.pages.insert(package);
    }
  }
  return wish;
}

Error no_javascript(const std::string& host)
{
  return Error("CW0939", fmt::format("host `{}` does not run suites of `#[wasm_bindgen_test]`", host), Blame::usage)
      .note("JavaScript starts them, test by test")
      .help("`--host node` and `--host browser` run them")
      .help("`#[test]` functions run under WASI: `--target wasm32-wasip1`");
}

Result<ChosenRunner> suite_runner(const Env& env, const RunnerRequest& request)
{
  std::string place;
  if (request.host) {
    place = place_of_suites(*request.host);
    if (place.empty()) {
      return fail(no_javascript(*request.host));
    }
  } else {
    browser::SuiteRequest asked;
    asked.module = request.program;
    asked.otherwise = request.suite->is_for_pages ? k_page : k_node;
    CW_TRY_ASSIGN(place, browser::suite_host(env, asked));
  }
  const runner::HostRunner& host = *runner::runner_of_host(place);
  CW_TRY(program_of_host(env, host, request.own_program, request.chromium));
  ChosenRunner chosen;
  chosen.name = place;
  chosen.host = &host;
  base::Command& command = chosen.command;
  command.program = request.own_program;
  command.args = {"module", "bindgen-test", request.program.native(), "--bindings", request.suite->bindings.native(), "--host", place};
  if (request.chromium) {
    command.args.insert(command.args.end(), {"--config", runner::chromium_setting(*request.chromium)});
  }
  if (request.memory_bytes) {
    command.args.insert(command.args.end(), {"--max-memory", std::to_string(*request.memory_bytes)});
  }
  command.args.emplace_back("--");
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = request.env;
  command.cwd = request.cwd;
  return chosen;
}

} // namespace cargo_wasm::ops
