#include "undefined_symbol_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>

#include "crate_of_object.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// More are only named: the first ones tell what is wrong.
constexpr std::size_t k_most_told = 10;

class Teller
{
public:
  explicit Teller(const exec::InspectedAction& failed) : m_failed(failed) {}

  [[nodiscard]] Error tell(const UndefinedSymbol& symbol) const
  {
    return symbol.declarations.empty() ? undeclared(symbol) : declared(symbol);
  }

private:
  [[nodiscard]] const plan::ActionLabel& label(plan::ActionIndex action) const { return m_failed.graph.actions[action].label; }

  [[nodiscard]] Error declared(const UndefinedSymbol& symbol) const
  {
    const Declaration& first = symbol.declarations.front();
    const bool is_function = first.kind == rust::ForeignItem::Kind::function;
    const std::string crate = shown_package(label(first.crate));
    Error error(
        "CW0820",
        fmt::format("nobody defines the {} `{}`, which crate `{}` declares", is_function ? "function" : "variable", symbol.name, crate));
    if (first.location.evidence != rust::Evidence::nothing) {
      error.where = declaration_caret(m_failed.env, first.location);
    } else {
      error.notes.push_back(rust::describe(first.location));
    }
    for (auto other = symbol.declarations.begin() + 1; other != symbol.declarations.end(); ++other) {
      error.notes.push_back(fmt::format(
          "crate `{}` declares it, too: {}", shown_package(label(other->crate)), shown_place(m_failed.env, other->location.where)));
    }
    if (is_function) {
      error.notes.emplace_back("rustc before 1.96 made it an import from module `env` in silence (`--allow-undefined`), later ones do not");
      help_with_import(symbol, first, error);
    } else {
      error.notes.emplace_back(
          "a host provides functions, not variables; rustc before 1.96 made it address 0 in silence (`--allow-undefined`)");
    }
    error.helps.push_back(fmt::format("if a library defines it, that library is missing: a build script of `{}` names it with "
                                      "`cargo::rustc-link-lib`",
                                      label(first.crate).package_name));
    return error;
  }

  void help_with_import(const UndefinedSymbol& symbol, const Declaration& declaration, Error& error) const
  {
    const std::string attribute = R"(`#[link(wasm_import_module = "env")]`)";
    if (!label(declaration.crate).is_local) {
      error.helps.push_back(fmt::format("if the host provides it, list it in your Cargo.toml: `[package.metadata.wasm.imports]` "
                                        "`allow = [\"env::{}\"]`; the crate itself lacks {} on its `extern` block",
                                        symbol.name,
                                        attribute));
      return;
    }
    const std::string where = declaration.block ? fmt::format(" ({})", shown_place(m_failed.env, *declaration.block)) : std::string();
    error.helps.push_back(fmt::format("if the host provides it, say from which module: {} on the `extern` block{}", attribute, where));
    error.helps.push_back(fmt::format("or list it in Cargo.toml: `[package.metadata.wasm.imports]` `allow = [\"env::{}\"]`", symbol.name));
  }

  [[nodiscard]] Error undeclared(const UndefinedSymbol& symbol) const
  {
    Error error("CW0820", fmt::format("nobody defines `{}`", rust::demangle(symbol.name)));
    for (const std::string& object : symbol.wanted_by) {
      error.notes.push_back(fmt::format("wanted by {}", describe(m_failed.graph, origin_of(m_failed.graph, m_failed.action, object))));
    }
    error.helps.emplace_back("if a library defines it, that library is missing from the link, or was compiled for another target");
    error.helps.emplace_back("if the host provides it, declare it so where it is declared, in C with "
                             R"(`__attribute__((import_module("env"), import_name("…")))`)");
    return error;
  }

  const exec::InspectedAction& m_failed;
};

} // namespace

std::vector<Error> explain_undefined_symbols(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  const bool tells_all = failed.env.reporter.verbosity() >= base::Verbosity::verbose;
  const UndefinedSymbols undefined = undefined_symbols_of(failed, report, finder, tells_all ? SIZE_MAX : k_most_told);
  const Teller teller(failed);
  std::vector<Error> errors;
  std::vector<std::string> rest;
  for (const UndefinedSymbol& symbol : undefined.symbols) {
    if (tells_all || errors.size() < k_most_told) {
      errors.push_back(teller.tell(symbol));
    } else {
      rest.push_back(fmt::format("`{}`", symbol.name));
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
