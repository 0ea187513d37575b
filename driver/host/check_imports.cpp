// Imports: whether a rule of the host covers each, and whether its type is the one that the host has.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "checks.hpp"
#include "function_names.hpp"
#include "patterns.hpp"

namespace cargo_wasm::host {

namespace {

constexpr std::size_t k_shown_fields = 6, k_shown_callers = 3;

struct SeenImport
{
  std::string module, field;
  wasm::ExternalKind kind = wasm::ExternalKind::func;
  std::string type; ///< of functions
  std::uint64_t offset = 0;
  std::uint32_t function = 0; ///< index, of functions
};

bool is_the_projects(const Profile& host, std::string_view module)
{
  return std::ranges::any_of(
      host.own_imports, [&](const OwnImportRule& rule) { return any_matches(rule.modules, module) && !any_matches(rule.except, module); });
}

enum class Verdict : std::uint8_t { provided, not_provided, other_type };

struct Judgement
{
  Verdict verdict = Verdict::provided;
  const Profile* host = nullptr;       ///< that refuses it
  const std::string* wanted = nullptr; ///< of `other_type`
};

Judgement judge(const CheckRequest& request, const SeenImport& import)
{
  const bool is_function = import.kind == wasm::ExternalKind::func;
  if (is_function && import.module == "env" && std::ranges::find(request.allowed, import.field) != request.allowed.end()) {
    return {};
  }
  for (const Profile* const host : parts_of(request.profile)) {
    // Interfaces with versions are imported by components alone; a module that does so was not wrapped.
    const auto covers = [&](const ImportRule& each) { return !each.versions && provides(each, import.module, import.field, import.kind); };
    const auto rule = std::ranges::find_if(host->imports, covers);
    if (rule != host->imports.end()) {
      const auto own_type = rule->functions.find(import.field);
      const std::string* const wanted = own_type == rule->functions.end() ? interface_type(import.module, import.field) : &own_type->second;
      if (is_function && wanted != nullptr && *wanted != import.type) {
        return {Verdict::other_type, host, wanted};
      }
    } else if (host->has_import_rules && !is_the_projects(*host, split_interface(import.module).name)) {
      return {Verdict::not_provided, host};
    }
  }
  return {};
}

Result<std::vector<SeenImport>> imports_of(const wasm::Module& module)
{
  std::vector<SeenImport> seen;
  std::uint32_t functions = 0;
  CW_TRY(module.for_each_import([&](const wasm::Import& import) {
    SeenImport entry{std::string(import.module), std::string(import.name), import.type.kind, {}, import.offset, 0};
    if (import.type.kind == wasm::ExternalKind::func || import.type.kind == wasm::ExternalKind::func_exact) {
      entry.kind = wasm::ExternalKind::func;
      entry.function = functions++;
      if (const auto type = wasm::find_function_type(module, import.type.type_index)) {
        entry.type = to_string(*type);
      }
    }
    seen.push_back(std::move(entry));
  }));
  return seen;
}

void add_helps(const CheckRequest& request, const SeenImport& import, Error& error)
{
  const std::string_view interface = split_interface(import.module).name;
  const std::string& id = request.profile.id;
  if (interface == "wasi_snapshot_preview1" || interface == "wasi_unstable") {
    error.helps.emplace_back(
        "build for `wasm32-unknown-unknown`, whose standard library imports nothing, or choose a host with WASI 0.1: `--host wasmtime`");
  } else if (interface.starts_with("wasi:") && !import.field.empty()) {
    error.helps.emplace_back("it is the module inside a component: `cargo-wasm module component` wraps it");
  } else if (interface.starts_with("wasi:")) {
    error.helps.emplace_back("the compiler's own version decides which version of WASI its standard library imports: another one may fit");
  } else if (interface.starts_with("__wbindgen_")) {
    error.helps.emplace_back("it is what wasm-bindgen replaces: choose a host with JavaScript, `--host browser` or `--host node`");
  } else if (interface == "env" && import.kind == wasm::ExternalKind::func) {
    error.helps.push_back(
        fmt::format("if the program around the module provides it, say so: `allow = [\"env::{}\"]` in `[package.metadata.wasm.imports]`",
                    import.field));
  }
  error.helps.push_back(
      fmt::format("a host of your own that has it is a file with `extends = \"{}\"` and an `[[import]]`: `--host path/to/host.toml`", id));
}

class ImportCheck
{
public:
  ImportCheck(const CheckRequest& request, const wasm::Module& module, Violations& violations)
      : m_request(request), m_module(module), m_violations(violations)
  {
  }

