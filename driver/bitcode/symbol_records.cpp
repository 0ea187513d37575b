// Global values: variables, functions, aliases and ifuncs, numbered in the order of the file (BitcodeReader.cpp, parseGlobalVarRecord,
// parseFunctionRecord, parseGlobalIndirectSymbolRecord, parseValueSymbolTable).
//
// Since module version 2 each record begins with the place of its name in the string table. Older ones name symbols in a symbol table of
// the module, by their number.
#include "codes.hpp"
#include "module_reader.hpp"

#include <fmt/format.h>

namespace cargo_wasm::bitcode {
namespace {

constexpr std::string_view k_symbols_block = "module block";

/// As LLVM reads them: numbers it does not know are external.
Linkage linkage_of(std::uint64_t number)
{
  switch (number) {
  case 1:
  case 16:
    return Linkage::weak_any;
  case 2:
    return Linkage::appending;
  case 3:
    return Linkage::internal;
  case 4:
  case 18:
    return Linkage::linkonce_any;
  case 7:
    return Linkage::extern_weak;
  case 8:
    return Linkage::common;
  case 9:
  case 13:
  case 14:
    return Linkage::private_;
  case 10:
  case 17:
    return Linkage::weak_odr;
  case 11:
  case 19:
    return Linkage::linkonce_odr;
  case 12:
    return Linkage::available_externally;
  default:
    return Linkage::external;
  }
}

Visibility visibility_of(std::uint64_t number, Linkage linkage)
{
  if (linkage == Linkage::internal || linkage == Linkage::private_) {
    return Visibility::default_;
  }
  return number == 1 ? Visibility::hidden : number == 2 ? Visibility::protected_ : Visibility::default_;
}

/// Fields of a record that older writers leave out are 0.
std::uint64_t value_or_zero(std::span<const std::uint64_t> values, std::size_t index)
{
  return index < values.size() ? values[index] : 0;
}

} // namespace

Result<std::string_view> ModuleReader::take_name(const Record& record, std::span<const std::uint64_t>& values) const
{
  values = record.values;
  if (m_module.version < 2) {
    return std::string_view{};
  }
  if (values.size() < 2) {
    return fail(malformed(record, "a symbol has no name", k_symbols_block));
  }
  const std::uint64_t offset = values[0];
  const std::uint64_t size = values[1];
  values = values.subspan(2);
  if (size == 0) {
    return std::string_view{};
  }
  const auto outside = [&](std::string message) {
    return fail(m_stream.error("CW0658", std::move(message), record.position, fmt::format("{}, record {}", k_symbols_block, record.code)));
  };
  if (!m_strings) {
    return outside("the bitcode has no string table for the names of its symbols");
  }
  if (offset > m_strings->size() || size > m_strings->size() - offset) {
    return outside(fmt::format("a name has {} bytes at {} of a string table of {}", size, offset, m_strings->size()));
  }
  const auto bytes = m_strings->subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<TypeId> ModuleReader::type_of(std::uint64_t id, const Record& record) const
{
  if (id >= m_module.types.types.size()) {
    return fail(malformed(record, fmt::format("a symbol has type {}, but there are {}", id, m_module.types.types.size()), k_symbols_block));
  }
  return static_cast<TypeId>(id);
}

Result<TypeId> ModuleReader::pointee(TypeId type, const Record& record) const
{
  const auto elements = m_module.types.elements_of(type);
  if (m_module.types.at(type).kind != TypeKind::pointer || elements.empty()) {
    return fail(malformed(record, "a symbol's type is no pointer, and not said to be the type itself", k_symbols_block));
  }
  return elements.front();
}

Result<> ModuleReader::push_symbol(Symbol symbol, const Record& record)
{
  if (m_module.symbols.size() >= k_none - 1) {
    return fail(
        m_stream.error("CW0656", "the module has more symbols than 32 bits can count", record.position, std::string(k_symbols_block)));
  }
  m_module.symbols.push_back(symbol);
  m_memory += sizeof(Symbol);
  return {};
}

Result<> ModuleReader::add_variable(const Record& record)
{
  // [type, constant 1 | explicit type 2 | address space << 2, initializer + 1, linkage, alignment, section, visibility, thread-local, …]
  std::span<const std::uint64_t> values;
  Symbol symbol;
  CW_TRY_ASSIGN(symbol.name, take_name(record, values));
  if (values.size() < 6) {
    return fail(malformed(record, "the record of a variable is too short", k_symbols_block));
  }
  symbol.kind = SymbolKind::variable;
  CW_TRY_ASSIGN(symbol.type, type_of(values[0], record));
  if ((values[1] & 2) == 0) {
    CW_TRY_ASSIGN(symbol.type, pointee(symbol.type, record));
  }
  symbol.is_declaration = values[2] == 0;
  symbol.linkage = linkage_of(values[3]);
  symbol.visibility = visibility_of(value_or_zero(values, 6), symbol.linkage);
  symbol.is_thread_local = value_or_zero(values, 7) != 0;
  return push_symbol(symbol, record);
}

Result<> ModuleReader::add_function(const Record& record)
{
  // [type, calling convention, is a declaration, linkage, attribute list + 1, alignment, section, visibility, …]
  std::span<const std::uint64_t> values;
  Symbol symbol;
  CW_TRY_ASSIGN(symbol.name, take_name(record, values));
  if (values.size() < 8) {
    return fail(malformed(record, "the record of a function is too short", k_symbols_block));
  }
  symbol.kind = SymbolKind::function;
  CW_TRY_ASSIGN(symbol.type, type_of(values[0], record));
  if (m_module.types.at(symbol.type).kind == TypeKind::pointer) {
    CW_TRY_ASSIGN(symbol.type, pointee(symbol.type, record));
  }
  if (m_module.types.at(symbol.type).kind != TypeKind::function) {
    return fail(malformed(record, fmt::format("a function has type {}, which is none of a function", symbol.type), k_symbols_block));
  }
  symbol.calling_convention = static_cast<std::uint32_t>(std::min(values[1], std::uint64_t{k_none}));
  symbol.is_declaration = values[2] != 0;
  symbol.linkage = linkage_of(values[3]);
  if (values[4] != 0) {
    const std::size_t lists = m_module.attributes.lists.size();
    if (values[4] > lists) {
      return fail(malformed(record, fmt::format("a function has attribute list {}, but there are {}", values[4], lists), k_symbols_block));
    }
    symbol.attribute_list = static_cast<std::uint32_t>(values[4] - 1);
  }
  symbol.visibility = visibility_of(values[7], symbol.linkage);
  return push_symbol(symbol, record);
}

Result<> ModuleReader::add_indirect(const Record& record)
{
  // [type, address space (not of old ones), aliasee, linkage, visibility, storage class, thread-local, …]
  std::span<const std::uint64_t> values;
  Symbol symbol;
  CW_TRY_ASSIGN(symbol.name, take_name(record, values));
  const bool is_old = record.code == module_code::k_alias_old;
  if (values.size() < (is_old ? 3 : 4)) {
    return fail(malformed(record, "the record of an alias is too short", k_symbols_block));
  }
  symbol.kind = record.code == module_code::k_ifunc ? SymbolKind::ifunc : SymbolKind::alias;
  CW_TRY_ASSIGN(symbol.type, type_of(values[0], record));
  if (is_old) {
    CW_TRY_ASSIGN(symbol.type, pointee(symbol.type, record));
  }
  values = values.subspan(is_old ? 1 : 2);
  // What lies behind the last symbol is a constant expression; which one is a symbol is known at the end.
  symbol.aliasee = static_cast<SymbolId>(std::min(values[0], std::uint64_t{k_none}));
  symbol.linkage = linkage_of(values[1]);
  symbol.visibility = visibility_of(value_or_zero(values, 2), symbol.linkage);
  symbol.is_thread_local = symbol.kind == SymbolKind::alias && value_or_zero(values, 4) != 0;
  return push_symbol(symbol, record);
}

Result<> ModuleReader::read_names(const BlockHeader& header)
{
  if (m_module.version >= 2) {
    return {}; // only places of function bodies
  }
  constexpr std::string_view k_names_block = "symbol table";
  BlockReader reader(m_stream, header, &m_block_info, record_codes(symbols_code::k_entry, symbols_code::k_function));
  while (true) {
    CW_TRY_ASSIGN(const bool has_record, reader.next_record());
    if (!has_record) {
      return {};
    }
    // [symbol, name…] and [symbol, place of the body, name…]
    const Record& record = reader.record();
    const std::size_t name_at = record.code == symbols_code::k_entry ? 1 : 2;
    if (record.values.size() < name_at) {
      return fail(malformed(record, "an entry of the symbol table is too short", k_names_block));
    }
    auto text = text_of(std::span(record.values).subspan(name_at));
    if (!text) {
      return fail(malformed(record, "the name of a symbol has a character beyond 255", k_names_block));
    }
    if (record.values[0] >= m_module.symbols.size()) {
      return fail(malformed(
          record, fmt::format("symbol {} has a name, but there are {}", record.values[0], m_module.symbols.size()), k_names_block));
    }
    m_module.symbols[static_cast<std::size_t>(record.values[0])].name = keep(*text);
    CW_TRY(check_memory(record));
  }
}

} // namespace cargo_wasm::bitcode
