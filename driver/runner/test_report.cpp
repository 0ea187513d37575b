#include <cargo_wasm/runner/test_report.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::runner {

namespace {

using nlohmann::ordered_json;

double seconds_of(std::chrono::milliseconds time)
{
  return static_cast<double>(time.count()) / 1000;
}

/// In JSON and XML: what is not UTF-8 becomes `?`.
std::string valid_text(std::string_view text)
{
  if (base::is_valid_utf8(text)) {
    return std::string(text);
  }
  std::string valid(text);
  for (char& c : valid) {
    c = static_cast<unsigned char>(c) >= 0x80 ? '?' : c;
  }
  return valid;
}

std::string xml_text(std::string_view text)
{
  std::string out;
  for (const char c : valid_text(text)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\n':
    case '\t':
      out += c;
      break;
    default: // XML 1.0 has no other control characters, not even escaped
      out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

/// An attribute's newline would be read as a space.
std::string first_line(std::string_view text)
{
  return std::string(text.substr(0, text.find('\n')));
}

/// What a failure is about: the words of a panic stand in the line behind its place.
std::string failure_message(const TestCase& test)
{
  if (test.timed_out) {
    return first_line(test.output);
  }
  const auto at = test.output.find("panicked at ");
  if (at == std::string::npos) {
    constexpr std::string_view k_error = "Error: "; // of a test that returns one
    const auto error = test.output.find(k_error);
    if (error != std::string::npos && (error == 0 || test.output[error - 1] == '\n')) {
      return first_line(std::string_view(test.output).substr(error));
    }
    return test.output.empty() ? std::string("failed") : first_line(test.output);
  }
  const auto next = test.output.find('\n', at);
  return next == std::string::npos ? first_line(std::string_view(test.output).substr(at))
                                   : first_line(std::string_view(test.output).substr(next + 1));
}

std::string_view failure_type(const TestCase& test)
{
  return test.timed_out ? "timeout" : test.trapped ? "trap" : "failure";
}

/// "app::tests" and "parses" of "tests::parses".
std::pair<std::string, std::string> class_and_name(const ProgramResult& result, const std::string& test)
{
  const auto colons = test.rfind("::");
  const bool is_path = colons != std::string::npos && test.find(' ') == std::string::npos;
  return is_path ? std::pair(result.package + "::" + test.substr(0, colons), test.substr(colons + 2)) : std::pair(result.package, test);
}

std::string xml_case(const ProgramResult& result, const TestCase& test)
{
  const auto [class_name, name] = class_and_name(result, test.name);
  std::string out = fmt::format(
      R"(    <testcase classname="{}" name="{}" time="{:.3f}")", xml_text(class_name), xml_text(name), seconds_of(test.elapsed));
  switch (test.result.outcome) {
  case Outcome::passed:
    return out + "/>\n";
  case Outcome::measured:
    return out + fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", xml_text(test.result.detail));
  case Outcome::ignored: {
    const std::string why = test.result.detail.empty() ? "" : fmt::format(R"( message="{}")", xml_text(test.result.detail));
    return out + fmt::format(">\n      <skipped{}/>\n    </testcase>\n", why);
  }
  case Outcome::failed:
    break;
  }
  return out + fmt::format(">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                           xml_text(failure_message(test)),
                           failure_type(test),
                           xml_text(test.output + test.backtrace));
}

std::string xml_suite(const ProgramResult& result)
{
  const TestCounts counts = result.run.counts();
  const bool has_error = !result.run.problem.empty();
  std::string out = fmt::format(R"(  <testsuite name="{}" tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}">)"
                                "\n    <properties>\n"
                                R"(      <property name="host" value="{}"/>)"
                                "\n"
                                R"(      <property name="target" value="{}"/>)"
                                "\n    </properties>\n",
                                xml_text(fmt::format("{} {} ({})", result.package, result.program, result.host)),
                                result.run.cases.size() + (has_error ? 1 : 0),
                                counts.failed,
                                has_error ? 1 : 0,
                                counts.ignored,
                                seconds_of(result.run.elapsed),
                                xml_text(result.host),
                                xml_text(result.triple));
  for (const TestCase& test : result.run.cases) {
    out += xml_case(result, test);
  }
  if (has_error) {
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0.000\">\n      <error message=\"{}\"/>\n    </testcase>\n",
                       xml_text(result.package),
                       xml_text(result.program),
                       xml_text(result.run.problem));
  }
  return out + "  </testsuite>\n";
}

ordered_json head_of(std::string_view event, const ProgramResult& result)
{
  return {{"event", event}, {"package", result.package}, {"program", result.program}, {"host", result.host}, {"target", result.triple}};
}

void add_counts(ordered_json& object, const TestCounts& counts)
{
  object["passed"] = counts.passed;
  object["failed"] = counts.failed;
  object["ignored"] = counts.ignored;
  object["measured"] = counts.measured;
  object["filtered_out"] = counts.filtered_out;
}

std::string json_line(const ordered_json& object)
{
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

/// Columns of one width, the first one aligned left.
std::string aligned(const std::vector<std::vector<std::string>>& rows)
{
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}", row[i], i + 1 == row.size() ? 0 : widths[i] + 2);
    }
    while (line.ends_with(' ')) {
      line.pop_back();
    }
    text += line + "\n";
  }
  return text;
}

