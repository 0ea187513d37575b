#include <charconv>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_names = "human, short, json, json-diagnostic-short, json-diagnostic-rendered-ansi, json-render-diagnostics";

Error exclusive(std::string_view a, std::string_view b)
{
  return Error("CW0621", fmt::format("`--message-format` cannot be `{}` and `{}` at once", a, b), Blame::usage);
}

} // namespace

Result<MessageFormat> parse_message_format(std::string_view text)
{
  MessageFormat format;
  std::string first;
  for (const std::string_view raw : base::split(text, ',')) {
    const std::string name = base::to_lower(base::trim(raw));
    const bool plain = name == "human" || name == "short" || name == "json";
    if (!first.empty() && (plain || first == "human" || first == "short" || (name.starts_with("json-") != first.starts_with("json")))) {
      return fail(exclusive(first, name));
    }
    if (name == "human") {
      format.kind = MessageFormat::Kind::human;
    } else if (name == "short") {
      format.kind = MessageFormat::Kind::short_text;
    } else if (name == "json") {
      format.kind = MessageFormat::Kind::json;
    } else if (name == "json-diagnostic-short") {
      format.kind = MessageFormat::Kind::json;
      format.short_diagnostics = true;
    } else if (name == "json-diagnostic-rendered-ansi") {
      format.kind = MessageFormat::Kind::json;
      format.ansi = true;
    } else if (name == "json-render-diagnostics") {
      format.kind = MessageFormat::Kind::json;
      format.render_diagnostics = true;
    } else {
      return fail(
          Error("CW0620", fmt::format("`{}` is no message format", name), Blame::usage).help(fmt::format("the formats are {}", k_names)));
    }
    first = first.empty() ? name : first;
  }
  if (format.render_diagnostics && (format.short_diagnostics || format.ansi)) {
    return fail(exclusive("json-render-diagnostics", format.ansi ? "json-diagnostic-rendered-ansi" : "json-diagnostic-short"));
  }
  return format;
}

Result<std::uint32_t> parse_jobs(std::string_view text, std::uint32_t hardware_threads)
{
  if (text == "default") {
    return hardware_threads;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > 1'000'000 || number < -1'000'000) {
    return fail(Error("CW0622", fmt::format("`{}` is no number of jobs", text), Blame::usage)
                    .help("give a positive number, a negative one (that many less than the machine has threads) or `default`"));
  }
  const std::int64_t jobs = number > 0 ? number : std::max<std::int64_t>(1, std::int64_t{hardware_threads} + number);
  return static_cast<std::uint32_t>(jobs);
}

} // namespace cargo_wasm::exec
