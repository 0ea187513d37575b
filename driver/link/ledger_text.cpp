#include <cargo_wasm/link/ledger_text.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>

#include "ledger_json.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// Ways of more functions are cut to their first and last ones.
constexpr std::size_t k_whole_path = 6, k_first_functions = 2, k_last_functions = 3;

std::string_view reason_of(const LedgerEntry& entry)
{
  if (entry.root == "entry") {
    return ", the program's entry";
  }
  if (entry.root == "exported") {
    return ", which is exported";
  }
  return entry.root == "constructor" ? ", which runs when the module is loaded" : ", which the link keeps";
}

std::string path_text(const LedgerEntry& entry, bool whole)
{
  if (entry.path.empty()) {
    return "    kept by the linker\n";
  }
  std::string text = fmt::format("    alive through `{}`{}\n", entry.path.front(), reason_of(entry));
  const bool is_cut = !whole && entry.path.size() > k_whole_path;
  for (std::size_t i = 1; i < entry.path.size(); ++i) {
    if (is_cut && i == k_first_functions) {
      const std::size_t left_out = entry.path.size() - k_first_functions - k_last_functions;
      text += fmt::format("      … {} functions, which -v shows\n", left_out);
      i += left_out;
    }
    text += fmt::format("      → `{}`\n", entry.path[i]);
  }
  return text;
}

std::string declaration_text(const Env& env, const plan::ActionGraph& graph, const LedgerEntry& entry)
{
  if (entry.package.empty()) {
    return fmt::format("    wanted by {}\n", entry.origin);
  }
  if (entry.package == k_toolchain_crate && entry.version.empty()) {
    return "    declared by the libraries that come with the toolchain\n";
  }
  if (entry.how.empty()) {
    return fmt::format("    declared by {}\n", entry.origin); // C code
  }
  const auto span = entry.where ? span_of(env, graph, *entry.where) : std::nullopt;
  std::string text = fmt::format("    declared by {}{}\n", shown_crate(entry), span ? ", " + shown_place(env, *span) : std::string());
  if (!entry.also.empty()) {
    text += fmt::format("    and by {}\n", base::join(entry.also, ", "));
  }
  return text;
}

} // namespace

std::string
ledger_text(const Env& env, const plan::ActionGraph& graph, const Ledger& ledger, const std::vector<host::Profile>& hosts, bool whole_paths)
{
  const std::size_t count = ledger.imports.size();
  std::string text = fmt::format(
      "{}: {}\n", base::shown_path(env.cwd, ledger.module).string(), count == 1 ? "1 import" : fmt::format("{} imports", count));
  if (ledger.is_component) {
    text += fmt::format("  a component that imports {}\n", ledger.interfaces.empty() ? "nothing" : base::join(ledger.interfaces, ", "));
  }
  for (const LedgerEntry& entry : ledger.imports) {
    text += fmt::format("  {}.{}  {}\n", entry.module, entry.field, shown_type(entry));
    text += declaration_text(env, graph, entry);
    text += path_text(entry, whole_paths);
    const std::vector<std::string> providers = hosts_of(hosts, entry);
    text += providers.empty() ? std::string("    unknown host\n") : fmt::format("    provided by {}\n", base::join(providers, ", "));
  }
  return text;
}

std::string ledger_json(const Env& env, std::span<const Ledger> ledgers, const std::vector<host::Profile>& hosts)
{
  using nlohmann::ordered_json;
  ordered_json modules = ordered_json::array();
  for (const Ledger& ledger : ledgers) {
    ordered_json imports = ordered_json::array();
    for (const LedgerEntry& entry : ledger.imports) {
      ordered_json import = entry_json(entry);
      import["hosts"] = hosts_of(hosts, entry);
      imports.push_back(std::move(import));
    }
    modules.push_back(
        {{"module", base::shown_path(env.cwd, ledger.module).string()}, {"of", artifact_json(ledger)}, {"imports", std::move(imports)}});
  }
  return dump({{"version", 2}, {"modules", std::move(modules)}});
}

} // namespace cargo_wasm::link
