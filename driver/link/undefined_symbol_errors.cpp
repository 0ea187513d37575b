#include "undefined_symbol_errors.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>

#include "call_places.hpp"
#include "compiler_facts.hpp"
#include "crate_of_object.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// More errors only name their symbols: the first ones tell what is wrong.
constexpr std::size_t k_most_told = 10;
/// Declarations are looked for up to so many symbols: each search goes through every crate's text.
constexpr std::size_t k_most_located = 100;

/// Symbols that one `extern` block, or one call of a macro, declares: one mistake, and one edit.
using Group = std::vector<const UndefinedSymbol*>;

/// Parts of libc for WASI that are libraries of their own (wasi-libc, "emulated" functions).
struct EmulatedFunction
{
  std::string_view name, library;
};
constexpr std::array k_emulated{EmulatedFunction{"getpid", "wasi-emulated-getpid"},
                                EmulatedFunction{"mmap", "wasi-emulated-mman"},
                                EmulatedFunction{"munmap", "wasi-emulated-mman"},
                                EmulatedFunction{"signal", "wasi-emulated-signal"},
                                EmulatedFunction{"raise", "wasi-emulated-signal"},
                                EmulatedFunction{"clock", "wasi-emulated-process-clocks"},
                                EmulatedFunction{"times", "wasi-emulated-process-clocks"},
                                EmulatedFunction{"getrusage", "wasi-emulated-process-clocks"}};

/// What C code most often takes from libc, which wasm32-unknown-unknown does not have; memcpy and its kin come with Rust.
constexpr std::array<std::string_view, 24> k_libc{"malloc",  "calloc",   "realloc", "free",   "abort",   "exit",   "printf", "puts",
                                                  "fprintf", "snprintf", "sprintf", "strcpy", "strncpy", "strcat", "strcmp", "strchr",
                                                  "strdup",  "qsort",    "atoi",    "strtol", "fopen",   "fwrite", "fclose", "time"};

bool is_same_place(const Declaration& left, const Declaration& right)
{
  if (left.crate != right.crate || left.kind != right.kind || left.location.evidence == rust::Evidence::nothing ||
      left.location.macro != right.location.macro) {
    return false;
  }
  const auto key = [](const base::TextSpan& span) { return std::tie(span.file, span.line, span.column); };
  if (left.block && right.block) {
    return key(*left.block) == key(*right.block);
  }
  return !left.location.macro.empty() && key(left.location.where) == key(right.location.where);
}

std::vector<Group> group(const std::vector<UndefinedSymbol>& symbols)
{
  std::vector<Group> groups;
  for (const UndefinedSymbol& symbol : symbols) {
    const auto same = std::ranges::find_if(groups, [&](const Group& known) {
      return !symbol.declarations.empty() && !known.front()->declarations.empty() &&
             is_same_place(symbol.declarations.front(), known.front()->declarations.front());
    });
    if (same == groups.end()) {
      groups.push_back({&symbol});
    } else {
      same->push_back(&symbol);
    }
  }
  for (Group& known : groups) {
    const auto line = [](const UndefinedSymbol* symbol) {
      return symbol->declarations.empty() ? 0U : symbol->declarations.front().location.where.line;
    };
    std::ranges::stable_sort(known, {}, line);
  }
  return groups;
}

class Teller
{
public:
  Teller(const exec::InspectedAction& failed, const shim::LinkReport& report) : m_failed(failed), m_report(report) {}

  [[nodiscard]] Error tell(const Group& symbols) const
  {
    return symbols.front()->declarations.empty() ? undeclared(*symbols.front()) : declared(symbols);
  }

private:
  [[nodiscard]] const plan::ActionLabel& label(plan::ActionIndex action) const { return m_failed.graph.actions[action].label; }

