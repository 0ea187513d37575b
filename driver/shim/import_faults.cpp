#include <cargo_wasm/shim/import_faults.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace cargo_wasm::shim {

namespace {

/// By the archive's name, or by a function that only libc's own parts call: copies of libc lie in archives of any name.
bool is_of_libc(const LinkObject& object, std::string_view archive)
{
  constexpr std::string_view k_libc = "/libc.a";
  return archive.ends_with(k_libc) || std::ranges::any_of(object.symbols, [](const ObjectSymbol& symbol) {
           return !symbol.is_undefined() && !symbol.is_local() &&
                  (symbol.name.starts_with("__wasilibc_") || symbol.name.starts_with("__stdio_"));
         });
}

} // namespace

std::vector<AuditFinding> find_null_variables(const LinkModel& model, const std::vector<std::string>& allowed)
{
  std::vector<AuditFinding> findings;
  for (const std::string& name : allowed) {
    const ModelSymbol* const symbol = model.find(name);
    if (symbol == nullptr || !symbol->definition.is_none() || symbol->wanted_by.empty() ||
        model.symbol(symbol->wanted_by.front()).kind != wasm::SymbolKind::data) {
      continue;
    }
    if (const std::vector<ChunkRef> users = model.live_users(*symbol); !users.empty()) {
      findings.push_back({AuditFinding::Kind::null_variable, name, model.objects()[users.front().object].name});
    }
  }
  return findings;
}

std::vector<AuditFinding> find_two_libcs(const LinkModel& model)
{
  std::set<std::string_view> libraries;
  for (std::uint32_t object = 0; object < model.objects().size(); ++object) {
    const LinkObject& candidate = model.objects()[object];
    const std::string_view name = candidate.name;
    const std::string_view archive = name.substr(0, name.rfind('('));
    if (model.takes_part(object) && archive.size() < name.size() && is_of_libc(candidate, archive) && model.has_live_chunk(object)) {
      libraries.insert(archive);
    }
  }
  if (libraries.size() < 2) {
    return {};
  }
  return {{AuditFinding::Kind::two_libcs, std::string(*libraries.begin()), std::string(*std::next(libraries.begin()))}};
}

std::vector<AuditFinding> find_imports_of_two_types(const std::vector<LinkedImport>& imports)
{
  std::vector<AuditFinding> findings;
  for (std::size_t i = 1; i < imports.size(); ++i) {
    const LinkedImport& first = imports[i - 1];
    const LinkedImport& second = imports[i];
    if (first.module == second.module && first.field == second.field && first.type != second.type) {
      findings.push_back({AuditFinding::Kind::import_types,
                          fmt::format("{}.{}", second.module, second.field),
                          fmt::format("{} and {}", first.type, second.type)});
    }
  }
  return findings;
}

} // namespace cargo_wasm::shim
