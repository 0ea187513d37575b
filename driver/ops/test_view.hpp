// How `test` shows its progress: libtest's lines, put together anew, since several starts may stand behind them.
#pragma once
#include <string>

#include <cargo_wasm/base/reporter.hpp>
#include <cargo_wasm/runner/test_report.hpp>

namespace cargo_wasm::ops {

class TextTestView final : public runner::TestView
{
public:
  /// Quiet: failures and the last line only.
  TextTestView(base::Reporter& reporter, bool quiet) : m_reporter(reporter), m_quiet(quiet) {}
  void on_running(std::uint64_t tests) override;
  void on_started(std::string_view name) override;
  void on_finished(const runner::TestCase& test) override;
  void on_stdout(std::string_view bytes) override;
  void on_stderr(std::string_view bytes) override { m_reporter.passthrough(bytes); }
  /// Failures and the last line.
  void end(const runner::TestRun& run);

private:
  void print(std::string_view text) { m_reporter.result(text); }
  [[nodiscard]] std::string colored(std::string_view text, std::string_view code) const;

  base::Reporter& m_reporter;
  bool m_quiet;
  bool m_is_open = false;    ///< a test's name has no result yet
  bool m_is_in_line = false; ///< the cursor does not stand at the beginning of a line
};

/// What programs print goes to stderr: on stdout are events alone.
class JsonTestView final : public runner::TestView
{
public:
  explicit JsonTestView(base::Reporter& reporter) : m_reporter(reporter) {}
  void on_stderr(std::string_view bytes) override { m_reporter.passthrough(bytes); }
  void on_stdout(std::string_view bytes) override { m_reporter.passthrough(bytes); }

private:
  base::Reporter& m_reporter;
};

} // namespace cargo_wasm::ops
