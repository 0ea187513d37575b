#include <cargo_wasm/shim/linker_messages.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace cargo_wasm::shim {

namespace {

/// A message as the text has it: the line behind the program's name, and the lines that follow.
struct RawMessage
{
  bool is_error = true;
  bool from_linker = false; ///< it began with a linker's name
  std::vector<std::string_view> lines;
};

/// `wasm-ld`, `wasm-ld-19`, `rust-lld`, `lld`, `wasm-component-ld` and any path to one.
bool names_linker(std::string_view program)
{
  program.remove_prefix(program.rfind('/') + 1);
  return program.find(' ') == std::string_view::npos &&
         (program.find("lld") != std::string_view::npos || program.find("wasm-ld") != std::string_view::npos ||
          program.find("wasm-component-ld") != std::string_view::npos);
}

/// The message that a line begins, if it begins one.
std::optional<RawMessage> beginning(std::string_view line)
{
  for (const std::string_view severity : {": error: ", ": warning: "}) {
    const std::size_t at = line.find(severity);
    if (at != std::string_view::npos && line.substr(0, at).find(' ') == std::string_view::npos && at == line.find(": ")) {
      return RawMessage{severity == ": error: ", true, {line.substr(at + severity.size())}};
    }
  }
  const std::size_t colon = line.find(": ");
  if (colon != std::string_view::npos && names_linker(line.substr(0, colon))) {
    return RawMessage{false, true, {line.substr(colon + 2)}};
  }
  return std::nullopt;
}

std::vector<RawMessage> split_messages(std::string_view text)
{
  std::vector<RawMessage> messages;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (auto message = beginning(line)) {
      messages.push_back(std::move(*message));
    } else if (line.empty()) {
      continue;
    } else if (!messages.empty() && messages.back().from_linker && line.starts_with(">>>")) {
      messages.back().lines.push_back(line);
    } else {
      messages.push_back({false, false, {line}});
    }
  }
  return messages;
}

/// `>>> defined as TEXT in FILE` or `>>> defined in FILE`.
std::vector<MessageSide> sides_of(const RawMessage& message)
{
  constexpr std::string_view k_as = ">>> defined as ";
  constexpr std::string_view k_in = ">>> defined in ";
  std::vector<MessageSide> sides;
  for (const std::string_view line : message.lines) {
    if (line.starts_with(k_in)) {
      sides.push_back({{}, std::string(line.substr(k_in.size()))});
    } else if (line.starts_with(k_as)) {
      const std::string_view rest = line.substr(k_as.size());
      const std::size_t in = rest.find(" in ");
      const std::size_t file = in == std::string_view::npos ? rest.size() : in + 4;
      sides.push_back({std::string(rest.substr(0, in)), std::string(rest.substr(file))});
    }
  }
  return sides;
}

/// How a message begins, what it means, and that the rest of its line is the subject.
struct Prefix
{
  std::string_view text;
  MessageKind kind;
  std::string_view what;
};

constexpr std::array k_prefixes{
    Prefix{"function signature mismatch: ", MessageKind::signature_mismatch, ""},
    Prefix{"duplicate symbol: ", MessageKind::duplicate_symbol, ""},
    Prefix{"import module mismatch for symbol: ", MessageKind::import_module_mismatch, ""},
    Prefix{"import name mismatch for symbol: ", MessageKind::import_name_mismatch, ""},
    Prefix{"symbol type mismatch: ", MessageKind::type_mismatch, "symbol"},
    Prefix{"Global type mismatch: ", MessageKind::type_mismatch, "global"},
    Prefix{"Tag signature mismatch: ", MessageKind::type_mismatch, "tag"},
    Prefix{"Table type mismatch: ", MessageKind::type_mismatch, "table"},
    Prefix{"symbol exported via --export not found: ", MessageKind::missing_export, ""},
    Prefix{"entry symbol not defined (pass --no-entry to suppress): ", MessageKind::missing_entry, ""},
    Prefix{"unable to find library ", MessageKind::missing_library, ""},
    Prefix{"unknown argument: ", MessageKind::unknown_argument, ""},
    Prefix{"unknown file type: ", MessageKind::unknown_file_type, ""},
    Prefix{"initial memory too small, ", MessageKind::memory_too_small, "initial"},
    Prefix{"maximum memory too small, ", MessageKind::memory_too_small, "maximum"},
    Prefix{"initial memory must be aligned ", MessageKind::bad_memory_size, "initial"},
    Prefix{"maximum memory must be aligned ", MessageKind::bad_memory_size, "maximum"},
    Prefix{"Target feature ", MessageKind::feature_mismatch, ""},
    Prefix{"Missing target feature ", MessageKind::feature_mismatch, ""},
    Prefix{"--shared-memory is disallowed by ", MessageKind::feature_mismatch, ""},
    Prefix{"'atomics' feature must be used ", MessageKind::feature_mismatch, ""},
    Prefix{"'bulk-memory' feature must be used ", MessageKind::feature_mismatch, ""},
    Prefix{"mutable global ", MessageKind::feature_mismatch, ""},
};

