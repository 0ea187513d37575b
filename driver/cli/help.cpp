#include <cargo_wasm/cli/options.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::cli {

namespace {

std::string left_column(const OptionSpec& spec)
{
  if (spec.kind == OptionKind::positionals || spec.kind == OptionKind::trailing) {
    return fmt::format("[{}]...", spec.value_name);
  }
  std::string text = spec.short_name != '\0' ? fmt::format("-{}, ", spec.short_name) : "    ";
  text += "--" + std::string(spec.name);
  if (spec.kind == OptionKind::optional_value) {
    text += fmt::format(" [<{}>]", spec.value_name);
  } else if (spec.kind == OptionKind::value || spec.kind == OptionKind::values) {
    text += fmt::format(" <{}>", spec.value_name);
  } else if (spec.kind == OptionKind::count) {
    text += "...";
  }
  return text;
}

std::string right_column(const OptionSpec& spec)
{
  std::string text(spec.help);
  if (!spec.choices.empty()) {
    const std::vector<std::string> choices(spec.choices.begin(), spec.choices.end());
    text += " [" + base::join(choices, ", ") + "]";
  }
  return text;
}

/// Wraps at 100 columns; continuation lines start under the text.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent)
{
  constexpr std::size_t k_width = 100;
  std::size_t column = indent;
  bool first = true;
  for (const auto word : base::split(text, ' ')) {
    if (!first && column + 1 + word.size() > k_width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
      first = true;
    }
    if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    first = false;
  }
  out += '\n';
}

void append_options(std::string& out, const std::vector<OptionSpec>& options)
{
  std::vector<std::string_view> headings;
  for (const auto& spec : options) {
    if (!spec.hidden && std::find(headings.begin(), headings.end(), spec.heading) == headings.end()) {
      headings.push_back(spec.heading);
    }
  }
  for (const auto heading : headings) {
    std::size_t width = 0;
    for (const auto& spec : options) {
      if (!spec.hidden && spec.heading == heading) {
        width = std::max(width, left_column(spec).size());
      }
    }
    out += fmt::format("\n{}:\n", heading);
    for (const auto& spec : options) {
      if (spec.hidden || spec.heading != heading) {
        continue;
      }
      out += fmt::format("  {:<{}}  ", left_column(spec), width);
      append_wrapped(out, right_column(spec), width + 4);
    }
  }
}

} // namespace

std::string help_text(const VerbSpec* verb)
{
  std::string out;
  if (verb != nullptr) {
    out += fmt::format("{}\n\nUsage: cargo-wasm {} [OPTIONS]", verb->about, verb->name);
    for (const auto& spec : verb->options) {
      if (spec.kind == OptionKind::positionals) {
        out += fmt::format(" [{}]...", spec.value_name);
      } else if (spec.kind == OptionKind::trailing) {
        out += fmt::format(" [-- {}...]", spec.value_name);
      }
    }
    out += '\n';
    append_options(out, verb->options);
    if (!verb->after_help.empty()) {
      out += fmt::format("\n{}\n", verb->after_help);
    }
    return out;
  }
  out += "Builds Cargo projects for WebAssembly\n\nUsage: cargo-wasm [+TOOLCHAIN] [OPTIONS] COMMAND\n\nCommands:\n";
  for (const auto& known : verbs()) {
    const auto names = known.alias.empty() ? std::string(known.name) : fmt::format("{}, {}", known.name, known.alias);
    out += fmt::format("  {:<18} {}\n", names, known.about);
  }
  append_options(out, global_options());
  out += "\n`cargo-wasm COMMAND --help` shows the options of a command.\n";
  return out;
}

std::string group_help_text(std::string_view group)
{
  std::string out;
  for (const auto& known : verb_groups()) {
    if (known.name == group) {
      out += fmt::format("{}\n\nUsage: cargo-wasm {} COMMAND [OPTIONS]\n\nCommands:\n", known.about, known.name);
    }
  }
  for (const auto* verb : verbs_of_group(group)) {
    out += fmt::format("  {:<9} ", last_word_of(*verb));
    append_wrapped(out, verb->about, 12);
  }
  return out + fmt::format("\n`cargo-wasm {} COMMAND --help` shows the options of a command.\n", group);
}

} // namespace cargo_wasm::cli
