#include <cargo_wasm/shim/signature_check.hpp>

#include <algorithm>

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

} // namespace

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
