// How an error is shown: the fact, the place with a caret, the evidence, the next step.
//
// Values in messages come from files and servers we do not trust, so control characters are shown as escapes:
// a manifest cannot move the cursor or recolour a terminal.
#include <cargo_wasm/base/error.hpp>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace cargo_wasm::base {
namespace {

/// Of a very long line (a minified file), only this many bytes around the caret are shown.
constexpr std::size_t k_snippet_bytes = 160;
constexpr std::size_t k_snippet_lead_bytes = 60;

struct Style
{
  bool color = false;
  std::string operator()(std::string_view code, std::string_view text) const
  {
    return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};

bool is_utf8_continuation(char c)
{
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string escaped(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) {
      out += fmt::format("\\u{{{:x}}}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

/// Later lines of a text are indented to stand below its first.
std::string indented(std::string_view text, std::size_t columns)
{
  std::string out;
  for (const char c : escaped(text)) {
    out += c;
    if (c == '\n') {
      out.append(columns, ' ');
    }
  }
  return out;
}

struct Snippet
{
  std::string text;    ///< what is shown of the line
  std::string padding; ///< what stands before the carets; tabs stay tabs
  std::size_t carets = 1;
};

Snippet snippet_of(const TextSpan& span)
{
  std::string_view line = span.line_text;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  std::size_t start = std::min<std::size_t>(span.column == 0 ? 0 : span.column - 1, line.size());
  Snippet out;
  if (line.size() > k_snippet_bytes) {
    std::size_t from = start > k_snippet_lead_bytes ? start - k_snippet_lead_bytes : 0;
    while (from > 0 && is_utf8_continuation(line[from])) {
      --from;
    }
    std::size_t to = std::min(line.size(), from + k_snippet_bytes);
    while (to < line.size() && is_utf8_continuation(line[to])) {
      ++to;
    }
    out.text = from > 0 ? "…" : "";
    out.padding = from > 0 ? " " : "";
    const bool cut = to < line.size();
    line = line.substr(from, to - from);
    start -= from;
    out.text += escaped(line);
    out.text += cut ? "…" : "";
  } else {
    out.text = escaped(line);
  }
  for (const char c : escaped(line.substr(0, start))) {
    if (!is_utf8_continuation(c)) {
      out.padding += c == '\t' ? '\t' : ' ';
    }
  }
  const std::string marked = escaped(line.substr(start, std::max<std::size_t>(span.length, 1)));
  out.carets = static_cast<std::size_t>(std::count_if(marked.begin(), marked.end(), [](char c) { return !is_utf8_continuation(c); }));
  out.carets = std::max<std::size_t>(out.carets, 1);
  return out;
}

std::string render_text_span(const TextSpan& span, std::size_t gutter, const Style& style)
{
  std::string out = fmt::format("{}{} {}", std::string(gutter, ' '), style("1;34", "-->"), escaped(span.file.string()));
  if (span.line == 0) {
    return out + '\n';
  }
  out += fmt::format(":{}:{}\n", span.line, std::max<std::uint32_t>(span.column, 1));
  if (span.line_text.empty()) {
    return out;
  }
  const Snippet snippet = snippet_of(span);
  const std::string bar = style("1;34", fmt::format("{} |", std::string(gutter, ' ')));
  out += bar + '\n';
  out += fmt::format("{} {}\n", style("1;34", fmt::format("{:>{}} |", span.line, gutter)), snippet.text);
  const std::string label = span.label.empty() ? "" : " " + escaped(span.label);
  out += fmt::format("{} {}{}\n", bar, snippet.padding, style("1;31", std::string(snippet.carets, '^') + label));
  return out;
}

std::string_view color_of(Severity severity)
{
  switch (severity) {
  case Severity::error:
    return "1;31";
  case Severity::warning:
    return "1;33";
  case Severity::note:
    return "1;32";
  }
  return "1";
}

} // namespace

int exit_code_of(Blame blame) noexcept
{
  switch (blame) {
  case Blame::user:
    return 1;
  case Blame::usage:
    return 2;
  case Blame::environment:
    return 3;
  case Blame::network:
    return 4;
  case Blame::integrity:
    return 5;
  case Blame::bug:
    return 101;
  }
  return 101;
}

std::string describe_errno(int code)
{
  // strerrordesc_np is not localised and thread safe (glibc 2.32).
  const char* text = ::strerrordesc_np(code);
  if (text == nullptr) {
    return fmt::format("unknown system error {}", code);
  }
  std::string phrase = text;
  // "No such file" becomes a phrase; "RPC struct is bad" keeps its acronym.
  if (phrase.size() > 1 && phrase[0] >= 'A' && phrase[0] <= 'Z' && phrase[1] >= 'a' && phrase[1] <= 'z') {
    phrase[0] = static_cast<char>(phrase[0] - 'A' + 'a');
  }
  return phrase;
}

std::string_view name_of(Severity severity) noexcept
{
  switch (severity) {
  case Severity::error:
    return "error";
  case Severity::warning:
    return "warning";
  case Severity::note:
    return "note";
  }
  return "error";
}

std::string render(const Error& error, Severity severity, bool color)
{
  const Style style{color};
  const std::string heading = error.id.empty() ? std::string(name_of(severity)) : fmt::format("{}[{}]", name_of(severity), error.id);
  std::string out = fmt::format("{}{} {}\n", style(color_of(severity), heading), style("1", ":"), indented(error.message, 2));
  std::size_t gutter = 2;
  if (const auto* span = std::get_if<TextSpan>(&error.where)) {
    gutter = span->line_text.empty() ? 2 : std::max<std::size_t>(2, fmt::formatted_size("{}", span->line));
    out += render_text_span(*span, gutter, style);
  } else if (const auto* binary = std::get_if<BinarySpan>(&error.where)) {
    out += fmt::format(
        "{}{} {}, byte 0x{:04x}", std::string(gutter, ' '), style("1;34", "-->"), escaped(binary->file.string()), binary->offset);
    out += binary->what.empty() ? "\n" : fmt::format(" ({})\n", escaped(binary->what));
  }
  const std::string margin(gutter + 1, ' ');
  const auto add_items = [&](std::string_view kind, const std::vector<std::string>& items) {
    for (const std::string& item : items) {
      out += fmt::format("{}{} {}: {}\n", margin, style("1;34", "="), style("1", kind), indented(item, margin.size() + kind.size() + 4));
    }
  };
  add_items("note", error.notes);
  add_items("help", error.helps);
  for (const std::string& step : error.context) {
    out += fmt::format("  {}\n", indented(step, 2));
  }
  return out;
}

} // namespace cargo_wasm::base