  [[nodiscard]] Error declared(const Group& symbols) const
  {
    const Declaration& first = symbols.front()->declarations.front();
    const bool is_function = first.kind == rust::ForeignItem::Kind::function;
    const bool is_one = symbols.size() == 1;
    const std::string crate = shown_package(label(first.crate));
    Error error("CW0820",
                is_one ? fmt::format("nobody defines the {} `{}`, which crate `{}` declares",
                                     is_function ? "function" : "variable",
                                     symbols.front()->name,
                                     crate)
                       : fmt::format("nobody defines {} {}, which crate `{}` declares in one place",
                                     symbols.size(),
                                     is_function ? "functions" : "variables",
                                     crate));
    point_at(symbols, error);
    add_calls(symbols, error);
    if (is_function) {
      error.notes.push_back(fmt::format("rustc before 1.96 made {} from module `env` in silence (`--allow-undefined`), later ones do not",
                                        is_one ? "it an import" : "them imports"));
      help_with_import(symbols, error);
    } else {
      error.notes.push_back(
          fmt::format("a host provides functions, not variables; rustc before 1.96 made {} address 0 in silence (`--allow-undefined`)",
                      is_one ? "it" : "each"));
    }
    error.helps.push_back(fmt::format("if a library defines {}, that library is missing: a build script of `{}` names it with "
                                      "`cargo::rustc-link-lib`",
                                      is_one ? "it" : "them",
                                      label(first.crate).package_name));
    return error;
  }

  /// The declaration of one; of several the block, or the macro's call, and a note that lists them.
  void point_at(const Group& symbols, Error& error) const
  {
    const Declaration& first = symbols.front()->declarations.front();
    if (first.location.evidence == rust::Evidence::nothing) {
      error.notes.push_back(rust::describe(first.location));
    } else if (symbols.size() == 1 || !first.block) {
      error.where = declaration_caret(m_failed.env, first.location);
    } else {
      error.where = caret(m_failed.env, *first.block, "declared here");
    }
    if (symbols.size() > 1) {
      std::vector<std::string> names;
      for (const UndefinedSymbol* const symbol : symbols) {
        const rust::Location& location = symbol->declarations.front().location;
        const bool has_own_line = location.macro.empty();
        names.push_back(has_own_line ? fmt::format("`{}` (line {})", symbol->name, location.where.line)
                                     : fmt::format("`{}`", symbol->name));
        if (has_own_line) {
          error.related.push_back(declaration_caret(m_failed.env, location));
        }
      }
      error.notes.push_back(base::join(names, ", "));
    }
    for (const UndefinedSymbol* const symbol : symbols) {
      for (auto other = symbol->declarations.begin() + 1; other != symbol->declarations.end(); ++other) {
        error.notes.push_back(fmt::format("crate `{}` declares {}, too: {}",
                                          shown_package(label(other->crate)),
                                          symbols.size() == 1 ? "it" : "`" + symbol->name + "`",
                                          shown_place(m_failed.env, other->location.where)));
      }
    }
  }

  /// Where the first few are called, as far as there is debug information.
  void add_calls(const Group& symbols, Error& error) const
  {
    constexpr std::size_t k_most = 3;
    std::size_t told = 0;
    for (const UndefinedSymbol* const symbol : symbols) {
      const std::string places = call_places(m_failed, m_report, symbol->name);
      if (!places.empty() && told++ < k_most) {
        error.notes.push_back(symbols.size() == 1 ? "called at " + places : fmt::format("`{}` is called at {}", symbol->name, places));
      }
    }
  }

  /// Functions of the block that are not missing: the attribute would hold for them, too.
  static std::vector<std::string> others_of_block(const Group& symbols)
  {
    std::set<std::string_view> missing;
    for (const UndefinedSymbol* const symbol : symbols) {
      missing.insert(symbol->name);
    }
    std::vector<std::string> others;
    for (const std::string& neighbour : symbols.front()->declarations.front().neighbours) {
      if (!missing.contains(neighbour)) {
        others.push_back(fmt::format("`{}`", neighbour));
      }
    }
    return others;
  }

