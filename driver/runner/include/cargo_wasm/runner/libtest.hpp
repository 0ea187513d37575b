// What a test program says: libtest's text for people, read as events while it is being written.
//
// There is no other form on stable compilers. The text is read as it comes, also when what tests print themselves stands between a test's
// name and its result (`--nocapture`), in its place, or directly before it. Nothing in it can make the reader fail: what it does not know
// is text of the program. Source: library/test/src/formatters/pretty.rs and types.rs of Rust 1.85 to 1.99.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::runner {

enum class Outcome : std::uint8_t { passed, failed, ignored, measured };
[[nodiscard]] std::string_view name_of(Outcome outcome); ///< "passed"

/// What a line says behind `test NAME ... `.
struct TestResult
{
  Outcome outcome = Outcome::passed;
  std::string detail; ///< why it is ignored; the figures of a benchmark
  bool operator==(const TestResult&) const = default;
};

/// The counts of the last line.
struct TestSummary
{
  bool ok = false;
  std::uint64_t passed = 0, failed = 0, ignored = 0, measured = 0, filtered_out = 0;
  bool operator==(const TestSummary&) const = default;
};

class LibtestListener
{
public:
  virtual ~LibtestListener() = default;
  virtual void on_running(std::uint64_t /*tests*/) {}                                  ///< "running 3 tests"
  virtual void on_started(std::string_view /*name*/) {}                                ///< its result is still to come
  virtual void on_finished(std::string_view /*name*/, const TestResult& /*result*/) {} ///< again, when a later line corrects it
  virtual void on_output(std::string_view /*name*/, std::string_view /*text*/) {}      ///< what was captured of a test
  virtual void on_summary(const TestSummary& /*summary*/) {}                           ///< the last line
  virtual void on_text(std::string_view /*bytes*/) {}                                  ///< of the program itself
};

class LibtestReader
{
public:
  explicit LibtestReader(LibtestListener& listener) : m_listener(listener) {}

  /// Cost: linear, if lines are not absurdly many chunks long.
  void feed(std::string_view chunk);
  /// The program has ended: what is left of a last line is read.
  void finish();

  /// The test that was started and has no result; nullopt between two of them.
  [[nodiscard]] const std::optional<std::string>& pending() const noexcept { return m_pending; }
  /// The test whose result came last: it may have printed that itself, and then trapped.
  [[nodiscard]] const std::optional<std::string>& last_finished() const noexcept { return m_last; }
  [[nodiscard]] bool has_begun() const noexcept { return m_has_begun; }
  [[nodiscard]] const std::optional<TestSummary>& summary() const noexcept { return m_summary; }

private:
  enum class State : std::uint8_t { tests, sections, names };
  void line(std::string_view text);
  void line_of_tests(std::string_view text);
  void line_of_sections(std::string_view text);
  bool read_summary(std::string_view text);
  void start_early();
  void finish_pending(std::string_view text);
  void end_section();
  void tell_text(std::string_view text);

  LibtestListener& m_listener;
  std::string m_rest; ///< of a line that has not ended
  std::optional<std::string> m_pending, m_last;
  std::optional<TestSummary> m_summary;
  std::size_t m_early = 0; ///< bytes of m_rest that `start_early` has told of
  State m_state = State::tests;
  bool m_has_begun = false, m_has_ended = false;
  std::string m_section_name, m_section_text;
};

/// "ok", "FAILED", "ignored, no clock here", "bench: 12 ns/iter (+/- 1)", each with a time behind it or without; nullopt: something else.
[[nodiscard]] std::optional<TestResult> parse_result(std::string_view text);

/// The names that `--list` prints, in order, benchmarks included.
[[nodiscard]] std::vector<std::string> parse_list(std::string_view text);

/// What of a test program's arguments is a filter, and what is to be repeated in every start.
struct LibtestArguments
{
  std::vector<std::string> kept; ///< everything but filters, `--skip`, `--exact` and how it is shown
  bool is_quiet = false;         ///< -q, --quiet, --format=terse
  bool shows_output = false;     ///< --nocapture, --show-output
  bool is_opaque = false;        ///< what it prints is not for the reader: --list, --help, --format=json, --logfile
};
[[nodiscard]] LibtestArguments split_libtest_arguments(const std::vector<std::string>& arguments);
/// The same arguments without what makes the text terse.
[[nodiscard]] std::vector<std::string> without_quiet(const std::vector<std::string>& arguments);

} // namespace cargo_wasm::runner
