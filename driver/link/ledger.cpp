#include <cargo_wasm/link/ledger.hpp>

#include <algorithm>
#include <tuple>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>
#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>

#include "crate_of_object.hpp"
#include "declarations.hpp"
#include "ledger_key.hpp"
#include "report_of.hpp"
#include "source_place.hpp"
#include "toolchain_imports.hpp"

namespace cargo_wasm::link {

namespace {

class LedgerMaker
{
public:
  LedgerMaker(const exec::InspectedAction& link, const shim::LinkReport& report)
      : m_link(link), m_report(report), m_finder(link), m_toolchain(link)
  {
  }

  LedgerEntry entry_of(const shim::LinkedImport& import)
  {
    LedgerEntry entry;
    entry.module = import.module;
    entry.field = import.field;
    entry.kind = import.kind;
    entry.type = import.type;
    entry.root = import.root;
    entry.is_allowed = !import.is_declared && std::ranges::find(m_report.allowed, import.field) != m_report.allowed.end();
    for (const std::string& symbol : import.path) {
      entry.path.push_back(rust::demangle(symbol));
    }
    const ObjectOrigin origin = origin_of(m_link.graph, m_link.action, import.object);
    entry.origin = describe(m_link.graph, origin);
    add_declaration(import, origin, entry);
    return entry;
  }

  [[nodiscard]] const std::vector<Error>& unread() const { return m_finder.unread(); }

private:
  using Kind = ObjectOrigin::Kind;

  [[nodiscard]] const plan::ActionLabel& label_of(plan::ActionIndex action) const { return m_link.graph.actions[action].label; }

  /// Link-time optimization must not change the answer, so the object decides only where sources do not: crates that write the name
  /// down; then the crate whose object it is; then the toolchain's libraries; then crates that may make the name by a macro.
  void add_declaration(const shim::LinkedImport& import, const ObjectOrigin& origin, LedgerEntry& entry)
  {
    if (origin.kind == Kind::native_member || origin.kind == Kind::native_library) {
      entry.package = label_of(origin.action).package_name;
      entry.version = label_of(origin.action).package_version;
      return;
    }
    const WantedSymbol wanted{import.field, import.is_declared ? std::optional(import.module) : std::nullopt};
    std::vector<Declaration> found = m_finder.find_written(wanted);
    if (found.empty() && origin.kind == Kind::crate) {
      found = m_finder.find_in(origin.action, wanted);
    }
    if (found.empty() && (origin.kind == Kind::toolchain || m_toolchain.declares(import.module, import.field))) {
      entry.package = k_toolchain_crate;
      return;
    }
    if (found.empty()) {
      found = m_finder.find_made(wanted);
    }
    if (!found.empty()) {
      add_found(std::move(found), entry);
    }
  }

  void add_found(std::vector<Declaration> found, LedgerEntry& entry) const
  {
    std::ranges::stable_sort(found, {}, [&](const Declaration& declaration) {
      const plan::ActionLabel& label = label_of(declaration.crate);
      return std::tie(label.package_name, label.package_version);
    });
    const Declaration& first = found.front();
    entry.package = label_of(first.crate).package_name;
    entry.version = label_of(first.crate).package_version;
    entry.how = rust::to_string(first.location.evidence);
    if (first.location.evidence != rust::Evidence::nothing) {
      entry.where = place_of(m_link.graph, m_link.graph.actions[first.crate], first.location.where);
    }
    for (const Declaration& other : found) {
      const std::string crate = shown_package(label_of(other.crate));
      if (crate != shown_crate(entry) && std::ranges::find(entry.also, crate) == entry.also.end()) {
        entry.also.push_back(crate);
      }
    }
  }

