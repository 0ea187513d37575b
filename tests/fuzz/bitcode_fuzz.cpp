// Bitcode: whatever is accepted can be asked for everything without leaving its bounds, and what is refused says where.
#include <cargo_wasm/bitcode/module.hpp>
#include <cargo_wasm/bitcode/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace cargo_wasm;

namespace {

void require(bool condition)
{
  if (!condition) {
    std::abort();
  }
}

/// Work on one module is bounded: lists of attributes may share groups, so that asking for each symbol's is not linear.
constexpr std::size_t k_most_symbols = 64;

void ask(const bitcode::Module& module)
{
  const auto& types = module.types.types;
  for (bitcode::TypeId id = 0; id < types.size() && id < k_most_symbols; ++id) {
    require(!to_string(module.types, id).empty());
  }
  std::size_t asked = 0;
  for (const bitcode::Symbol& symbol : module.symbols) {
    require(symbol.type < types.size());
    require(symbol.aliasee == bitcode::k_none || symbol.aliasee < module.symbols.size());
    for (const bitcode::SymbolId id : module.references(symbol)) {
      require(id < module.symbols.size());
    }
    for (const bitcode::SymbolId id : module.calls(symbol)) {
      require(id < module.symbols.size());
    }
    if (++asked > k_most_symbols) {
      continue;
    }
    for (const auto& [key, value] : module.string_attributes(symbol)) {
      require(module.attribute(symbol, key).has_value());
    }
    for (const auto& attribute : module.parameter_attributes(symbol)) {
      require(!attribute.type || *attribute.type < types.size());
    }
    if (const auto signature = signature_of(module, symbol)) {
      require(signature->results.size() <= 1 && !to_string(*signature).empty());
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto file = bitcode::read(std::as_bytes(std::span(data, size)), "fuzz.bc");
  if (!file) {
    const auto* place = std::get_if<base::BinarySpan>(&file.error().where);
    require(place != nullptr && place->offset <= size);
    return 0;
  }
  require(!file->modules.empty());
  for (const bitcode::Module& module : file->modules) {
    ask(module);
  }
  return 0;
}
