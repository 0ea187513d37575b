// What a host expects of a module as a whole: exports, limits, whether its memory is shared.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "checks.hpp"
#include "patterns.hpp"

namespace cargo_wasm::host {

namespace {

constexpr std::uint32_t k_page_log2 = 16;

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
std::string listed(const std::vector<std::string>& names, std::string_view last)
{
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{}`{}`", i == 0 ? "" : i + 1 == names.size() ? fmt::format(" {} ", last) : ", ", names[i]);
  }
  return text;
}

/// The type of a function by its index, imported ones first.
std::optional<std::string> type_of(const wasm::Module& module, std::uint32_t function)
{
  std::uint32_t next = 0;
  std::optional<std::uint32_t> type;
  const auto walked = module.for_each_import([&](const wasm::Import& import) {
    if (import.type.kind == wasm::ExternalKind::func && next++ == function) {
      type = import.type.type_index;
    }
  });
  const auto functions = module.index_functions();
  if (walked && !type && functions && function >= functions->imported() && function < functions->size()) {
    type = functions->type_of(function);
  }
  const auto found = type ? wasm::find_function_type(module, *type) : std::nullopt;
  return found ? std::optional(to_string(*found)) : std::nullopt;
}

bool applies(const ExportRule& rule, const wasm::Module& module)
{
  bool found = rule.when_imports.empty();
  const auto walked = module.for_each_import(
      [&](const wasm::Import& import) { found = found || any_matches(rule.when_imports, split_interface(import.module).name); });
  return walked && found;
}

struct SeenExport
{
  wasm::ExternalKind kind = wasm::ExternalKind::func;
  std::uint32_t index = 0;
};

Error unfit_export(const CheckRequest& request, std::string message)
{
  return Error("CW0875", std::move(message)).note(fmt::format("{} expects this of modules", shown_host(request)));
}

void check_export_rule(const CheckRequest& request,
                       const wasm::Module& module,
                       const ExportRule& rule,
                       const std::map<std::string, SeenExport, std::less<>>& exports,
                       Violations& violations)
{
  std::vector<std::string> present;
  for (const std::string& name : rule.names) {
    const auto found = exports.find(name);
    if (found == exports.end()) {
      continue;
    }
    present.push_back(name);
    const SeenExport& entry = found->second;
    if (entry.kind != rule.kind) {
      violations.push_back(unfit_export(
          request,
          fmt::format(
              "export `{}` of {} is a {}, not a {}", name, shown_artifact(request), shown_kind(entry.kind), shown_kind(rule.kind))));
      continue;
    }
    const auto type = rule.type ? type_of(module, entry.index) : std::nullopt;
    if (type && *type != *rule.type) {
      violations.push_back(unfit_export(
          request, fmt::format("export `{}` of {} has the type `{}`, not `{}`", name, shown_artifact(request), *type, *rule.type)));
    }
  }
  if (rule.need == Need::at_most_one && present.size() > 1) {
    violations.push_back(
        unfit_export(request, fmt::format("{} exports {}, and may have one of them", shown_artifact(request), listed(present, "and")))
            .help("a program has `_start`, a library `_initialize`: export what the crate type asks for"));
  }
  if (rule.need == Need::at_least_one && present.empty()) {
    const bool is_program_entry = rule.names.front() == "_start";
    violations.push_back(
        unfit_export(request, fmt::format("{} exports no {} {}", shown_artifact(request), shown_kind(rule.kind), listed(rule.names, "or")))
            .help(is_program_entry ? "build a program (`src/main.rs`) instead of a library"
                                   : "export it: `#[no_mangle] pub extern \"C\" fn`, or `export` in `[package.metadata.wasm.link]`"));
  }
}

Error too_much(const CheckRequest& request, LimitKind kind, std::string_view what, std::uint64_t found, std::uint64_t most)
{
  return Error("CW0876", fmt::format("{} {} {}, and {} allows {}", shown_artifact(request), what, found, shown_host(request), most))
      .note(fmt::format("the limit is `{}` of the host", name_of(kind)));
}

class SizeCheck
{
public:
  SizeCheck(const CheckRequest& request, Violations& violations) : m_request(request), m_violations(violations) {}

