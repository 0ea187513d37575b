#include "linker_message_errors.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>
#include <cargo_wasm/shim/linker_options.hpp>

#include "compiler_facts.hpp"
#include "crate_of_object.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

using shim::LinkerMessage;
using shim::MessageKind;
using shim::MessageSide;

constexpr std::uint64_t k_page_bytes = 65536;

std::uint64_t whole_pages(std::uint64_t bytes)
{
  return (bytes + k_page_bytes - 1) / k_page_bytes * k_page_bytes;
}

std::uint64_t number_in(std::string_view text)
{
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > UINT64_MAX / 10 - 1) {
      break;
    }
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

/// `WASM_SYMBOL_TYPE_FUNCTION`: a function.
std::string kind_of_symbol(std::string_view text)
{
  if (text.ends_with("_FUNCTION")) {
    return "a function";
  }
  return text.ends_with("_DATA") ? "a variable" : fmt::format("`{}`", text);
}

/// What the first bytes of a file say it is.
std::string_view file_sort(std::string_view head)
{
  if (head.starts_with("\x7f"
                       "ELF")) {
    return "an object for Linux (ELF), not for WebAssembly";
  }
  if (head.starts_with("\xcf\xfa\xed\xfe") || head.starts_with("\xce\xfa\xed\xfe")) {
    return "an object for macOS (Mach-O), not for WebAssembly";
  }
  if (head.starts_with("MZ") || head.starts_with("\x64\x86")) {
    return "an object for Windows (COFF), not for WebAssembly";
  }
  return {};
}

bool is_between_same_files(const LinkerMessage& left, const LinkerMessage& right)
{
  return std::ranges::equal(left.sides, right.sides, {}, &MessageSide::file, &MessageSide::file);
}

