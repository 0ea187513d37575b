#include <cargo_wasm/shim/signature_check.hpp>

#include <algorithm>
#include <map>

#include <cargo_wasm/shim/crate_functions.hpp>

namespace cargo_wasm::shim {

namespace {

std::string type_of(const LinkModel& model, SymbolRef ref)
{
  const std::uint32_t signature = model.symbol(ref).signature;
  return signature == k_none ? std::string() : model.objects()[ref.object].signatures[signature];
}

/// A function that refers to the symbol: a live one, else any.
std::string_view caller_of(const LinkModel& model, SymbolRef ref, const std::vector<ChunkRef>& live)
{
  if (!live.empty()) {
    return model.name_of(live.front());
  }
  const LinkObject& object = model.objects()[ref.object];
  for (std::uint32_t chunk = 0; chunk < object.chunks.size(); ++chunk) {
    if (std::ranges::any_of(object.references_of(object.chunks[chunk]), [&](const Reference& used) { return used.symbol == ref.symbol; })) {
      return model.name_of({ref.object, chunk});
    }
  }
  return {};
}

/// The function that a wrapper of this name stands for; empty for any other name. LLVM numbers names that occur twice: `…_bitcast.1`.
std::string_view bitcast_function(std::string_view name)
{
  constexpr std::string_view k_private = ".L";
  const std::size_t digits = name.find_last_not_of("0123456789");
  if (digits != std::string_view::npos && digits + 1 < name.size() && name[digits] == '.') {
    name = name.substr(0, digits);
  }
  for (const std::string_view suffix : {"_bitcast_invalid", "_bitcast"}) {
    if (name.starts_with(k_private) && name.ends_with(suffix)) {
      return name.substr(k_private.size(), name.size() - k_private.size() - suffix.size());
    }
  }
  return {};
}

/// Type and place of the definition: a crate's, else one of the linked objects'.
void describe_definition(const LinkModel& model, const std::vector<CrateFunction>& known, SignatureConflict& conflict)
{
  const auto definition = std::ranges::find_if(known, &CrateFunction::is_definition);
  const ModelSymbol* const linked = model.find(conflict.symbol);
  if (linked != nullptr && !linked->definition.is_none()) {
    conflict.type = type_of(model, linked->definition);
    conflict.file = model.objects()[linked->definition.object].name;
  }
  if (linked != nullptr && linked->definition.is_none() && !linked->wanted_by.empty()) {
    conflict.type = type_of(model, linked->wanted_by.front()); // the host's
  }
  if (definition != known.end()) {
    conflict.type = definition->type.empty() ? conflict.type : definition->type;
    conflict.file = definition->file;
  }
}

} // namespace

std::vector<SignatureConflict>
check_merged_signatures(const base::ReadOnlyFilesystem& fs, const LinkModel& model, const std::vector<base::Path>& libraries)
{
  std::map<std::string_view, SignatureConflict> conflicts;
  for (std::uint32_t object = 0; object < model.objects().size(); ++object) {
    const std::vector<ObjectSymbol>& symbols = model.objects()[object].symbols;
    for (std::uint32_t number = 0; model.takes_part(object) && number < symbols.size(); ++number) {
      const ObjectSymbol& symbol = symbols[number];
      const std::string_view function =
          symbol.kind == wasm::SymbolKind::function && symbol.is_local() ? bitcast_function(symbol.name) : std::string_view();
      if (function.empty()) {
        continue;
      }
      const std::vector<CrateFunction> known = find_in_crates(fs, libraries, function);
      const auto [entry, is_new] = conflicts.try_emplace(function);
      if (is_new) {
        entry->second.symbol = function;
        describe_definition(model, known, entry->second);
      }
      const SymbolRef ref{object, number};
      SignatureUse use{.type = type_of(model, ref), .file = model.objects()[object].name, .caller = {}, .is_live = false};
      const auto declaration =
          std::ranges::find_if(known, [&](const CrateFunction& one) { return !one.is_definition && one.type == use.type; });
      if (declaration != known.end()) {
        use.file = declaration->file;
      }
      const std::vector<ChunkRef> live = model.live_users(ref);
      use.caller = caller_of(model, ref, live);
      use.is_live = !live.empty();
      entry->second.uses.push_back(std::move(use));
    }
  }
  std::vector<SignatureConflict> result;
  for (auto& [function, conflict] : conflicts) {
    result.push_back(std::move(conflict));
  }
  return result;
}

bool SignatureConflict::is_live() const
{
  return std::ranges::any_of(uses, [](const SignatureUse& use) { return use.is_live; });
}

SignatureConflict check_signatures(const LinkModel& model, std::string_view symbol)
{
  SignatureConflict conflict{.symbol = std::string(symbol), .type = {}, .file = {}, .uses = {}};
  const ModelSymbol* const known = model.find(symbol);
  if (known == nullptr || known->definition.is_none()) {
    return conflict;
  }
  conflict.type = type_of(model, known->definition);
  conflict.file = model.objects()[known->definition.object].name;
  for (const SymbolRef& ref : known->wanted_by) {
    // A function whose address is taken only is called through the table, where its own type counts.
    if (!model.symbol(ref).is_called || type_of(model, ref) == conflict.type) {
      continue;
    }
    const std::vector<ChunkRef> live = model.live_users(ref);
    conflict.uses.push_back({.type = type_of(model, ref),
                             .file = model.objects()[ref.object].name,
                             .caller = std::string(caller_of(model, ref, live)),
                             .is_live = !live.empty()});
  }
  return conflict;
}

} // namespace cargo_wasm::shim
