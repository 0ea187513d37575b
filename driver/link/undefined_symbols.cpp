#include <cargo_wasm/link/undefined_symbols.hpp>

#include <algorithm>
#include <map>

#include "crate_of_object.hpp"
#include "declarations.hpp"
#include "report_of.hpp"
#include "undefined_symbol_errors.hpp"

namespace cargo_wasm::link {

namespace {

std::vector<UndefinedSymbol> symbols_of(const shim::LinkReport& report)
{
  std::vector<UndefinedSymbol> symbols;
  std::map<std::string, std::size_t> known;
  for (const shim::LinkerMessage& message : report.messages) {
    if (message.kind != shim::MessageKind::undefined_symbol || !message.is_error) {
      continue;
    }
    const auto [entry, is_new] = known.emplace(message.subject, symbols.size());
    if (is_new) {
      symbols.push_back({.name = message.subject, .wanted_by = {}, .declarations = {}});
    }
    symbols[entry->second].wanted_by.push_back(message.file);
  }
  return symbols;
}

/// The crate whose object wants it: only Rust code has declarations that can be read.
std::optional<plan::ActionIndex> wanting_crate(const exec::InspectedAction& failed, const UndefinedSymbol& symbol)
{
  for (const std::string& object : symbol.wanted_by) {
    if (const auto crate = rust_crate(origin_of(failed.graph, failed.action, object))) {
      return crate;
    }
  }
  return std::nullopt;
}

} // namespace

UndefinedSymbols find_undefined_symbols(const exec::InspectedAction& failed)
{
  const auto report = report_of(failed);
  if (!report || !*report) {
    return {};
  }
  DeclarationFinder finder(failed);
  return undefined_symbols_of(failed, **report, finder, SIZE_MAX);
}

UndefinedSymbols
undefined_symbols_of(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder, std::size_t most)
{
  UndefinedSymbols result;
  result.symbols = symbols_of(report);
  for (std::size_t i = 0; i < std::min(most, result.symbols.size()); ++i) {
    UndefinedSymbol& symbol = result.symbols[i];
    if (const auto crate = wanting_crate(failed, symbol)) {
      symbol.declarations = finder.find({symbol.name, std::nullopt}, crate);
    }
  }
  result.unread = finder.unread();
  return result;
}

} // namespace cargo_wasm::link
