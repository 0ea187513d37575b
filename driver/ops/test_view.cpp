#include "test_view.hpp"

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

using runner::Outcome;
using runner::TestCase;

std::string_view word_of(const TestCase& test)
{
  switch (test.result.outcome) {
  case Outcome::passed:
    return "ok";
  case Outcome::failed:
    return "FAILED";
  case Outcome::ignored:
    return "ignored";
  case Outcome::measured:
    return "bench";
  }
  return "";
}

} // namespace

std::string TextTestView::colored(std::string_view text, std::string_view code) const
{
  return m_reporter.color() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void TextTestView::on_running(std::uint64_t tests)
{
  if (!m_quiet) {
    print(fmt::format("\nrunning {} test{}\n", tests, tests == 1 ? "" : "s"));
  }
}

void TextTestView::on_started(std::string_view name)
{
  if (!m_quiet) {
    print(fmt::format("{}test {} ... ", m_is_in_line ? "\n" : "", name));
    m_is_open = true;
    m_is_in_line = true;
  }
}

void TextTestView::on_finished(const TestCase& test)
{
  if (m_quiet) {
    return;
  }
  std::string text = m_is_open ? std::string() : fmt::format("test {} ... ", test.name);
  const bool failed = test.result.outcome == Outcome::failed;
  const bool passed = test.result.outcome == Outcome::passed;
  text += colored(word_of(test), failed ? "31" : passed ? "32" : "33");
  if (test.timed_out) {
    text += " (timed out)";
  } else if (!test.result.detail.empty()) {
    text += (test.result.outcome == Outcome::measured ? ": " : ", ") + test.result.detail;
  }
  print(text + "\n");
  m_is_open = false;
  m_is_in_line = false;
}

void TextTestView::on_stdout(std::string_view bytes)
{
  if (!bytes.empty()) {
    print(bytes);
    m_is_in_line = !bytes.ends_with('\n');
  }
}

void TextTestView::end(const runner::TestRun& run)
{
  if (run.is_opaque) {
    return;
  }
  std::string details, names;
  for (const TestCase& test : run.cases) {
    if (test.result.outcome != Outcome::failed) {
      continue;
    }
    names += fmt::format("    {}\n", test.name);
    if (!test.output.empty() || !test.backtrace.empty()) {
      details += fmt::format("---- {} stdout ----\n{}{}\n", test.name, test.output, test.backtrace);
    }
  }
  std::string text;
  if (!names.empty()) {
    text += fmt::format("\nfailures:\n\n{}failures:\n{}", details, names);
  }
  if (!run.cases.empty() || run.problem.empty()) {
    text += "\n" + runner::result_line(run) + "\n";
  }
  print(text);
}

} // namespace cargo_wasm::ops