  void help_with_import(const Group& symbols, Error& error) const
  {
    const Declaration& declaration = symbols.front()->declarations.front();
    const std::string attribute = R"(`#[link(wasm_import_module = "env")]`)";
    const std::string them = symbols.size() == 1 ? "it" : "them";
    std::vector<std::string> entries;
    for (const UndefinedSymbol* const symbol : symbols) {
      entries.push_back(fmt::format("\"env::{}\"", symbol->name));
    }
    const std::string allow = base::join(entries, ", ");
    if (!label(declaration.crate).is_local) {
      error.helps.push_back(fmt::format("if the host provides {}, list {} in your Cargo.toml: `[package.metadata.wasm.imports]` "
                                        "`allow = [{}]`; the crate itself lacks {} on its `extern` block",
                                        them,
                                        them,
                                        allow,
                                        attribute));
      return;
    }
    std::string where;
    if (declaration.block && symbols.size() == 1) {
      where = fmt::format(" ({})", shown_place(m_failed.env, *declaration.block));
    }
    error.helps.push_back(
        fmt::format("if the host provides {}, say from which module: {} on the `extern` block{}", them, attribute, where));
    if (const std::vector<std::string> others = others_of_block(symbols); declaration.block && !others.empty()) {
      error.helps.back() += fmt::format("; it would hold for {} as well, so give {} a block of {} own if a library defines the rest "
                                        "(`cargo-wasm fix --imports` does)",
                                        base::join(others, ", "),
                                        them,
                                        symbols.size() == 1 ? "its" : "their");
    }
    error.helps.push_back(fmt::format("or list {} in Cargo.toml: `[package.metadata.wasm.imports]` `allow = [{}]`", them, allow));
  }

  [[nodiscard]] Error undeclared(const UndefinedSymbol& symbol) const
  {
    Error error("CW0820", fmt::format("nobody defines `{}`", rust::demangle(symbol.name)));
    add_calls({&symbol}, error);
    for (const std::string& object : symbol.wanted_by) {
      error.notes.push_back(fmt::format("wanted by {}", describe(m_failed.graph, origin_of(m_failed.graph, m_failed.action, object))));
    }
    const auto emulated = std::ranges::find(k_emulated, symbol.name, &EmulatedFunction::name);
    if (emulated != k_emulated.end()) {
      error.notes.emplace_back("libc for WASI has it in a library of its own, which only imitates it and does not come with rustc");
      error.helps.push_back(fmt::format("take that library from wasi-sdk or a package `wasi-libc`: `cargo::rustc-link-lib={}` and "
                                        "`cargo::rustc-link-search=native=DIRECTORY` in the build script",
                                        emulated->library));
      return error;
    }
    if (std::ranges::find(k_libc, symbol.name) != k_libc.end() &&
        target_triple(m_failed.graph.actions[m_failed.action]) == "wasm32-unknown-unknown") {
      error.notes.emplace_back("it is a function of libc, and wasm32-unknown-unknown has no libc");
      error.helps.emplace_back("build for `wasm32-wasip1`, which has one; or link one that was made for wasm32-unknown-unknown");
      return error;
    }
    error.helps.emplace_back("if a library defines it, that library is missing from the link, or was compiled for another target");
    error.helps.emplace_back("if the host provides it, declare it so where it is declared, in C with "
                             R"(`__attribute__((import_module("env"), import_name("…")))`)");
    return error;
  }

  const exec::InspectedAction& m_failed;
  const shim::LinkReport& m_report;
};

} // namespace

std::vector<Error> explain_undefined_symbols(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  const bool tells_all = failed.env.reporter.verbosity() >= base::Verbosity::verbose;
  const UndefinedSymbols undefined = undefined_symbols_of(failed, report, finder, tells_all ? SIZE_MAX : k_most_located);
  const Teller teller(failed, report);
  std::vector<Error> errors;
  std::vector<std::string> rest;
  for (const Group& symbols : group(undefined.symbols)) {
    if (tells_all || errors.size() < k_most_told) {
      errors.push_back(teller.tell(symbols));
    } else {
      std::ranges::transform(
          symbols, std::back_inserter(rest), [](const UndefinedSymbol* symbol) { return fmt::format("`{}`", symbol->name); });
    }
  }
  if (!rest.empty()) {
    errors.push_back(
        Error("CW0820", fmt::format("nobody defines {} symbols more: {}", rest.size(), base::join(rest, ", "))).help("`-v` tells of each"));
  }
  errors.insert(errors.end(), undefined.unread.begin(), undefined.unread.end());
  return errors;
}

} // namespace cargo_wasm::link