  void compare(LimitKind kind, std::string_view what, std::uint64_t found, std::string_view help)
  {
    const auto most = limit_of(m_request.profile, kind);
    if (most && found > *most) {
      m_violations.push_back(too_much(m_request, kind, what, found, *most).help(std::string(help)));
    }
  }

  void look_at(const wasm::MemoryType& memory)
  {
    const std::uint32_t log2 = memory.page_size_log2.value_or(k_page_log2);
    const std::uint64_t pages = log2 >= k_page_log2 ? memory.limits.initial : memory.limits.initial >> (k_page_log2 - log2);
    compare(LimitKind::memory_pages,
            "starts with memory pages:",
            pages,
            "less static data or a smaller stack needs less: `stack-size` in `[package.metadata.wasm.link]`");
    if (!memory.limits.shared || !common_features(m_request.profile).contains(wasm::Feature::atomics)) {
      return; // without atomics, that is what is told
    }
    for (const Profile* const host : parts_of(m_request.profile)) {
      if (!host->has_shared_memory) {
        m_violations.push_back(no_shared_memory(*host));
        return;
      }
    }
  }

  void look_at(const wasm::TableType& table)
  {
    compare(LimitKind::table_elements,
            "starts with elements in a table:",
            table.limits.initial,
            "fewer functions are called indirectly in a smaller program");
  }

private:
  [[nodiscard]] Error no_shared_memory(const Profile& host) const
  {
    Error error("CW0877",
                fmt::format("{} has a memory that threads share, and {} has none", shown_artifact(m_request), shown_host(m_request)));
    if (!host.shared_memory_note.empty()) {
      error.notes.push_back(host.shared_memory_note);
    }
    if (!host.shared_memory_host.empty()) {
      error.helps.push_back(fmt::format("`--host {}` is with threads", host.shared_memory_host));
    }
    error.helps.emplace_back("build without threads: no `+atomics`, no target with `-threads` in its name");
    return error;
  }

  const CheckRequest& m_request;
  Violations& m_violations;
};

} // namespace

Result<> check_exports(const CheckRequest& request, const wasm::Module& module, Violations& violations)
{
  std::map<std::string, SeenExport, std::less<>> exports;
  auto entries = module.exports();
  for (wasm::Export entry; entries.next(entry);) {
    exports.emplace(entry.name, SeenExport{entry.kind, entry.index});
  }
  CW_TRY(entries.finish());
  for (const Profile* const host : parts_of(request.profile)) {
    for (const ExportRule& rule : host->exports) {
      if (applies(rule, module)) {
        check_export_rule(request, module, rule, exports, violations);
      }
    }
  }
  return {};
}

Result<> check_sizes(const CheckRequest& request, const wasm::Module& module, Violations& violations)
{
  SizeCheck check(request, violations);
  std::uint64_t imports = 0;
  std::uint64_t functions = 0;
  CW_TRY(module.for_each_import([&](const wasm::Import& import) {
    ++imports;
    if (import.type.kind == wasm::ExternalKind::func) {
      ++functions;
    } else if (import.type.kind == wasm::ExternalKind::memory) {
      check.look_at(import.type.memory);
    } else if (import.type.kind == wasm::ExternalKind::table) {
      check.look_at(import.type.table);
    }
  }));
  auto memories = module.memories();
  for (wasm::MemoryType memory; memories.next(memory);) {
    check.look_at(memory);
  }
  CW_TRY(memories.finish());
  auto tables = module.tables();
  for (wasm::Table table; tables.next(table);) {
    check.look_at(table.type);
  }
  CW_TRY(tables.finish());
  functions += module.section(wasm::PayloadKind::function).count;
  check.compare(LimitKind::imports, "has imports:", imports, "import less");
  check.compare(LimitKind::functions, "has functions:", functions, "optimize for size, or leave code out");
  return {};
}

void check_file_size(const CheckRequest& request, Violations& violations)
{
  SizeCheck(request, violations)
      .compare(LimitKind::module_bytes,
               "has bytes:",
               request.artifact.bytes.size(),
               "build with `--profile size`, and strip: debug information counts");
}

} // namespace cargo_wasm::host
