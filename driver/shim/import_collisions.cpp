#include <cargo_wasm/shim/import_collisions.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <cargo_wasm/rust/foreign_items.hpp>

namespace cargo_wasm::shim {

namespace {

/// Names that code outside of the build's crates defines or wants, with one object each.
std::unordered_map<std::string_view, std::string_view> native_names(const LinkModel& model)
{
  std::unordered_map<std::string_view, std::string_view> names;
  for (const LinkObject& object : model.objects()) {
    if (!is_of_toolchain(object.name) && object.has_producers_rustc) {
      continue;
    }
    for (const ObjectSymbol& symbol : object.symbols) {
      if (symbol.kind == wasm::SymbolKind::function && !symbol.is_local() && !symbol.is_declared_import()) {
        names.emplace(symbol.name, object.name);
      }
    }
  }
  return names;
}

} // namespace

std::vector<ImportCollision> find_import_collisions(const std::vector<ExpandedSource>& sources, const LinkModel& model)
{
  std::map<std::string, std::set<DeclaredImport>> declared;
  for (const ExpandedSource& source : sources) {
    for (const rust::ForeignBlock& block : rust::read_foreign_items(source.text).blocks) {
      const std::optional<std::string> module = block.wasm_import_module();
      for (const rust::ForeignItem& item : block.items) {
        if (module && item.kind == rust::ForeignItem::Kind::function) {
          declared[item.symbol()].insert({*module, source.path});
        }
      }
    }
  }
  const auto natives = native_names(model);
  std::vector<ImportCollision> collisions;
  for (const auto& [field, imports] : declared) {
    const auto native = natives.find(field);
    const bool has_two_modules =
        std::ranges::any_of(imports, [&](const DeclaredImport& import) { return import.module != imports.begin()->module; });
    if (native != natives.end() || has_two_modules) {
      collisions.push_back({.field = field,
                            .imports = {imports.begin(), imports.end()},
                            .native = native == natives.end() ? std::string() : std::string(native->second)});
    }
  }
  return collisions;
}

} // namespace cargo_wasm::shim
