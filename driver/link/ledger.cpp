#include <cargo_wasm/link/ledger.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/rust/demangle.hpp>

#include "crate_of_object.hpp"
#include "declarations.hpp"
#include "report_of.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

LedgerEntry entry_of(const exec::InspectedAction& link, const shim::LinkedImport& import, DeclarationFinder& finder)
{
  LedgerEntry entry;
  entry.module = import.module;
  entry.field = import.field;
  entry.kind = import.kind;
  entry.type = import.type;
  entry.root = import.root;
  for (const std::string& symbol : import.path) {
    entry.path.push_back(rust::demangle(symbol));
  }
  const ObjectOrigin origin = origin_of(link.graph, link.action, import.object);
  entry.origin = describe(link.graph, origin);
  if (origin.kind != ObjectOrigin::Kind::crate && origin.kind != ObjectOrigin::Kind::merged) {
    return entry;
  }
  const auto module = import.is_declared ? std::optional(import.module) : std::nullopt;
  const std::vector<Declaration> declarations = finder.find({import.field, module}, origin.action);
  if (declarations.empty()) {
    return entry;
  }
  const Declaration& first = declarations.front();
  entry.package = shown_package(link.graph.actions[first.crate].label);
  entry.how = rust::to_string(first.location.evidence);
  if (first.location.evidence != rust::Evidence::nothing) {
    entry.where = first.location.where;
  }
  return entry;
}

std::string reason_text(const LedgerEntry& entry)
{
  if (entry.path.empty()) {
    return "kept by the linker";
  }
  const std::string& first = entry.path.front();
  if (entry.root == "entry") {
    return fmt::format("`{}`, the program's entry", first);
  }
  if (entry.root == "exported") {
    return fmt::format("`{}`, which is exported", first);
  }
  if (entry.root == "constructor") {
    return fmt::format("`{}`, which runs when the module is loaded", first);
  }
  return fmt::format("`{}`, which the link keeps", first);
}

} // namespace

Result<Ledger> make_ledger(const exec::InspectedAction& link)
{
  const plan::ActionTemplate& action = link.graph.actions[link.action];
  CW_TRY_ASSIGN(const auto report, report_of(link));
  Ledger ledger;
  ledger.module = action.uplifted.empty() ? action.outputs.front().path : action.uplifted.front().second;
  DeclarationFinder finder(link);
  for (const shim::LinkedImport& import : report ? report->imports : std::vector<shim::LinkedImport>()) {
    ledger.imports.push_back(entry_of(link, import, finder));
  }
  return ledger;
}

std::string ledger_text(const Env& env, const Ledger& ledger, bool whole_paths)
{
  const std::size_t count = ledger.imports.size();
  std::string text = fmt::format(
      "{}: {}\n", base::shown_path(env.cwd, ledger.module).string(), count == 1 ? "1 import" : fmt::format("{} imports", count));
  for (const LedgerEntry& entry : ledger.imports) {
    text += fmt::format("  {}.{}  {}\n", entry.module, entry.field, entry.type.empty() ? entry.kind : entry.type);
    if (entry.package.empty()) {
      text += fmt::format("    wanted by {}\n", entry.origin);
    } else {
      text += fmt::format("    declared by {}{}\n", entry.package, entry.where ? ", " + shown_place(env, *entry.where) : std::string());
    }
    text += fmt::format("    alive through {}\n", reason_text(entry));
    for (std::size_t i = 1; whole_paths && i < entry.path.size(); ++i) {
      text += fmt::format("      → `{}`\n", entry.path[i]);
    }
  }
  return text;
}

std::string ledger_json(const Env& env, const std::vector<Ledger>& ledgers)
{
  using nlohmann::ordered_json;
  ordered_json modules = ordered_json::array();
  for (const Ledger& ledger : ledgers) {
    ordered_json imports = ordered_json::array();
    for (const LedgerEntry& entry : ledger.imports) {
      ordered_json where;
      if (entry.where) {
        where = {
            {"file", base::shown_path(env.cwd, entry.where->file).string()}, {"line", entry.where->line}, {"column", entry.where->column}};
      }
      imports.push_back({{"module", entry.module},
                         {"field", entry.field},
                         {"kind", entry.kind},
                         {"type", entry.type},
                         {"package", entry.package.empty() ? ordered_json() : ordered_json(entry.package)},
                         {"wanted-by", entry.origin},
                         {"declared-at", std::move(where)},
                         {"found-by", entry.how.empty() ? ordered_json() : ordered_json(entry.how)},
                         {"root", entry.root},
                         {"path", entry.path}});
    }
    modules.push_back({{"module", base::shown_path(env.cwd, ledger.module).string()}, {"imports", std::move(imports)}});
  }
  const ordered_json document{{"version", 1}, {"modules", std::move(modules)}};
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace cargo_wasm::link
