#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/browser/suite.hpp>

namespace cargo_wasm::browser {

namespace {

/// Of libtest, with nothing to do where tests run one after the other and a person reads the result.
constexpr std::array k_ignored_flags = {
    "--test", "--quiet", "-q", "--show-output", "--report-time", "--ensure-time", "--force-run-in-process"};
constexpr std::array k_ignored_values = {"--test-threads", "--color", "--format", "--logfile", "--shuffle-seed", "-Z"};

bool is_one_of(const auto& options, std::string_view word)
{
  return std::ranges::find(options, word) != options.end();
}

bool matches(std::string_view name, const std::vector<std::string>& patterns, bool exact)
{
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return exact ? name == pattern : name.find(pattern) != std::string_view::npos; });
}

} // namespace

Result<SuiteArguments> parse_suite_arguments(const std::vector<std::string>& words)
{
  SuiteArguments parsed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string option = word.substr(0, word.find('='));
    const bool has_value = option.size() < word.size();
    if (!word.starts_with('-')) {
      parsed.filters.push_back(word);
    } else if (word == "--help" || word == "-h") {
      parsed.help = true;
    } else if (word == "--exact") {
      parsed.exact = true;
    } else if (word == "--list") {
      parsed.list = true;
    } else if (word == "--nocapture" || word == "--no-capture") {
      parsed.nocapture = true;
    } else if (word == "--ignored") {
      parsed.ignored = true;
    } else if (word == "--include-ignored") {
      parsed.include_ignored = true;
    } else if (option == "--skip" && (has_value || i + 1 < words.size())) {
      parsed.skip.push_back(has_value ? word.substr(option.size() + 1) : words[++i]);
    } else if (is_one_of(k_ignored_values, option)) {
      i += has_value ? 0 : 1;
    } else if (!is_one_of(k_ignored_flags, word)) {
      return fail(Error("CW0782", fmt::format("suites of wasm-bindgen-test have no option `{}`", word), Blame::usage)
                      .help("they have " + std::string(k_suite_options)));
    }
  }
  return parsed;
}

std::string_view test_name(std::string_view export_name)
{
  const std::size_t at = export_name.find("::");
  return at == std::string_view::npos ? std::string_view() : export_name.substr(at + 2);
}

SuiteSelection select_tests(const std::vector<std::string>& exports, const SuiteArguments& arguments)
{
  constexpr std::size_t k_prefix_length = std::string_view("__wbgt_").size();
  SuiteSelection selection;
  for (const std::string& entry : exports) {
    const std::string_view name = test_name(entry);
    if (name.empty()) {
      continue;
    }
    const std::string_view modifiers = std::string_view(entry).substr(k_prefix_length, entry.find('_', k_prefix_length) - k_prefix_length);
    const bool is_left_out = (!arguments.filters.empty() && !matches(name, arguments.filters, arguments.exact)) ||
                             matches(name, arguments.skip, arguments.exact) ||
                             (arguments.ignored && modifiers.find('$') == std::string_view::npos);
    if (is_left_out) {
      ++selection.filtered;
    } else {
      selection.exports.push_back(entry);
    }
  }
  return selection;
}

} // namespace cargo_wasm::browser
