// Suites of wasm-bindgen-test, in a page or in Node: what the crate's own runner does, with bindings that are made already.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::browser {

/// What stands behind `--`, as libtest reads it.
struct SuiteArguments
{
  std::vector<std::string> filters; ///< none: all tests
  std::vector<std::string> skip;
  bool help = false, exact = false, list = false, nocapture = false, ignored = false, include_ignored = false;
  bool operator==(const SuiteArguments&) const = default;
};

inline constexpr std::string_view k_suite_options =
    "`--exact`, `--skip`, `--ignored`, `--include-ignored`, `--nocapture`, `--list`, and filters";

/// Options of libtest that change nothing here (`--test-threads`, `--color`, `--format`, `-q` …) are accepted. Errors: CW0782 unknown ones.
[[nodiscard]] Result<SuiteArguments> parse_suite_arguments(const std::vector<std::string>& words);

/// The exports that are to run, and how many are left out.
struct SuiteSelection
{
  std::vector<std::string> exports;
  std::size_t filtered = 0;
  bool operator==(const SuiteSelection&) const = default;
};
/// `exports` as the macro names them: `__wbgt_` + modifiers (`$` for ignored ones) + `_` + crate, modules and function with `::` between.
[[nodiscard]] SuiteSelection select_tests(const std::vector<std::string>& exports, const SuiteArguments& arguments);
/// "module::name" of "__wbgt_$_crate::module::name"; empty where it is none.
[[nodiscard]] std::string_view test_name(std::string_view export_name);

struct SuiteRequest
{
  base::Path module;                                ///< as it was linked
  base::Path bindings;                              ///< for the host: "web" or "nodejs"
  std::optional<std::string> host;                  ///< "browser", "node"; nullopt: what the suite says
  std::string otherwise = "node";                   ///< where it says nothing
  std::vector<std::string> arguments;               ///< behind `--`
  std::optional<std::chrono::milliseconds> longest; ///< nullopt: as long as it takes
  std::optional<std::uint64_t> memory_bytes;        ///< the most that linear memory may grow to
  std::stop_token stop;
};

/// Where the suite runs: "browser" or "node". Errors: CW0976 no module.
[[nodiscard]] Result<std::string> suite_host(const base::Env& env, const SuiteRequest& request);
/// Which bindings it needs for `suite_host`: "web", "nodejs"; nullopt: none, as no test of it runs there. Errors: CW0976 no module.
[[nodiscard]] Result<std::optional<std::string>> suite_bindings(const base::Env& env, const SuiteRequest& request);
/// Runs it; `program` is Chromium or Node, whichever `suite_host` says. The status is 0 when every test passed, else 1.
/// Errors: those of `browse`; CW0782; CW0942 the crate wasm-bindgen-test is too old; CW0983 a kind of worker that suites cannot run in
/// here.
[[nodiscard]] Result<int> run_suite(const base::Env& env, const SuiteRequest& request, const base::Path& program);

} // namespace cargo_wasm::browser
