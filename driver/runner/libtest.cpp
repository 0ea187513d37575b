#include <cargo_wasm/runner/libtest.hpp>

#include <algorithm>
#include <charconv>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::runner {

namespace {

constexpr std::string_view k_separator = " ... ";
constexpr std::string_view k_test = "test ";
constexpr std::string_view k_should_panic = " - should panic";

/// "12" of "12 passed": takes the number, its word, and what stands between them off `text`.
std::optional<std::uint64_t> take_count(std::string_view& text, std::string_view word)
{
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || !rest.starts_with(' ') || !rest.substr(1).starts_with(word)) {
    return std::nullopt;
  }
  rest.remove_prefix(1 + word.size());
  if (rest.starts_with("; ")) {
    rest.remove_prefix(2);
  }
  text = rest;
  return value;
}

/// The name of "test NAME ... ", without what libtest adds to it; nullopt for other text.
std::optional<std::string_view> name_of_line(std::string_view line, std::string_view& rest)
{
  if (!line.starts_with(k_test)) {
    return std::nullopt;
  }
  const auto separator = line.find(k_separator, k_test.size());
  if (separator == std::string_view::npos || separator == k_test.size()) {
    return std::nullopt;
  }
  std::string_view name = line.substr(k_test.size(), separator - k_test.size());
  if (name.ends_with(k_should_panic)) {
    name.remove_suffix(k_should_panic.size());
  }
  const bool is_doctest = name.find(" - ") != std::string_view::npos;
  if (base::trim(name).empty() || (!is_doctest && base::trim(name).find(' ') != std::string_view::npos)) {
    return std::nullopt; // "test it ... yourself", said by a program
  }
  rest = line.substr(separator + k_separator.size());
  return base::trim(name); // names of benchmarks are padded
}

std::optional<std::uint64_t> tests_to_run(std::string_view line)
{
  constexpr std::string_view k_running = "running ";
  if (!line.starts_with(k_running)) {
    return std::nullopt;
  }
  line.remove_prefix(k_running.size());
  const auto count = take_count(line, "test");
  return line.empty() || line == "s" ? count : std::nullopt;
}

/// A result may follow directly on what the test printed last. Where it begins; npos: nowhere.
std::size_t result_at_end(std::string_view text)
{
  for (const std::string_view word : {"ok", "FAILED"}) {
    if (text.ends_with(word)) {
      return text.size() - word.size();
    }
  }
  return std::string_view::npos;
}

/// "---- tests::a stdout ----"
std::optional<std::string_view> section_name(std::string_view line)
{
  constexpr std::string_view k_begin = "---- ", k_end = " stdout ----";
  if (!line.starts_with(k_begin) || !line.ends_with(k_end) || line.size() <= k_begin.size() + k_end.size()) {
    return std::nullopt;
  }
  return line.substr(k_begin.size(), line.size() - k_begin.size() - k_end.size());
}

/// Whether an option of libtest takes a value, in the next word unless there is a `=`.
bool takes_value(std::string_view word)
{
  constexpr std::string_view k_names[] = {"--skip", "--logfile", "--test-threads", "--color", "--format", "--shuffle-seed", "-Z"};
  return std::find(std::begin(k_names), std::end(k_names), word) != std::end(k_names);
}

std::string_view value_of(const std::vector<std::string>& arguments, std::size_t at)
{
  const std::string_view word = arguments[at];
  const auto equals = word.find('=');
  if (equals != std::string_view::npos) {
    return word.substr(equals + 1);
  }
  return at + 1 < arguments.size() ? std::string_view(arguments[at + 1]) : std::string_view();
}

} // namespace

std::string_view name_of(Outcome outcome)
{
  switch (outcome) {
  case Outcome::passed:
    return "passed";
  case Outcome::failed:
    return "failed";
  case Outcome::ignored:
    return "ignored";
  case Outcome::measured:
    return "measured";
  }
  return "";
}

std::optional<TestResult> parse_result(std::string_view text)
{
  if (const auto time = text.rfind(" <"); time != std::string_view::npos && text.ends_with("s>")) {
    text = text.substr(0, time); // --report-time
  }
  if (text == "ok") {
    return TestResult{Outcome::passed, ""};
  }
  if (text == "FAILED" || text == "FAILED (time limit exceeded)") {
    return TestResult{Outcome::failed, ""};
  }
  if (text == "ignored") {
    return TestResult{Outcome::ignored, ""};
  }
  if (text.starts_with("ignored, ")) {
    return TestResult{Outcome::ignored, std::string(text.substr(9))};
  }
  if (text.starts_with("bench:")) {
    return TestResult{Outcome::measured, std::string(base::trim(text.substr(6)))};
  }
  return std::nullopt;
}

void LibtestReader::feed(std::string_view chunk)
{
  for (auto end = chunk.find('\n'); end != std::string_view::npos; end = chunk.find('\n')) {
    m_rest += chunk.substr(0, end);
    const std::string text = std::move(m_rest);
    m_rest.clear();
    line(text);
    m_early = 0;
    chunk.remove_prefix(end + 1);
  }
  m_rest += chunk;
  start_early();
}

void LibtestReader::tell_text(std::string_view text)
{
  if (!text.empty()) {
    m_listener.on_text(text);
  }
  if (!m_has_ended) {
    m_listener.on_text("\n");
  }
}

void LibtestReader::finish()
{
  m_has_ended = true;
  if (!m_rest.empty()) {
    const std::string text = std::move(m_rest);
    m_rest.clear();
    line(text);
  }
  end_section();
}

/// A test's name is written before it runs.
void LibtestReader::start_early()
{
  std::string_view rest;
  if (m_state != State::tests || m_early != 0 || m_pending) {
    return;
  }
  if (const auto name = name_of_line(m_rest, rest)) {
    m_pending = std::string(*name);
    m_early = m_rest.size() - rest.size();
    m_listener.on_started(*m_pending);
  }
}