/// The feature that a message puts in quotes, the library behind `-l`, or the rest of the line.
std::string subject_of(MessageKind kind, std::string_view line, std::string_view rest)
{
  if (kind == MessageKind::feature_mismatch) {
    const std::size_t open = line.find('\'');
    const std::size_t close = open == std::string_view::npos ? open : line.find('\'', open + 1);
    return close == std::string_view::npos ? std::string() : std::string(line.substr(open + 1, close - open - 1));
  }
  if (kind == MessageKind::missing_library) {
    rest = rest.substr(0, rest.find(' '));
    return std::string(rest.starts_with("-l") ? rest.substr(2) : rest);
  }
  if (kind == MessageKind::bad_memory_size) {
    return {};
  }
  if (kind == MessageKind::memory_too_small) {
    return std::string(rest.substr(0, rest.find(' ')));
  }
  return std::string(rest);
}

/// `… against symbol NAME; recompile with -fPIC`: the name stands in backticks in newer linkers.
std::string relocated_symbol(std::string_view text)
{
  constexpr std::string_view k_symbol = "symbol ";
  const std::size_t at = text.find(k_symbol);
  if (at == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(at + k_symbol.size());
  if (text.starts_with('`')) {
    return std::string(text.substr(1, text.find('`', 1) - 1));
  }
  return std::string(text.substr(0, text.find(';')));
}

LinkerMessage understand(const RawMessage& raw)
{
  LinkerMessage message;
  message.is_error = raw.is_error;
  for (const std::string_view line : raw.lines) {
    message.text += (message.text.empty() ? "" : "\n") + std::string(line);
  }
  if (!raw.from_linker) {
    return message;
  }
  const std::string_view line = raw.lines.front();
  constexpr std::string_view k_undefined = ": undefined symbol: ";
  if (const std::size_t at = line.rfind(k_undefined); at != std::string_view::npos) {
    message.kind = MessageKind::undefined_symbol;
    message.file = line.substr(0, at);
    message.subject = line.substr(at + k_undefined.size());
    return message;
  }
  if (const std::size_t at = line.find(": relocation "); at != std::string_view::npos) {
    message.kind = MessageKind::bad_relocation;
    message.file = line.substr(0, at);
    message.subject = relocated_symbol(line.substr(at));
    return message;
  }
  for (const Prefix& prefix : k_prefixes) {
    if (line.starts_with(prefix.text)) {
      message.kind = prefix.kind;
      message.what = prefix.what;
      message.subject = subject_of(prefix.kind, line, line.substr(prefix.text.size()));
      message.sides = sides_of(raw);
      return message;
    }
  }
  return message;
}

} // namespace

std::vector<LinkerMessage> read_linker_messages(std::string_view text)
{
  std::vector<LinkerMessage> messages;
  std::unordered_set<std::string> undefined;
  for (const RawMessage& raw : split_messages(text)) {
    LinkerMessage message = understand(raw);
    if (message.kind != MessageKind::undefined_symbol || undefined.insert(message.text).second) {
      messages.push_back(std::move(message));
    }
  }
  return messages;
}

} // namespace cargo_wasm::shim
