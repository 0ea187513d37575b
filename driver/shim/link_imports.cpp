#include <cargo_wasm/shim/link_imports.hpp>

#include <algorithm>
#include <optional>
#include <tuple>

namespace cargo_wasm::shim {

namespace {

/// nullopt: nothing that a module can import (data, sections).
std::optional<std::string> kind_of(wasm::SymbolKind kind)
{
  switch (kind) {
  case wasm::SymbolKind::function:
    return "function";
  case wasm::SymbolKind::global:
    return "global";
  case wasm::SymbolKind::table:
    return "table";
  case wasm::SymbolKind::tag:
    return "tag";
  default:
    return std::nullopt;
  }
}

std::string reason_of(LiveReason::Kind kind)
{
  switch (kind) {
  case LiveReason::Kind::entry:
    return "entry";
  case LiveReason::Kind::exported:
    return "exported";
  case LiveReason::Kind::constructor:
    return "constructor";
  case LiveReason::Kind::retained:
    return "retained";
  default:
    return "kept";
  }
}

void add_path(const LinkModel& model, ChunkRef user, LinkedImport& import)
{
  import.object = model.objects()[user.object].name;
  const std::vector<ChunkRef> path = model.path_to_root(user);
  for (auto chunk = path.rbegin(); chunk != path.rend(); ++chunk) {
    import.path.emplace_back(model.name_of(*chunk));
  }
  import.root = reason_of(model.reason(path.back()).kind);
}

/// The wish that decides the import's name: one that names a module, else the first.
SymbolRef deciding(const LinkModel& model, const ModelSymbol& symbol)
{
  const auto declared = std::ranges::find_if(symbol.wanted_by, [&](SymbolRef ref) { return model.symbol(ref).is_declared_import(); });
  return declared == symbol.wanted_by.end() ? symbol.wanted_by.front() : *declared;
}

} // namespace

std::vector<LinkedImport> imports_of(const LinkModel& model)
{
  std::vector<LinkedImport> imports;
  for (const ModelSymbol& symbol : model.symbols()) {
    if (!symbol.is_live || !symbol.definition.is_none() || symbol.is_provided_by_linker || symbol.wanted_by.empty()) {
      continue;
    }
    const SymbolRef ref = deciding(model, symbol);
    const ObjectSymbol& wanted = model.symbol(ref);
    const auto kind = kind_of(wanted.kind);
    const bool is_only_weak = std::ranges::all_of(symbol.wanted_by, [&](SymbolRef wish) { return model.symbol(wish).is_weak(); });
    if (!kind || is_only_weak) {
      continue; // a weak function that is not there is a stub, no import
    }
    LinkedImport import;
    import.module = wanted.import.module;
    import.field = wanted.import.name;
    import.kind = *kind;
    import.is_declared = wanted.is_declared_import();
    if (wanted.signature != k_none) {
      import.type = model.objects()[ref.object].signatures[wanted.signature];
    }
    if (const std::vector<ChunkRef> users = model.live_users(symbol); !users.empty()) {
      add_path(model, users.front(), import);
    }
    imports.push_back(std::move(import));
  }
  std::ranges::sort(imports, {}, [](const LinkedImport& import) { return std::tie(import.module, import.field, import.type); });
  return imports;
}

} // namespace cargo_wasm::shim