class MessageTeller
{
public:
  MessageTeller(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
      : m_failed(failed), m_report(report), m_finder(finder)
  {
  }

  /// nullopt: nothing to add to the linker's words.
  [[nodiscard]] std::optional<Error> tell(const LinkerMessage& message)
  {
    switch (message.kind) {
    case MessageKind::import_module_mismatch:
    case MessageKind::import_name_mismatch:
      return two_imports(message);
    case MessageKind::duplicate_symbol:
      return duplicate(message);
    case MessageKind::type_mismatch:
      return two_kinds(message);
    case MessageKind::missing_export:
      return missing_export(message);
    case MessageKind::missing_entry:
      return missing_entry(message);
    case MessageKind::missing_library:
      return missing_library(message);
    case MessageKind::unknown_argument:
      return unknown_argument(message);
    case MessageKind::unknown_file_type:
      return unknown_file(message);
    case MessageKind::memory_too_small:
    case MessageKind::bad_memory_size:
      return memory(message);
    case MessageKind::feature_mismatch:
      return features(message);
    case MessageKind::bad_relocation:
      return relocation(message);
    case MessageKind::undefined_symbol:
    case MessageKind::signature_mismatch:
    case MessageKind::other:
      break;
    }
    return std::nullopt;
  }

private:
  [[nodiscard]] ObjectOrigin origin(std::string_view file) const { return origin_of(m_failed.graph, m_failed.action, file); }
  [[nodiscard]] std::string whose(std::string_view file) const { return describe(m_failed.graph, origin(file)); }

  /// Points at the first declaration of a symbol in a crate that a side comes from.
  void point_at_declaration(const LinkerMessage& message, const std::optional<std::string>& module, Error& error)
  {
    for (const MessageSide& side : message.sides) {
      const ObjectOrigin from = origin(side.file);
      if (!rust_crate(from)) {
        continue;
      }
      const std::vector<Declaration> declarations = m_finder.find({message.subject, module}, from.action);
      if (!declarations.empty() && declarations.front().location.evidence != rust::Evidence::nothing) {
        error.where = declaration_caret(m_failed.env, declarations.front().location);
        return;
      }
    }
  }

  Error two_imports(const LinkerMessage& message)
  {
    const bool is_module = message.kind == MessageKind::import_module_mismatch;
    const std::string what = is_module ? "from module" : "as";
    // The linker names them as objects come, which is not always the same order for the same crates.
    std::vector<MessageSide> ordered = message.sides;
    std::ranges::sort(ordered, {}, [](const MessageSide& side) { return std::pair(side.text, side.file); });
    std::vector<std::string> sides;
    for (const MessageSide& side : ordered) {
      sides.push_back(fmt::format("{} `{}`", what, side.text));
    }
    Error error("CW0824", fmt::format("`{}` is imported {}", message.subject, base::join(sides, " and ")));
    for (const MessageSide& side : ordered) {
      error.notes.push_back(fmt::format("{} `{}` by {}", what, side.text, whose(side.file)));
    }
    if (is_module && !ordered.empty()) {
      point_at_declaration(message, ordered.front().text, error);
    }
    error.notes.emplace_back("to the linker they are one symbol, and a symbol is imported from one place");
    error.helps.push_back(
        fmt::format("if one function is meant, let both say the same; if two are meant, call one of them otherwise, in C with "
                    R"(`__attribute__((import_module("…"), import_name("{}")))` on another name, in Rust with `#[link_name = "{}"]`)",
                    message.subject,
                    message.subject));
    return error;
  }

  /// The symbols that the same two objects define: one library beside another is one mistake.
  [[nodiscard]] std::vector<std::string> defined_by_both(const LinkerMessage& message) const
  {
    std::vector<std::string> symbols;
    for (const LinkerMessage& other : m_report.messages) {
      const bool is_same = other.kind == MessageKind::duplicate_symbol && is_between_same_files(message, other);
      if (is_same && std::ranges::find(symbols, other.subject) == symbols.end()) {
        symbols.push_back(other.subject);
      }
    }
    return symbols;
  }

  Error duplicate(const LinkerMessage& message)
  {
    constexpr std::size_t k_most_named = 10;
    const std::vector<std::string> symbols = defined_by_both(message);
    Error error("CW0825",
                symbols.size() == 1 ? fmt::format("`{}` is defined twice", rust::demangle(message.subject))
                                    : fmt::format("{} symbols are defined twice", symbols.size()));
    if (symbols.size() > 1) {
      std::vector<std::string> names;
      for (const std::string& symbol : symbols) {
        names.push_back(fmt::format("`{}`", rust::demangle(symbol)));
      }
      names.resize(std::min(names.size(), k_most_named));
      error.notes.push_back(base::join(names, ", ") + (symbols.size() > k_most_named ? " …" : ""));
    }
    for (const MessageSide& side : message.sides) {
      const ObjectOrigin from = origin(side.file);
      error.notes.push_back(fmt::format("in {}", describe(m_failed.graph, from)));
      if (error.where.index() == 0 && rust_crate(from)) {
        if (auto place = m_finder.find_definition(from.action, message.subject)) {
          error.where = caret(m_failed.env, std::move(*place), "defined here");
        }
      }
    }
    const bool replaces_libc = std::ranges::any_of(
        message.sides, [&](const MessageSide& side) { return origin(side.file).kind == ObjectOrigin::Kind::toolchain; });
    if (replaces_libc) {
      error.helps.push_back(
          fmt::format("leave it to the toolchain's library; or define everything that its `{}` defines, so that this file of "
                      "it is not needed (`malloc` goes with `free`, `calloc`, `realloc`, `posix_memalign`)",
                      toolchain_member(message)));
      return error;
    }
    const bool is_one_library = message.sides.size() == 2 && origin(message.sides[0].file).member == origin(message.sides[1].file).member;
    error.helps.emplace_back(is_one_library
                                 ? "one library is linked twice: let one build script name it, and the other crate depend on that crate"
                                 : "rename one of them; in C, `static` keeps a function to its own file; in Rust, without `#[no_mangle]` "
                                   "it keeps out of everybody's way");
    return error;
  }

  [[nodiscard]] std::string toolchain_member(const LinkerMessage& message) const
  {
    for (const MessageSide& side : message.sides) {
      if (const ObjectOrigin from = origin(side.file); from.kind == ObjectOrigin::Kind::toolchain) {
        return from.member;
      }
    }
    return {};
  }

  Error two_kinds(const LinkerMessage& message)
  {
    const bool is_symbol = message.what == "symbol";
    Error error("CW0826",
                is_symbol ? fmt::format("`{}` is a function in one place and a variable in another", message.subject)
                          : fmt::format("the {} `{}` has two types", message.what, message.subject));
    if (is_symbol) {
      point_at_declaration(message, std::nullopt, error);
    }
    for (const MessageSide& side : message.sides) {
      error.notes.push_back(is_symbol ? fmt::format("{} to {}", kind_of_symbol(side.text), whose(side.file))
                                      : fmt::format("`{}` to {}", side.text, whose(side.file)));
    }
    error.helps.emplace_back("make the declaration say what the definition does: `fn` for a function, `static` for a variable");
    return error;
  }

  std::optional<Error> missing_export(const LinkerMessage& message) const
  {
    // rustc before 1.97 asks for these by itself; a module for any place in memory has them under other names.
    const shim::LinkerOptions options = shim::read_linker_options(m_report.arguments);
    if ((options.shared || options.pie) && (message.subject == "__heap_base" || message.subject == "__data_end")) {
      return std::nullopt;
    }
    return Error("CW0827", fmt::format("`{}` is to be exported, but nobody defines it", message.subject))
        .note(fmt::format("asked for by `--export={}`", message.subject))
        .help(fmt::format("define it: `#[no_mangle] pub extern \"C\" fn {}() {{ … }}`, in a crate that is linked", message.subject))
        .help(fmt::format("`--export-if-defined={}` exports it where it is there", message.subject));
  }

  Error missing_entry(const LinkerMessage& message) const
  {
    return Error("CW0828", fmt::format("the module's entry `{}` is not defined", message.subject))
        .note("the entry is the function that a runtime calls first; `--entry` or the target names it")
        .help(fmt::format("define it: `#[no_mangle] pub extern \"C\" fn {}() {{ … }}`", message.subject))
        .help("a library needs none: leave `--entry` out, or pass `--no-entry` behind it");
  }

  Error missing_library(const LinkerMessage& message) const
  {
    const shim::LinkerOptions options = shim::read_linker_options(m_report.arguments);
    Error error("CW0829", fmt::format("the library `{}` is not there", message.subject));
    error.notes.push_back(fmt::format("`lib{}.a` was looked for in {}",
                                      message.subject,
                                      options.search_paths.empty() ? std::string("no directory at all") : shown(options.search_paths)));
    error.notes.emplace_back(R"(a build script asks for it (`cargo::rustc-link-lib`), or `#[link(name = "…")]`, or `-l` in the flags)");
    error.helps.push_back(fmt::format("say where it is with `cargo::rustc-link-search=native=DIRECTORY`; it has to be compiled for {}, the "
                                      "build machine's does not serve",
                                      target_triple(m_failed.graph.actions[m_failed.action])));
    error.helps.emplace_back("if the host provides its functions, there is nothing to link: take the request out, and declare them with "
                             R"(`#[link(wasm_import_module = "…")]`)");
    return error;
  }

  /// Directories of the target as people know them.
  [[nodiscard]] std::string shown(const std::vector<std::string>& directories) const
  {
    std::vector<std::string> names;
    for (const std::string& directory : directories) {
      const bool is_toolchain = directory.find("/lib/rustlib/") != std::string::npos;
      const std::string name = is_toolchain ? "the toolchain" : fmt::format("`{}`", base::shown_path(m_failed.env.cwd, directory).string());
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
    return base::join(names, ", ");
  }

  Error unknown_argument(const LinkerMessage& message) const
  {
    const std::string linker = base::Path(m_report.linker).filename().string();
    Error error("CW0830", fmt::format("the linker `{}` has no option `{}`", linker, message.subject));
    error.notes.emplace_back(
        "it comes from `-C link-arg` in RUSTFLAGS or the configuration, or from `cargo::rustc-link-arg` of a build script");
    if (message.subject.starts_with("-Wl,")) {
      error.helps.push_back(fmt::format("`-Wl,` is how a C compiler is told to pass something on; here the linker itself is called: `{}`",
                                        message.subject.substr(4)));
    } else {
      error.helps.emplace_back("leave it out, or make it depend on the target: options of linkers for other systems do not exist here");
    }
    return error;
  }

  Error unknown_file(const LinkerMessage& message) const
  {
    const ObjectOrigin from = origin(message.subject);
    const auto content = m_failed.env.fs.read(m_failed.graph.actions[m_failed.action].cwd / message.subject);
    const std::string_view sort = content ? file_sort(*content) : std::string_view();
    Error error("CW0831", fmt::format("`{}` cannot be linked", from.archive.empty() ? from.member : from.archive));
    if (from.kind == ObjectOrigin::Kind::native_library) {
      error.notes.push_back(fmt::format("the build script of `{}` made it", shown_package(m_failed.graph.actions[from.action].label)));
    }
    if (sort.empty()) {
      error.notes.emplace_back("it is no WebAssembly object, no archive, no LLVM bitcode and no stub library");
      error.helps.emplace_back("take it out of `cargo::rustc-link-arg`, `-C link-arg` or the library that holds it");
    } else {
      error.notes.push_back(fmt::format("it is {}", sort));
      error.helps.push_back(
          fmt::format("the C compiler was not told the target: pass `--target={}`, or let the `cc` crate call it, which does",
                      target_triple(m_failed.graph.actions[m_failed.action])));
    }
    return error;
  }

  Error memory(const LinkerMessage& message) const
  {
    const shim::LinkerOptions options = shim::read_linker_options(m_report.arguments);
    const bool is_initial = message.what == "initial";
    const std::uint64_t asked = (is_initial ? options.initial_memory_bytes : options.max_memory_bytes).value_or(0);
    const std::string_view option = is_initial ? "--initial-memory" : "--max-memory";
    if (message.kind == MessageKind::bad_memory_size) {
      return Error("CW0832", fmt::format("the {} memory, {} bytes, is no multiple of 65536", message.what, asked))
          .note("memory of a module comes in pages of 65536 bytes")
          .help(fmt::format("`{}={}`", option, whole_pages(asked)));
    }
    const std::uint64_t needed = number_in(message.subject);
    Error error("CW0832", fmt::format("the {} memory, {} bytes, is too small: {} are needed", message.what, asked, needed));
    if (options.stack_size_bytes) {
      error.notes.push_back(fmt::format("{} bytes of them are the stack, the rest is the program's data", *options.stack_size_bytes));
    }
    error.helps.push_back(fmt::format("`{}={}`, or more", option, whole_pages(needed)));
    if (options.stack_size_bytes) {
      error.helps.emplace_back("or a smaller stack: `-C link-arg=-zstack-size=BYTES`");
    }
    return error;
  }

  Error features(const LinkerMessage& message) const
  {
    if (message.text.find("shared memory") != std::string::npos || message.text.starts_with("--shared-memory")) {
      return Error("CW0833", "shared memory needs code that was compiled with `atomics` and `bulk-memory`")
          .note("the standard library that comes with the toolchain is compiled without `atomics`")
          .help("for threads choose `wasm32-wasip1-threads`, whose library has them")
          .help("or compile std yourself, with a nightly toolchain: `-Zbuild-std=std,panic_abort` and "
                "`-C target-feature=+atomics,+bulk-memory`");
    }
    Error error("CW0833", fmt::format("objects of this link do not agree on the target feature `{}`", message.subject));
    constexpr std::string_view k_disallowed = " is disallowed by ";
    constexpr std::string_view k_end = ". Use --no-check-features";
    const std::size_t by = message.text.find(k_disallowed);
    if (by == std::string::npos) {
      error.notes.push_back(message.text);
    } else {
      const std::string file = message.text.substr(by + k_disallowed.size(), message.text.find(k_end) - by - k_disallowed.size());
      error.notes.push_back(fmt::format("forbidden by {}", whose(file)));
      error.notes.emplace_back("others use it, the standard library perhaps among them");
    }
    error.helps.emplace_back("compile both with the same features: `-C target-feature` for Rust, `-m…` and `-mno-…` for clang");
    return error;
  }

  Error relocation(const LinkerMessage& message)
  {
    Error error("CW0834", "the module is to be loaded at any place, but its code was compiled for a fixed one");
    error.notes.push_back(fmt::format("first of all that of {}", whose(message.file)));
    error.notes.emplace_back("`-shared` and `--pie` ask for it; wasm code lies at a fixed place unless it is compiled otherwise");
    error.helps.emplace_back("leave `-shared` or `--pie` out: a `cdylib` needs neither");
    error.helps.emplace_back(
        "or compile all of it with `-C relocation-model=pic`, std as well (nightly, `-Zbuild-std`), and C with `-fPIC`");
    return error;
  }

  const exec::InspectedAction& m_failed;
  const shim::LinkReport& m_report;
  DeclarationFinder& m_finder;
};

/// Of some kinds one error tells all: every object of a program has relocations, and shared memory is refused by each.
std::string key_of(const LinkerMessage& message)
{
  switch (message.kind) {
  case MessageKind::bad_relocation:
    return "relocation";
  case MessageKind::duplicate_symbol: {
    std::string files = "duplicate";
    for (const MessageSide& side : message.sides) {
      files += "\n" + side.file;
    }
    return files;
  }
  case MessageKind::feature_mismatch:
    return message.text.find("shared memory") != std::string::npos || message.text.starts_with("--shared-memory")
               ? "shared memory"
               : "feature " + message.subject;
  default:
    return message.text;
  }
}

} // namespace

std::vector<Error> explain_linker_messages(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  std::vector<Error> errors;
  std::set<std::string> told;
  MessageTeller teller(failed, report, finder);
  for (const LinkerMessage& message : report.messages) {
    if (message.is_error && told.insert(key_of(message)).second) {
      if (auto error = teller.tell(message)) {
        errors.push_back(std::move(*error));
      }
    }
  }
  return errors;
}

} // namespace cargo_wasm::link