void LibtestReader::finish_pending(std::string_view text)
{
  auto result = parse_result(text);
  if (!result) {
    const auto at = result_at_end(text);
    if (at == std::string_view::npos) {
      tell_text(text);
      return;
    }
    m_listener.on_text(text.substr(0, at));
    result = parse_result(text.substr(at));
  }
  m_last = std::move(m_pending);
  m_pending.reset();
  m_listener.on_finished(*m_last, *result);
}

void LibtestReader::line_of_tests(std::string_view text)
{
  if (m_early != 0) { // the name has been told of
    finish_pending(text.substr(m_early));
    return;
  }
  if (const auto count = tests_to_run(text); count && !m_pending) {
    m_has_begun = true;
    m_listener.on_running(*count);
    return;
  }
  std::string_view rest;
  if (const auto name = name_of_line(text, rest)) {
    if (const auto result = parse_result(rest); result || !m_pending) {
      m_pending = std::string(*name);
      if (!result) {
        m_listener.on_started(*m_pending);
      }
      finish_pending(rest);
      return;
    }
  }
  if (m_pending) {
    finish_pending(text);
    return;
  }
  if (text.empty()) {
    return;
  }
  if (text == "failures:" || text == "successes:") {
    m_state = State::sections;
    return;
  }
  // A test that prints "ok" itself has its result twice, and the second one counts.
  if (const auto result = parse_result(text); result && m_last && result->outcome != Outcome::measured) {
    m_listener.on_finished(*m_last, *result);
    return;
  }
  tell_text(text);
}

void LibtestReader::end_section()
{
  if (!m_section_name.empty()) {
    while (m_section_text.ends_with("\n\n")) {
      m_section_text.pop_back();
    }
    m_listener.on_output(m_section_name, m_section_text);
  }
  m_section_name.clear();
  m_section_text.clear();
}

void LibtestReader::line_of_sections(std::string_view text)
{
  if (const auto name = section_name(text)) {
    end_section();
    m_section_name = std::string(*name);
    m_state = State::sections;
  } else if (text == "failures:" || text == "successes:") {
    // The first of its kind begins sections, the second one a list of names; sections of their own begin with their heads.
    end_section();
    m_state = State::names;
  } else if (m_state == State::sections && !m_section_name.empty()) {
    m_section_text += text;
    m_section_text += '\n';
  }
}

bool LibtestReader::read_summary(std::string_view text)
{
  constexpr std::string_view k_begin = "test result: ";
  if (!text.starts_with(k_begin)) {
    return false;
  }
  text.remove_prefix(k_begin.size());
  TestSummary summary;
  summary.ok = text.starts_with("ok. ");
  const auto space = text.find(". ");
  if (space == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(space + 2);
  const auto passed = take_count(text, "passed");
  const auto failed = take_count(text, "failed");
  const auto ignored = take_count(text, "ignored");
  const auto measured = take_count(text, "measured");
  const auto filtered = take_count(text, "filtered out");
  if (!passed || !failed || !ignored || !filtered) { // wasm-bindgen-test does not measure
    return false;
  }
  summary.passed = *passed;
  summary.failed = *failed;
  summary.ignored = *ignored;
  summary.measured = measured.value_or(0);
  summary.filtered_out = *filtered;
  end_section();
  m_state = State::tests;
  m_pending.reset();
  m_summary = summary;
  m_listener.on_summary(summary);
  return true;
}

void LibtestReader::line(std::string_view text)
{
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  if (m_early > text.size()) {
    m_early = text.size();
  }
  if (read_summary(text)) {
    return;
  }
  if (m_state == State::tests) {
    line_of_tests(text);
  } else {
    line_of_sections(text);
  }
}

std::vector<std::string> parse_list(std::string_view text)
{
  std::vector<std::string> names;
  for (const std::string_view line : base::split(text, '\n')) {
    for (const std::string_view kind : {": test", ": benchmark", ": bench"}) {
      if (line.ends_with(kind) && line.size() > kind.size()) {
        names.emplace_back(line.substr(0, line.size() - kind.size()));
        break;
      }
    }
  }
  return names;
}

LibtestArguments split_libtest_arguments(const std::vector<std::string>& arguments)
{
  LibtestArguments split;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const std::string_view name = word.substr(0, word.find('='));
    const bool is_two_words = takes_value(word);
    if (!word.starts_with('-') || name == "--skip" || name == "--exact") {
      i += is_two_words ? 1U : 0U;
      continue;
    }
    if (name == "--nocapture" || name == "--no-capture" || name == "--show-output") {
      split.shows_output = true;
    }
    if (name == "--list" || name == "--help" || name == "-h" || name == "--logfile" ||
        (name == "--format" && (value_of(arguments, i) == "json" || value_of(arguments, i) == "junit"))) {
      split.is_opaque = true;
    }
    if (name == "-q" || name == "--quiet" || name == "--format") {
      split.is_quiet = split.is_quiet || name != "--format" || value_of(arguments, i) == "terse";
      i += is_two_words ? 1U : 0U;
      continue;
    }
    split.kept.emplace_back(word);
    if (is_two_words && i + 1 < arguments.size()) {
      split.kept.push_back(arguments[++i]);
    }
  }
  return split;
}

std::vector<std::string> without_quiet(const std::vector<std::string>& arguments)
{
  std::vector<std::string> left;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const std::string_view name = word.substr(0, word.find('='));
    if (name == "-q" || name == "--quiet" || name == "--format") {
      i += word == "--format" ? 1U : 0U;
      continue;
    }
    left.push_back(arguments[i]);
  }
  return left;
}

} // namespace cargo_wasm::runner
