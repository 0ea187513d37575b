#include <cargo_wasm/shim/link_remarks.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace cargo_wasm::shim {

namespace {

/// The first chunk of the object that refers to one of its symbols.
std::string_view user_of(const LinkModel& model, SymbolRef wanted)
{
  const LinkObject& object = model.objects()[wanted.object];
  for (std::uint32_t chunk = 0; chunk < object.chunks.size(); ++chunk) {
    const auto references = object.references_of(object.chunks[chunk]);
    if (std::ranges::any_of(references, [&](const Reference& reference) { return reference.symbol == wanted.symbol; })) {
      return model.name_of({wanted.object, chunk});
    }
  }
  return {};
}

} // namespace

std::vector<LinkedFeature> features_of(const LinkModel& model)
{
  std::map<std::string_view, LinkedFeature> features;
  for (std::uint32_t number = 0; number < model.objects().size(); ++number) {
    const LinkObject& object = model.objects()[number];
    if (!model.takes_part(number) || !model.has_live_chunk(number)) {
      continue;
    }
    const bool is_foreign = !object.has_producers_rustc && !is_of_toolchain(object.name);
    for (const ObjectFeature& feature : object.features) {
      if (feature.prefix == '-') {
        continue;
      }
      const auto [entry, is_first] = features.try_emplace(feature.name, LinkedFeature{std::string(feature.name), object.name, is_foreign});
      if (!is_first && entry->second.is_foreign && !is_foreign) {
        entry->second = {std::string(feature.name), object.name, false};
      }
    }
  }
  std::vector<LinkedFeature> sorted;
  for (auto& [name, feature] : features) {
    sorted.push_back(std::move(feature));
  }
  return sorted;
}

std::vector<DeadSymbol> find_dead_symbols(const LinkModel& model, const std::vector<std::string>& allowed)
{
  std::vector<DeadSymbol> dead;
  for (const ModelSymbol& symbol : model.symbols()) {
    const bool is_missing = symbol.definition.is_none() && !symbol.is_provided_by_linker && !symbol.wanted_by.empty();
    if (!is_missing || symbol.is_live || std::ranges::find(allowed, symbol.name) != allowed.end()) {
      continue;
    }
    const bool may_be_missing = std::ranges::any_of(symbol.wanted_by, [&](SymbolRef ref) {
      const ObjectSymbol& wish = model.symbol(ref);
      return wish.is_declared_import() || wish.is_weak();
    });
    if (!may_be_missing) {
      const SymbolRef first = symbol.wanted_by.front();
      dead.push_back({std::string(symbol.name), model.objects()[first.object].name, std::string(user_of(model, first))});
    }
  }
  std::ranges::sort(dead, {}, &DeadSymbol::name);
  return dead;
}

} // namespace cargo_wasm::shim