  const exec::InspectedAction& m_link;
  const shim::LinkReport& m_report;
  DeclarationFinder m_finder;
  ToolchainImports m_toolchain;
};

/// The first output, or that among several which has a name for users: a library may stand before the module.
base::Path module_of(const plan::ActionGraph& graph, plan::ActionIndex link)
{
  const plan::ActionTemplate& action = graph.actions[link];
  if (action.finished_by) {
    return plan::shown_path(graph, link, action.finished_output);
  }
  return action.uplifted.empty() ? action.outputs.front().path : action.uplifted.front().second;
}

/// What a component imports stands in itself: wasm-component-ld and its adapters add to what the module within wants.
Result<> add_interfaces(const Env& env, Ledger& ledger)
{
  CW_TRY_ASSIGN(const auto file, env.fs.map(ledger.module));
  const wasm::Source source(file.path(), file.bytes());
  if (wasm::file_kind(source) != wasm::FileKind::component) {
    return {};
  }
  ledger.is_component = true;
  wasm::ComponentHandlers handlers;
  handlers.on_import = [&](const wasm::ComponentImport& import) { ledger.interfaces.emplace_back(import.name.name); };
  CW_TRY(wasm::read_component(source, handlers));
  std::ranges::sort(ledger.interfaces);
  return {};
}

Result<Ledger> make_ledger(const exec::InspectedAction& link, bool& is_whole)
{
  CW_TRY_ASSIGN(const auto report, report_of(link));
  Ledger ledger;
  ledger.module = module_of(link.graph, link.action);
  ledger.artifact = artifact_of(link.graph.actions[link.action]);
  CW_TRY(add_interfaces(link.env, ledger));
  if (!report) {
    return ledger;
  }
  LedgerMaker maker(link, *report);
  for (const shim::LinkedImport& import : report->imports) {
    ledger.imports.push_back(maker.entry_of(import));
  }
  for (const Error& unread : maker.unread()) {
    link.env.reporter.warning(unread);
  }
  is_whole = maker.unread().empty();
  return ledger;
}

/// Where one ledger is kept: in this target directory with the key that it was made under, and for other checkouts by key.
struct LedgerFiles
{
  LedgerFiles(const base::Path& report, const base::Path& shared_directory, const std::string& key_)
      : own(report.parent_path() / (report.stem().stem().string() + ".imports.json")), // of "app-1a2b.link.json"
        own_key(own.parent_path() / (own.stem().string() + ".key")), shared(shared_directory / (key_ + ".json")), key(key_)
  {
  }

  /// "KEY DIGEST": under which key the ledger was made, and of which bytes that is said.
  [[nodiscard]] std::string key_line(const std::string& text) const { return key + " " + base::to_hex(base::sha256(text)) + "\n"; }

  [[nodiscard]] Result<std::optional<Ledger>> read_own(const Env& env) const
  {
    CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(own));
    CW_TRY_ASSIGN(const auto line, env.fs.read_if_exists(own_key));
    return text && line && *line == key_line(*text) ? parse_ledger_file(*text) : std::nullopt;
  }

  /// What another checkout left; kept here as well.
  [[nodiscard]] Result<std::optional<Ledger>> read_shared(const Env& env) const
  {
    CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(shared));
    auto ledger = text ? parse_ledger_file(*text) : std::nullopt;
    if (ledger) {
      CW_TRY(write_own(env, *text));
    }
    return ledger;
  }

  Result<> write_own(const Env& env, const std::string& text) const
  {
    CW_TRY(env.fs.write_atomic(own, text));
    return env.fs.write_atomic(own_key, key_line(text));
  }

  Result<> write(const Env& env, const std::string& text) const
  {
    CW_TRY(write_own(env, text));
    CW_TRY(env.fs.create_directories(shared.parent_path()));
    return env.fs.write_atomic(shared, text);
  }

  base::Path own, own_key, shared;
  std::string key;
};

Result<Ledger> keep_ledger(const exec::InspectedAction& link, const LedgerFiles& files)
{
  CW_TRY_ASSIGN(auto kept, files.read_own(link.env));
  if (!kept) {
    CW_TRY_ASSIGN(kept, files.read_shared(link.env));
  }
  if (kept) {
    kept->module = module_of(link.graph, link.action);
    return std::move(*kept);
  }
  bool is_whole = true;
  CW_TRY_ASSIGN(Ledger ledger, make_ledger(link, is_whole));
  if (is_whole) {
    CW_TRY(files.write(link.env, ledger_file_text(ledger)));
  }
  return ledger;
}

} // namespace

Result<Ledger> ledger_of(const exec::InspectedAction& link, const base::Path& shared)
{
  const plan::ActionTemplate& action = link.graph.actions[link.action];
  if (const auto key = ledger_key(link)) {
    return keep_ledger(link, LedgerFiles(action.outputs[*action.link_report].path, shared, *key));
  }
  bool is_whole = true;
  return make_ledger(link, is_whole);
}

std::string shown_crate(const LedgerEntry& entry)
{
  return entry.version.empty() ? entry.package : entry.package + " v" + entry.version;
}

const std::string& shown_type(const LedgerEntry& entry)
{
  return entry.type.empty() ? entry.kind : entry.type;
}

} // namespace cargo_wasm::link
