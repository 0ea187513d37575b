#include <cargo_wasm/runner/test_run.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::runner {

namespace {

/// Names on one command line; the kernel takes 2 MiB, and environments are part of that.
constexpr std::size_t k_names_bytes = 256 * 1024;

std::chrono::milliseconds between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to)
{
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

/// What one start of the program told.
class StartReader final : public base::OutputSink, private LibtestListener
{
public:
  StartReader(const base::Clock& clock, TestRun& run, std::unordered_map<std::string, std::size_t>& places, TestView& view, bool is_first)
      : m_clock(clock), m_run(run), m_places(places), m_view(view), m_is_first(is_first), m_reader(*this),
        m_lines([this](std::string_view line) { error_line(line); }), m_last_event(clock.monotonic())
  {
  }

  void on_stdout(std::string_view chunk) override { m_reader.feed(chunk); }
  void on_stderr(std::string_view chunk) override
  {
    m_errors += chunk;
    m_lines.feed(chunk);
  }
  void finish()
  {
    m_reader.finish();
    m_lines.finish();
  }

  [[nodiscard]] const LibtestReader& reader() const { return m_reader; }
  [[nodiscard]] const std::string& errors() const { return m_errors; }
  /// What was taken for a trap's report and was none, as the program went on.
  void show_held() { m_view.on_stderr(m_held); }

  void finish_test(TestCase test)
  {
    const auto [place, is_new] = m_places.emplace(test.name, m_run.cases.size());
    if (is_new) {
      m_run.cases.push_back(test);
    } else {
      m_run.cases[place->second] = test;
    }
    m_view.on_finished(test);
  }

private:
  void error_line(std::string_view line)
  {
    m_in_trap = m_in_trap || begins_trap(line);
    const std::string text = std::string(line) + "\n";
    if (m_in_trap) {
      m_held += text;
    } else {
      m_view.on_stderr(text);
    }
  }

  void on_running(std::uint64_t tests) override
  {
    if (m_is_first) {
      m_view.on_running(tests);
    }
    m_last_event = m_clock.monotonic();
  }
  void on_started(std::string_view name) override
  {
    m_last_event = m_clock.monotonic();
    m_started = true;
    m_view.on_started(name);
  }
  void on_finished(std::string_view name, const TestResult& result) override
  {
    TestCase test{.name = std::string(name), .result = result};
    if (m_started) {
      test.elapsed = between(m_last_event, m_clock.monotonic());
    }
    m_started = false;
    if (const auto known = m_places.find(test.name); known != m_places.end()) {
      m_run.cases[known->second].result = result; // a correction: its line has been shown
      return;
    }
    finish_test(std::move(test));
  }
  void on_output(std::string_view name, std::string_view text) override
  {
    if (const auto known = m_places.find(std::string(name)); known != m_places.end()) {
      m_run.cases[known->second].output = std::string(text);
    }
  }
  void on_summary(const TestSummary& summary) override
  {
    if (m_is_first) {
      m_run.filtered_out = summary.filtered_out;
    }
  }
  void on_text(std::string_view bytes) override { m_view.on_stdout(bytes); }

  const base::Clock& m_clock;
  TestRun& m_run;
  std::unordered_map<std::string, std::size_t>& m_places;
  TestView& m_view;
  bool m_is_first;
  LibtestReader m_reader;
  base::LineSplitter m_lines;
  std::chrono::steady_clock::time_point m_last_event;
  std::string m_errors, m_held;
  bool m_in_trap = false, m_started = false;
};

/// What an uncaptured test writes around its name and result.
class AloneReader final : public base::OutputSink, private LibtestListener
{
public:
  AloneReader() : m_reader(*this) {}
  void on_stdout(std::string_view chunk) override { m_reader.feed(chunk); }
  void on_stderr(std::string_view chunk) override { m_errors += chunk; }
  void finish() { m_reader.finish(); }
  [[nodiscard]] const std::string& text() const { return m_text; }
  [[nodiscard]] const std::string& captured() const { return m_captured; }
  [[nodiscard]] const std::string& errors() const { return m_errors; }
  [[nodiscard]] const std::optional<TestResult>& result() const { return m_result; }

private:
  void on_finished(std::string_view /*name*/, const TestResult& result) override { m_result = result; }
  void on_output(std::string_view /*name*/, std::string_view text) override { m_captured = std::string(text); }
  void on_text(std::string_view bytes) override { m_text += bytes; }

  LibtestReader m_reader;
  std::string m_text, m_captured, m_errors;
  std::optional<TestResult> m_result;
};

class Engine
{
public:
  Engine(const base::Clock& clock, const TestStarter& start, const TestRunRequest& request, TestView& view)
      : m_clock(clock), m_start(start), m_request(request), m_view(view), m_split(split_libtest_arguments(request.arguments))
  {
  }

  Result<TestRun> run()
  {
    const auto began = m_clock.monotonic();
    if (!m_request.has_harness || m_split.is_opaque) {
      CW_TRY(run_opaque());
    } else {
      CW_TRY_ASSIGN(bool is_complete, start_tests(without_quiet(m_request.arguments), true));
      if (!is_complete && m_run.problem.empty()) {
        CW_TRY(run_the_rest());
      }
      CW_TRY(explain_failures());
      if (m_request.reads_output) {
        read_outputs();
      }
    }
    m_run.elapsed = between(began, m_clock.monotonic());
    return std::move(m_run);
  }

private:
  class Through final : public base::OutputSink
  {
  public:
    explicit Through(TestView& view) : m_view(view) {}
    void on_stdout(std::string_view chunk) override { m_view.on_stdout(chunk); }
    void on_stderr(std::string_view chunk) override
    {
      text += chunk;
      m_view.on_stderr(chunk);
    }
    std::string text;

  private:
    TestView& m_view;
  };

  [[nodiscard]] std::string limit_text() const { return fmt::format("{} s", static_cast<double>(m_request.time_limit.count()) / 1000); }

  Result<StartedProgram> start(const std::vector<std::string>& arguments, base::OutputSink& sink)
  {
    ++m_run.starts;
    return m_start(arguments, sink);
  }

  Result<> run_opaque()
  {
    m_run.is_opaque = true;
    Through sink(m_view);
    CW_TRY_ASSIGN(const StartedProgram ended, start(m_request.arguments, sink));
    if (ended.timed_out) {
      m_run.problem = fmt::format("no end after {}", limit_text());
    } else if (!ended.exit.success()) {
      m_run.problem = fmt::format("it ended with {}", to_string(ended.exit));
    }
    if (const TrapText text = split_trap(sink.text); text.trap) {
      m_view.on_stderr(m_request.backtrace(*text.trap));
    }
    return {};
  }

  /// True: all tests of this start have a result.
  Result<bool> start_tests(const std::vector<std::string>& arguments, bool is_first)
  {
    StartReader reader(m_clock, m_run, m_places, m_view, is_first);
    CW_TRY_ASSIGN(const StartedProgram ended, start(arguments, reader));
    reader.finish();
    if (reader.reader().summary()) {
      reader.show_held();
      const bool fits = ended.exit.success() == reader.reader().summary()->ok;
      if (!fits && m_run.counts().failed == 0) {
        m_run.problem = fmt::format("after its tests it ended with {}", to_string(ended.exit));
      }
      return true;
    }
    if (!reader.reader().has_begun()) {
      if (is_first || !ended.timed_out) {
        const std::string how = ended.timed_out ? "no end after " + limit_text() : "it ended with " + to_string(ended.exit);
        m_run.problem = how + " before its tests began";
        reader.show_held();
      }
      return false;
    }
    if (auto name = running_test(reader.reader())) {
      TestCase test{.name = std::move(*name), .result = {Outcome::failed, ""}};
      test.timed_out = ended.timed_out;
      test.trapped = !ended.timed_out;
      if (ended.timed_out) {
        test.output = fmt::format("it was stopped: no result after {} (--timeout)\n", limit_text());
        test.elapsed = m_request.time_limit;
      }
      reader.finish_test(std::move(test));
    } else if (ended.timed_out && is_in_order()) {
      m_run.problem = fmt::format("no end after {} (--timeout)", limit_text());
    }
    return false;
  }

  /// Whom the end of the program is to be put down to.
  [[nodiscard]] std::optional<std::string> running_test(const LibtestReader& reader) const
  {
    if (!is_in_order()) {
      return std::nullopt; // the name that stands there is that of a test which has just ended
    }
    return reader.pending() ? reader.pending() : reader.last_finished();
  }

  [[nodiscard]] bool is_in_order() const { return m_request.runs_in_order || m_is_alone; }

  Result<std::vector<std::string>> all_names()
  {
    std::vector<std::string> arguments = without_quiet(m_request.arguments);
    arguments.emplace_back("--list");
    base::CapturingSink sink;
    CW_TRY(start(arguments, sink));
    return parse_list(sink.out);
  }

  Result<> run_the_rest()
  {
    CW_TRY_ASSIGN(const std::vector<std::string> names, all_names());
    m_is_alone = true;
    while (m_run.problem.empty()) {
      std::vector<std::string> arguments = m_split.kept;
      if (!m_request.runs_in_order) {
        one_at_a_time(arguments); // only so it says what it begins
      }
      arguments.emplace_back("--exact");
      const std::size_t options = arguments.size();
      std::size_t bytes = 0;
      for (const std::string& name : names) {
        if (!m_places.contains(name) && bytes < k_names_bytes) {
          bytes += name.size() + 1;
          arguments.push_back(name);
        }
      }
      if (arguments.size() == options) {
        return {};
      }
      const std::size_t known = m_places.size();
      CW_TRY(start_tests(arguments, false));
      if (m_places.size() == known) {
        const std::size_t left = arguments.size() - options;
        m_run.problem =
            fmt::format("{} test{} did not run: the program ends before {}", left, left == 1 ? "" : "s", left == 1 ? "it" : "them");
      }
    }
    return {};
  }

  /// libtest refuses the option when it is there twice.
  static void one_at_a_time(std::vector<std::string>& arguments)
  {
    for (std::size_t i = 0; i < arguments.size();) {
      const bool is_two_words = arguments[i] == "--test-threads";
      if (is_two_words || arguments[i].starts_with("--test-threads=")) {
        const auto begin = arguments.begin() + static_cast<std::ptrdiff_t>(i);
        arguments.erase(begin, begin + (is_two_words && i + 1 < arguments.size() ? 2 : 1));
      } else {
        ++i;
      }
    }
    arguments.emplace_back("--test-threads=1");
  }

  /// A trap leaves nothing behind of what libtest had captured; and where the program ended later, nor does a failure.
  Result<> explain_failures()
  {
    for (TestCase& test : m_run.cases) {
      if (test.result.outcome != Outcome::failed || test.timed_out || !test.output.empty() || m_run.starts == 1) {
        continue;
      }
      std::vector<std::string> arguments = m_split.kept;
      const bool has_ignored = std::find(arguments.begin(), arguments.end(), "--ignored") != arguments.end() ||
                               std::find(arguments.begin(), arguments.end(), "--include-ignored") != arguments.end();
      if (!has_ignored) {
        arguments.emplace_back("--include-ignored");
      }
      if (!m_split.shows_output && !m_request.reads_output) {
        arguments.emplace_back("--nocapture");
      }
      arguments.emplace_back("--exact");
      arguments.push_back(test.name);
      AloneReader reader;
      CW_TRY_ASSIGN(const StartedProgram ended, start(arguments, reader));
      reader.finish();
      take_explanation(test, reader, ended);
    }
    return {};
  }

  /// JavaScript's stack becomes Rust's.
  void read_outputs()
  {
    for (TestCase& test : m_run.cases) {
      TrapText text = split_trap(test.output);
      if (test.result.outcome == Outcome::failed && test.backtrace.empty() && text.trap) {
        test.output = std::move(text.before);
        test.backtrace = m_request.backtrace(*text.trap);
      }
    }
  }

  void take_explanation(TestCase& test, const AloneReader& reader, const StartedProgram& ended) const
  {
    const TrapText errors = split_trap(reader.errors());
    test.output = (m_request.reads_output ? reader.captured() : reader.text()) + without_hint(errors.before);
    test.output.erase(0, test.output.find_first_not_of('\n'));
    if (errors.trap) {
      test.backtrace = m_request.backtrace(*errors.trap);
      if (errors.before.find("panicked at") == std::string::npos) {
        test.output += fmt::format("trap: {}\n", errors.trap->reason);
      }
    } else if (reader.result() && reader.result()->outcome == Outcome::passed) {
      test.output += "it failed among the others, and passed when it was started alone\n";
    } else if (ended.timed_out) {
      test.output += fmt::format("started alone, it had no result after {}\n", limit_text());
    } else if (test.trapped) {
      test.output += fmt::format("the program ended with {}\n", to_string(ended.exit));
    }
  }

  /// The backtrace is ours, and RUST_BACKTRACE has no part in it.
  static std::string without_hint(std::string_view text)
  {
    std::string left;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at + 1);
      if (!line.starts_with("note: run with `RUST_BACKTRACE=1`") &&
          !line.starts_with("note: Some details are omitted, run with `RUST_BACKTRACE") && line != "stack backtrace:\n") {
        left += line;
      }
      at += line.size();
    }
    return left;
  }

  const base::Clock& m_clock;
  const TestStarter& m_start;
  const TestRunRequest& m_request;
  TestView& m_view;
  LibtestArguments m_split;
  TestRun m_run;
  std::unordered_map<std::string, std::size_t> m_places; ///< name → case
  bool m_is_alone = false;                               ///< one test at a time, whatever the first start did
};

} // namespace

TestCounts& TestCounts::operator+=(const TestCounts& other)
{
  passed += other.passed;
  failed += other.failed;
  ignored += other.ignored;
  measured += other.measured;
  filtered_out += other.filtered_out;
  return *this;
}

TestCounts TestRun::counts() const
{
  TestCounts counts;
  for (const TestCase& test : cases) {
    switch (test.result.outcome) {
    case Outcome::passed:
      ++counts.passed;
      break;
    case Outcome::failed:
      ++counts.failed;
      break;
    case Outcome::ignored:
      ++counts.ignored;
      break;
    case Outcome::measured:
      ++counts.measured;
      break;
    }
  }
  counts.filtered_out = filtered_out;
  return counts;
}

bool TestRun::success() const
{
  return problem.empty() &&
         std::none_of(cases.begin(), cases.end(), [](const TestCase& test) { return test.result.outcome == Outcome::failed; });
}

Result<TestRun> run_test_program(const base::Clock& clock, const TestStarter& start, const TestRunRequest& request, TestView& view)
{
  return Engine(clock, start, request, view).run();
}

} // namespace cargo_wasm::runner
