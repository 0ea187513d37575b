// Running one test program to the end, whatever its tests do.
//
// WASI has no unwinding: a panic is a trap, and a trap ends the program, with it the tests that had not run yet and the words of the panic,
// which libtest had captured. So the test that was running is taken as failed, started once more alone and uncaptured for what it has to
// say, and what had not run yet is started by name, until nothing is left. A program that runs into its time limit is treated the same, but
// its test is not started again.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/runner/libtest.hpp>
#include <cargo_wasm/runner/trap.hpp>

namespace cargo_wasm::runner {

struct TestCase
{
  std::string name;
  TestResult result = {};
  std::string output = {};    ///< of a failed test: what it printed, with the words of its panic
  std::string backtrace = {}; ///< of a trap
  bool trapped = false, timed_out = false;
  std::chrono::milliseconds elapsed{0}; ///< 0 where tests ran side by side
};

struct TestCounts
{
  std::uint64_t passed = 0, failed = 0, ignored = 0, measured = 0, filtered_out = 0;
  TestCounts& operator+=(const TestCounts& other);
  bool operator==(const TestCounts&) const = default;
};

/// One test program on one host.
struct TestRun
{
  std::vector<TestCase> cases; ///< in the order in which they ran
  std::uint64_t filtered_out = 0;
  std::chrono::milliseconds elapsed{0};
  std::uint32_t starts = 0;
  /// What no test is to blame for: it could not be started, ended before its tests or after them. Empty: nothing of the kind.
  std::string problem = {};
  /// It has no harness, or was asked for something else than tests: its exit status is all there is.
  bool is_opaque = false;

  [[nodiscard]] TestCounts counts() const;
  [[nodiscard]] bool success() const;
};

struct StartedProgram
{
  base::Exit exit = {};
  bool timed_out = false;
};

/// Starts the program with these arguments and hands over what it writes.
using TestStarter = std::function<Result<StartedProgram>(const std::vector<std::string>& arguments, base::OutputSink& sink)>;

/// Sees everything as it happens.
class TestView
{
public:
  virtual ~TestView() = default;
  virtual void on_running(std::uint64_t /*tests*/) {} ///< once
  virtual void on_started(std::string_view /*name*/) {}
  virtual void on_finished(const TestCase& /*test*/) {}
  virtual void on_stdout(std::string_view /*bytes*/) {} ///< of the program, not of libtest
  virtual void on_stderr(std::string_view /*bytes*/) {} ///< without reports of traps
};

struct TestRunRequest
{
  std::vector<std::string> arguments; ///< for libtest
  bool has_harness = true;
  bool reads_output = false; ///< what is captured survives a failure, and tells of traps, as JavaScript caught them
  bool runs_in_order = true; ///< one test at a time, as all wasm does: who printed last is known
  std::chrono::milliseconds time_limit{0};
  std::function<std::string(const Trap&)> backtrace; ///< text of a trap's frames
};

/// Errors: those of `start`; what the program does wrong is part of the result.
[[nodiscard]] Result<TestRun>
run_test_program(const base::Clock& clock, const TestStarter& start, const TestRunRequest& request, TestView& view);

} // namespace cargo_wasm::runner
