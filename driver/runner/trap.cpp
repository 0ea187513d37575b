// Reading: each runtime has a form of its own, and all of them are lines.
#include <cargo_wasm/runner/trap.hpp>

#include <algorithm>
#include <charconv>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::runner {

namespace {

template <class Number> std::optional<Number> number_of(std::string_view text, int base)
{
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

/// "wasm-function[12]:0x1a2b" at the end of a frame of V8 or of Firefox.
bool read_place(std::string_view text, TrapFrame& frame)
{
  constexpr std::string_view k_function = "wasm-function[";
  const auto begin = text.rfind(k_function);
  if (begin == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(begin + k_function.size());
  const auto bracket = text.find(']');
  if (bracket == std::string_view::npos) {
    return false;
  }
  frame.function = number_of<std::uint32_t>(text.substr(0, bracket), 10);
  text.remove_prefix(bracket + 1);
  if (text.starts_with(":0x")) {
    text.remove_prefix(3);
    frame.offset = number_of<std::uint64_t>(text.substr(0, text.find_first_not_of("0123456789abcdefABCDEF")), 16);
  }
  return frame.function.has_value();
}

/// "at app.wasm.NAME (wasm://…)", "at wasm://…", "NAME@http://…"
std::optional<TrapFrame> javascript_frame(std::string_view line)
{
  TrapFrame frame;
  if (line.find("wasm-function[") == std::string_view::npos || !read_place(line, frame)) {
    return std::nullopt;
  }
  if (line.starts_with("at ")) {
    line.remove_prefix(3);
    const auto bracket = line.find(" (");
    frame.name = bracket == std::string_view::npos ? "" : std::string(line.substr(0, bracket));
  } else {
    const auto at = line.find('@');
    frame.name = at == std::string_view::npos ? "" : std::string(line.substr(0, at));
  }
  return frame;
}

/// "0: 0x44854 - app.wasm!app::parse"
std::optional<TrapFrame> wasmtime_frame(std::string_view line)
{
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos || !number_of<std::uint32_t>(line.substr(0, colon), 10)) {
    return std::nullopt;
  }
  line = base::trim(line.substr(colon + 2));
  const auto dash = line.find(" - ");
  if (!line.starts_with("0x") || dash == std::string_view::npos) {
    return std::nullopt;
  }
  TrapFrame frame;
  frame.offset = number_of<std::uint64_t>(line.substr(2, dash - 2), 16);
  line.remove_prefix(dash + 3);
  const auto mark = line.find('!');
  line = mark == std::string_view::npos ? line : line.substr(mark + 1);
  constexpr std::string_view k_nameless = "<wasm function ";
  if (line.starts_with(k_nameless) && line.ends_with('>')) {
    frame.function = number_of<std::uint32_t>(line.substr(k_nameless.size(), line.size() - k_nameless.size() - 1), 10);
  } else {
    frame.name = std::string(line);
  }
  return frame.offset ? std::optional(frame) : std::nullopt;
}

/// "app.wasm.NAME(i32,i32) i32", and in the line behind it, if there is debug information, "0x43e75: FILE:LINE:COLUMN".
void read_wazero_line(std::string_view line, Trap& trap)
{
  const std::string_view text = base::trim(line);
  if (line.starts_with("\t\t")) {
    if (text.starts_with("0x") && !trap.frames.empty()) {
      trap.frames.back().offset = number_of<std::uint64_t>(text.substr(2, text.find(':') - 2), 16);
      trap.frames.back().counts_from_code = true;
    }
    return;
  }
  // The parameters are in the last brackets; names of Rust can have some of their own.
  const auto bracket = text.rfind('(');
  if (!line.starts_with('\t') || bracket == std::string_view::npos) {
    return;
  }
  TrapFrame frame;
  frame.name = std::string(text.substr(0, bracket));
  if (const auto dollar = frame.name.rfind(".$"); dollar != std::string::npos) {
    frame.function = number_of<std::uint32_t>(std::string_view(frame.name).substr(dollar + 2), 10);
  }
  if (frame.function) {
    frame.name.clear();
  }
  trap.frames.push_back(std::move(frame));
}

/// What stands behind `mark` in a line.
std::optional<std::string> behind(std::string_view line, std::string_view mark)
{
  const auto at = line.find(mark);
  return at == std::string_view::npos ? std::nullopt : std::optional(std::string(base::trim(line.substr(at + mark.size()))));
}

std::optional<std::string> reason_in(std::string_view line)
{
  for (const std::string_view mark : {"RuntimeError: ", "RangeError: ", "wasm trap: ", "wasm error: "}) {
    if (auto reason = behind(line, mark)) {
      return reason;
    }
  }
  // Of wasmi and wasm3.
  for (const std::string_view mark : {"wasm `unreachable` instruction executed", "[trap] "}) {
    if (line.find(mark) != std::string_view::npos) {
      return mark == "[trap] " ? behind(line, mark) : std::optional(std::string(mark));
    }
  }
  return std::nullopt;
}

} // namespace

bool begins_trap(std::string_view line)
{
  constexpr std::string_view k_runtimes[] = {"error instantiating wasm binary: ",
                                             "Error: failed to run main module",
                                             "Error: failed during execution",
                                             "Error: failed to invoke",
                                             "Error: [trap] ",
                                             "RuntimeError: ",
                                             "RangeError: Maximum call stack size exceeded"};
  for (const std::string_view begin : k_runtimes) {
    if (line.starts_with(begin)) {
      return true;
    }
  }
  return line.starts_with("error: ") && line.find(" trapped: ") != std::string_view::npos; // our script for Node
}

TrapText split_trap(std::string_view text)
{
  TrapText result;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    const std::string_view line = text.substr(at, end - at);
    if (begins_trap(line)) {
      result.trap.emplace();
      break;
    }
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  result.before = std::string(text.substr(0, at));
  if (!result.trap) {
    return result;
  }
  bool is_wazero = false;
  for (const std::string_view line : base::split(text.substr(at), '\n')) {
    if (auto reason = reason_in(line); reason && result.trap->reason.empty()) {
      result.trap->reason = std::move(*reason);
    }
    if (base::trim(line) == "wasm stack trace:") {
      is_wazero = true;
      continue;
    }
    if (is_wazero) {
      read_wazero_line(line, *result.trap);
    } else if (auto of_javascript = javascript_frame(base::trim(line))) {
      result.trap->frames.push_back(std::move(*of_javascript));
    } else if (auto of_wasmtime = wasmtime_frame(base::trim(line))) {
      result.trap->frames.push_back(std::move(*of_wasmtime));
    }
  }
  return result;
}

} // namespace cargo_wasm::runner
