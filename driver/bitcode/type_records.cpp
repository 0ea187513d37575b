// The type table: one record a type, numbered in the order of the file (BitcodeReader.cpp, parseTypeTableBody).
#include "codes.hpp"
#include "module_reader.hpp"

#include <fmt/format.h>

#include <limits>

namespace cargo_wasm::bitcode {
namespace {

namespace type_code {
constexpr std::uint32_t k_count = 1;
constexpr std::uint32_t k_nothing = 2;
constexpr std::uint32_t k_float32 = 3;
constexpr std::uint32_t k_float64 = 4;
constexpr std::uint32_t k_label = 5;
constexpr std::uint32_t k_opaque = 6;
constexpr std::uint32_t k_integer = 7;
constexpr std::uint32_t k_pointer = 8;
constexpr std::uint32_t k_function_old = 9;
constexpr std::uint32_t k_half = 10;
constexpr std::uint32_t k_array = 11;
constexpr std::uint32_t k_vector = 12;
constexpr std::uint32_t k_x86_fp80 = 13;
constexpr std::uint32_t k_fp128 = 14;
constexpr std::uint32_t k_ppc_fp128 = 15;
constexpr std::uint32_t k_metadata = 16;
constexpr std::uint32_t k_x86_mmx = 17;
constexpr std::uint32_t k_structure = 18;
constexpr std::uint32_t k_structure_name = 19;
constexpr std::uint32_t k_structure_named = 20;
constexpr std::uint32_t k_function = 21;
constexpr std::uint32_t k_token = 22;
constexpr std::uint32_t k_bfloat = 23;
constexpr std::uint32_t k_x86_amx = 24;
constexpr std::uint32_t k_opaque_pointer = 25;
constexpr std::uint32_t k_target = 26;
constexpr std::uint32_t k_byte = 27;
} // namespace type_code

constexpr std::string_view k_types_block = "type table";

/// Values that a record of this code has at least.
std::size_t least_values(std::uint32_t record_code)
{
  switch (record_code) {
  case type_code::k_count:
  case type_code::k_integer:
  case type_code::k_byte:
  case type_code::k_pointer:
  case type_code::k_opaque_pointer:
  case type_code::k_structure:
  case type_code::k_structure_named:
  case type_code::k_target:
    return 1;
  case type_code::k_array:
  case type_code::k_vector:
  case type_code::k_function:
    return 2;
  case type_code::k_function_old:
    return 3;
  default:
    return 0;
  }
}

/// Kinds of types that are written as their code alone.
std::optional<TypeKind> plain_kind(std::uint32_t record_code)
{
  switch (record_code) {
  case type_code::k_nothing:
    return TypeKind::nothing;
  case type_code::k_float32:
    return TypeKind::float32;
  case type_code::k_float64:
    return TypeKind::float64;
  case type_code::k_label:
    return TypeKind::label;
  case type_code::k_half:
    return TypeKind::half;
  case type_code::k_bfloat:
    return TypeKind::bfloat;
  case type_code::k_x86_fp80:
    return TypeKind::x86_fp80;
  case type_code::k_fp128:
    return TypeKind::fp128;
  case type_code::k_ppc_fp128:
    return TypeKind::ppc_fp128;
  case type_code::k_metadata:
    return TypeKind::metadata;
  case type_code::k_x86_mmx:
    return TypeKind::x86_mmx;
  case type_code::k_x86_amx:
    return TypeKind::x86_amx;
  case type_code::k_token:
    return TypeKind::token;
  default:
    return std::nullopt;
  }
}

} // namespace

Result<> ModuleReader::read_types(const BlockHeader& header)
{
  BlockReader reader(m_stream, header, &m_block_info, ~RecordCodes{0});
  std::optional<std::uint64_t> announced;
  std::string_view name;
  while (true) {
    CW_TRY_ASSIGN(const BlockReader::Item item, reader.next());
    if (reader.greatest_code() > type_code::k_byte) {
      // Whether it is a type, and so whether the numbers of those behind it move, is not known.
      return fail(newer(reader.record().position, fmt::format("a type has the unknown code {}", reader.greatest_code()), k_types_block));
    }
    if (item == BlockReader::Item::end) {
      break;
    }
    if (item == BlockReader::Item::block) {
      continue;
    }
    const Record& record = reader.record();
    if (record.values.size() < least_values(record.code)) {
      return fail(malformed(record, "a type's record is too short", k_types_block));
    }
    if (record.code == type_code::k_count) {
      announced = record.values.front();
      continue;
    }
    CW_TRY(add_type(record, name));
  }
  if (announced != m_module.types.types.size()) {
    return fail(
        m_stream.error("CW0655",
                       fmt::format("the type table has {} types, but announces {}", m_module.types.types.size(), announced.value_or(0)),
                       header.start,
                       std::string(k_types_block)));
  }
  return check_forward_types(header.start);
}

Result<> ModuleReader::add_type(const Record& record, std::string_view& name)
{
  const std::span<const std::uint64_t> values = record.values;
  Type type;
  switch (record.code) {
  case type_code::k_structure_name: {
    auto text = text_of(values);
    if (!text) {
      return fail(malformed(record, "the name of a type has a character beyond 255", k_types_block));
    }
    name = keep(*text);
    return check_memory(record);
  }
  case type_code::k_integer:
  case type_code::k_byte:
    type.kind = record.code == type_code::k_integer ? TypeKind::integer : TypeKind::byte;
    type.size = values[0];
    break;
  case type_code::k_opaque_pointer:
    type.kind = TypeKind::pointer;
    type.size = values[0];
    break;
  case type_code::k_pointer:
    type.kind = TypeKind::pointer;
    type.size = values.size() > 1 ? values[1] : 0;
    CW_TRY(add_elements(type, values.first(1), record));
    break;
  case type_code::k_array:
  case type_code::k_vector:
    type.kind = record.code == type_code::k_array ? TypeKind::array : TypeKind::vector;
    type.size = values[0];
    type.special = record.code == type_code::k_vector && values.size() > 2 && values[2] != 0;
    CW_TRY(add_elements(type, values.subspan(1, 1), record));
    break;
  case type_code::k_function:
  case type_code::k_function_old:
    type.kind = TypeKind::function;
    type.special = values[0] != 0;
    CW_TRY(add_elements(type, values.subspan(record.code == type_code::k_function ? 1 : 2), record));
    break;
  case type_code::k_structure:
  case type_code::k_structure_named:
    type.kind = TypeKind::structure;
    type.special = values[0] != 0;
    type.is_identified = record.code == type_code::k_structure_named;
    CW_TRY(add_elements(type, values.subspan(1), record));
    break;
  case type_code::k_opaque:
    type.kind = TypeKind::opaque;
    type.is_identified = true;
    break;
  case type_code::k_target:
    // [number of types, types, integers]: nothing about wasm hangs on its parameters.
    type.kind = TypeKind::target;
    break;
  default: {
    const auto kind = plain_kind(record.code);
    if (!kind) {
      return fail(malformed(record, fmt::format("a type has the unknown code {}", record.code), k_types_block));
    }
    type.kind = *kind;
  }
  }
  if (type.is_identified || type.kind == TypeKind::target) {
    type.name = std::exchange(name, {});
  }
  m_module.types.types.push_back(type);
  m_memory += sizeof(Type) + type.count * sizeof(TypeId);
  return check_memory(record);
}

Result<> ModuleReader::add_elements(Type& type, std::span<const std::uint64_t> ids, const Record& record)
{
  auto& elements = m_module.types.elements;
  if (ids.size() > std::numeric_limits<std::uint32_t>::max() - elements.size()) {
    return fail(m_stream.error("CW0656", "the types have more than 4294967295 elements", record.position, std::string(k_types_block)));
  }
  type.first = static_cast<std::uint32_t>(elements.size());
  type.count = static_cast<std::uint32_t>(ids.size());
  for (const std::uint64_t id : ids) {
    if (id >= k_none) {
      return fail(malformed(record, fmt::format("a type refers to type {}", id), k_types_block));
    }
    elements.push_back(static_cast<TypeId>(id));
  }
  return {};
}

Result<> ModuleReader::check_forward_types(std::uint64_t position) const
{
  const TypeTable& table = m_module.types;
  for (TypeId id = 0; id < table.types.size(); ++id) {
    for (const TypeId element : table.elements_of(id)) {
      if (element >= table.types.size()) {
        return fail(m_stream.error("CW0655",
                                   fmt::format("type {} refers to type {}, but there are {}", id, element, table.types.size()),
                                   position,
                                   std::string(k_types_block)));
      }
      if (element >= id && !table.at(element).is_identified) {
        return fail(m_stream.error("CW0655",
                                   fmt::format("type {} refers to type {}, which is no structure and comes later", id, element),
                                   position,
                                   std::string(k_types_block)));
      }
    }
  }
  return {};
}

} // namespace cargo_wasm::bitcode