std::string cell_of(const TestCase* test)
{
  if (test == nullptr) {
    return "-";
  }
  if (test->result.outcome != Outcome::failed) {
    return std::string(name_of(test->result.outcome));
  }
  return test->timed_out ? "timed out" : test->trapped ? "trapped" : "failed";
}

const TestCase* find_case(const ProgramResult* result, const std::string& name)
{
  if (result == nullptr) {
    return nullptr;
  }
  const auto& cases = result->run.cases;
  const auto found = std::find_if(cases.begin(), cases.end(), [&](const TestCase& test) { return test.name == name; });
  return found == cases.end() ? nullptr : &*found;
}

} // namespace

std::string counts_text(const TestRun& run)
{
  if (run.is_opaque && run.problem.empty()) {
    return "ended well";
  }
  if (!run.problem.empty() && run.cases.empty()) {
    return "did not run";
  }
  const TestCounts counts = run.counts();
  std::string text = fmt::format("{} passed", counts.passed);
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) {
      text += fmt::format(", {} {}", count, what);
    }
  };
  add(counts.failed, "failed");
  add(counts.ignored, "ignored");
  add(counts.measured, "measured");
  return run.problem.empty() ? text : text + ", broken off";
}

std::string result_line(const TestRun& run)
{
  const TestCounts counts = run.counts();
  return fmt::format("test result: {}. {} passed; {} failed; {} ignored; {} measured; {} filtered out; finished in {:.2f}s\n",
                     run.success() ? "ok" : "FAILED",
                     counts.passed,
                     counts.failed,
                     counts.ignored,
                     counts.measured,
                     counts.filtered_out,
                     seconds_of(run.elapsed));
}

std::string results_table(const std::vector<ProgramResult>& results)
{
  std::vector<std::string> hosts, programs;
  std::set<std::string> packages;
  std::map<std::pair<std::string, std::string>, const ProgramResult*> cells;
  const auto remember = [](std::vector<std::string>& list, const std::string& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) {
      list.push_back(value);
    }
  };
  for (const ProgramResult& result : results) {
    packages.insert(result.package);
  }
  for (const ProgramResult& result : results) {
    const std::string program = packages.size() == 1 ? result.program : result.package + " " + result.program;
    remember(hosts, result.host);
    remember(programs, program);
    cells[{program, result.host}] = &result;
  }
  if (hosts.size() < 2) {
    return {};
  }
  std::vector<std::vector<std::string>> rows{{""}};
  rows.front().insert(rows.front().end(), hosts.begin(), hosts.end());
  for (const std::string& program : programs) {
    rows.push_back({program});
    std::vector<std::string> failing;
    for (const std::string& host : hosts) {
      const auto cell = cells.find({program, host});
      rows.back().push_back(cell == cells.end() ? "-" : counts_text(cell->second->run));
      for (const TestCase& test : cell == cells.end() ? std::vector<TestCase>() : cell->second->run.cases) {
        if (test.result.outcome == Outcome::failed) {
          remember(failing, test.name);
        }
      }
    }
    for (const std::string& name : failing) {
      rows.push_back({"  " + name});
      for (const std::string& host : hosts) {
        const auto cell = cells.find({program, host});
        rows.back().push_back(cell_of(find_case(cell == cells.end() ? nullptr : cell->second, name)));
      }
    }
  }
  return aligned(rows);
}

std::string junit_xml(const std::vector<ProgramResult>& results)
{
  std::uint64_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::chrono::milliseconds elapsed{0};
  for (const ProgramResult& result : results) {
    const TestCounts counts = result.run.counts();
    const bool has_error = !result.run.problem.empty();
    tests += result.run.cases.size() + (has_error ? 1 : 0);
    failures += counts.failed;
    errors += has_error ? 1 : 0;
    skipped += counts.ignored;
    elapsed += result.run.elapsed;
  }
  std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                R"(<testsuites name="cargo-wasm" tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}">)"
                                "\n",
                                tests,
                                failures,
                                errors,
                                skipped,
                                seconds_of(elapsed));
  for (const ProgramResult& result : results) {
    out += xml_suite(result);
  }
  return out + "</testsuites>\n";
}

std::string test_event(const ProgramResult& program, const TestCase& test)
{
  ordered_json event = head_of("test", program);
  event["name"] = test.name;
  event["outcome"] = name_of(test.result.outcome);
  event["seconds"] = seconds_of(test.elapsed);
  if (!test.result.detail.empty()) {
    event["detail"] = test.result.detail;
  }
  if (test.result.outcome == Outcome::failed) {
    event["type"] = failure_type(test);
    event["output"] = test.output;
    event["backtrace"] = test.backtrace;
  }
  return json_line(event);
}

std::string program_event(const ProgramResult& result)
{
  ordered_json event = head_of("program", result);
  event["success"] = result.run.success();
  add_counts(event, result.run.counts());
  event["seconds"] = seconds_of(result.run.elapsed);
  if (!result.run.problem.empty()) {
    event["problem"] = result.run.problem;
  }
  return json_line(event);
}

std::string summary_event(const std::vector<ProgramResult>& results)
{
  TestCounts counts;
  bool success = true;
  for (const ProgramResult& result : results) {
    counts += result.run.counts();
    success = success && result.run.success();
  }
  ordered_json event{{"event", "summary"}, {"version", 1}, {"success", success}};
  add_counts(event, counts);
  return json_line(event);
}

} // namespace cargo_wasm::runner