  Result<> run()
  {
    CW_TRY_ASSIGN(const std::vector<SeenImport> imports, imports_of(m_module));
    m_count = imports.size();
    std::map<std::string, std::vector<const SeenImport*>> missing; // by module
    std::set<std::string> partly_provided;
    bool names_functions = false;
    std::map<const SeenImport*, Judgement> judgements;
    for (const SeenImport& import : imports) {
      const Judgement judgement = judge(m_request, import);
      judgements.emplace(&import, judgement);
      if (judgement.verdict == Verdict::not_provided) {
        missing[import.module].push_back(&import);
      } else {
        partly_provided.insert(import.module);
      }
      if (judgement.verdict != Verdict::provided && import.kind == wasm::ExternalKind::func) {
        names_functions = true;
      }
    }
    if (names_functions) {
      m_names.emplace(m_module, m_request.names);
    }
    std::set<std::string> told;
    for (std::size_t i = 0; i < imports.size(); ++i) {
      const SeenImport& import = imports[i];
      const Judgement& judgement = judgements.at(&import);
      if (judgement.verdict == Verdict::other_type) {
        m_violations.push_back(other_type(import, judgement, i));
      } else if (judgement.verdict == Verdict::not_provided && partly_provided.contains(import.module)) {
        m_violations.push_back(not_provided({&import}, judgement, i));
      } else if (judgement.verdict == Verdict::not_provided && told.insert(import.module).second) {
        m_violations.push_back(not_provided(missing[import.module], judgement, i));
      }
    }
    return {};
  }

private:
  void add_caller(const SeenImport& import, Error& error) const
  {
    const std::string caller = import.kind == wasm::ExternalKind::func ? m_names->shown_caller(m_module, import.function) : std::string();
    if (!caller.empty()) {
      error.notes.push_back(fmt::format("`{}` is called by {}", import.field, caller));
    }
  }

  [[nodiscard]] base::BinarySpan entry(const SeenImport& import, std::size_t number) const
  {
    return place(m_request, import.offset, fmt::format("import section, entry {} of {}", number + 1, m_count));
  }

  Error other_type(const SeenImport& import, const Judgement& judgement, std::size_t number) const
  {
    Error error("CW0873",
                fmt::format("{} imports `{}.{}` with another type than {} has it",
                            shown_artifact(m_request),
                            import.module,
                            import.field,
                            shown_host(m_request)));
    error.where = entry(import, number);
    error.notes.push_back(fmt::format("imported as `{}`", import.type));
    error.notes.push_back(fmt::format("{} has `{}`", judgement.host->name, *judgement.wanted));
    add_caller(import, error);
    error.helps.emplace_back("correct the declaration: `cargo-wasm imports` shows the crate and the line of it");
    return error;
  }

  Error not_provided(const std::vector<const SeenImport*>& imports, const Judgement& judgement, std::size_t number) const
  {
    const SeenImport& first = *imports.front();
    const std::string what = imports.size() == 1 ? fmt::format("the {} `{}.{}`", shown_kind(first.kind), first.module, first.field)
                                                 : fmt::format("{} things from `{}`", imports.size(), first.module);
    Error error("CW0872", fmt::format("{} imports {}, which {} does not provide", shown_artifact(m_request), what, shown_host(m_request)));
    error.where = entry(first, number);
    if (imports.size() > 1) {
      std::vector<std::string> fields;
      for (std::size_t i = 0; i < imports.size() && i < k_shown_fields; ++i) {
        fields.push_back(fmt::format("`{}`", imports[i]->field));
      }
      error.notes.push_back(base::join(fields, ", ") +
                            (imports.size() > k_shown_fields ? fmt::format(" and {} more", imports.size() - k_shown_fields) : ""));
    }
    if (judgement.host != &m_request.profile) {
      error.notes.push_back(fmt::format("{} is one of those that this host stands for", shown_name(*judgement.host)));
    }
    for (std::size_t i = 0; i < imports.size() && i < k_shown_callers; ++i) {
      add_caller(*imports[i], error);
    }
    add_helps(m_request, first, error);
    return error;
  }

  const CheckRequest& m_request;
  const wasm::Module& m_module;
  Violations& m_violations;
  std::size_t m_count = 0;
  std::optional<FunctionNames> m_names;
};

} // namespace

Result<> check_module_imports(const CheckRequest& request, const wasm::Module& module, Violations& violations)
{
  return ImportCheck(request, module, violations).run();
}

void check_component_import(const CheckRequest& request, std::string_view name, std::uint64_t offset, Violations& violations)
{
  const InterfaceName interface = split_interface(name);
  for (const Profile* const host : parts_of(request.profile)) {
    const auto covers = [&](const ImportRule& rule, bool with_version) {
      return (!with_version || fits_version(rule, interface)) && any_matches(rule.modules, interface.name);
    };
    const auto covered = [&](bool with_version) {
      return std::ranges::any_of(host->imports, [&](const ImportRule& rule) { return covers(rule, with_version); });
    };
    if (!host->has_import_rules || covered(true) || is_the_projects(*host, interface.name)) {
      continue;
    }
    Error error(
        "CW0872",
        fmt::format("{} imports the interface `{}`, which {} does not provide", shown_artifact(request), name, shown_host(request)));
    error.where = place(request, offset, "import of the component");
    if (covered(false)) {
      error.notes.emplace_back("it has this interface in other versions");
    }
    add_helps(request, {std::string(name), {}, wasm::ExternalKind::func, {}, offset, 0}, error);
    violations.push_back(std::move(error));
    return;
  }
}

} // namespace cargo_wasm::host
