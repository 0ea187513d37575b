// Results of tests on one host or several: a table for people, JUnit's XML for CI, JSON lines for programs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/runner/test_run.hpp>

namespace cargo_wasm::runner {

struct ProgramResult
{
  std::string package; ///< "app"
  std::string program; ///< "unittests src/lib.rs", "tests/it.rs"
  std::string host;    ///< "node", "wasmtime"; the triple where it runs by itself
  std::string triple;
  TestRun run;
};

/// Rows are programs, and below each the tests that failed on some host; columns are hosts. Empty for fewer than two hosts.
[[nodiscard]] std::string results_table(const std::vector<ProgramResult>& results);

/// JUnit XML as Jenkins, GitLab and GitHub's actions read it: one suite a program and host. What XML cannot hold is replaced.
[[nodiscard]] std::string junit_xml(const std::vector<ProgramResult>& results);

/// One line each, ending in a newline (docs/formats/test-events.md).
[[nodiscard]] std::string program_event(const ProgramResult& result);
[[nodiscard]] std::string test_event(const ProgramResult& program, const TestCase& test);
[[nodiscard]] std::string summary_event(const std::vector<ProgramResult>& results);

/// "10 passed, 2 failed, 1 ignored"; what went wrong where there are no tests.
[[nodiscard]] std::string counts_text(const TestRun& run);
/// libtest's last line, for a run that was put together from several.
[[nodiscard]] std::string result_line(const TestRun& run);

} // namespace cargo_wasm::runner
