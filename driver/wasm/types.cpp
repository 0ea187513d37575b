// Encodings of types: a value type is one byte, or a reference type; a reference type is one byte (an abstract heap type), or 0x63/0x64 and
// a heap type; a heap type is an index as a 33-bit number that is not negative, or a byte that would be a negative one.
#include <cargo_wasm/wasm/types.hpp>

#include <algorithm>

namespace cargo_wasm::wasm {
namespace {

constexpr std::uint32_t k_max_types = 1'000'000;
constexpr std::uint32_t k_max_supertypes = 5;
constexpr std::uint32_t k_max_parameters = 1000;
constexpr std::uint32_t k_max_results = 1000;
constexpr std::uint32_t k_max_fields = 10'000;
/// Indices inside of types have 20 bits in wasmparser, which is above every engine's limit for types.
constexpr std::uint32_t k_type_index_end = 1U << 20U;

constexpr std::uint8_t k_shared_byte = 0x65;
constexpr std::uint8_t k_exact_byte = 0x62;
constexpr const char* k_index_expected = "a type index below 1048576";

/// The abstract heap type of a byte; the failure points to the byte.
HeapKind read_abstract(Cursor& cursor, const char* expected)
{
  const std::uint8_t byte = cursor.u8(expected);
  switch (byte) {
  case 0x70:
    return HeapKind::func;
  case 0x6f:
    return HeapKind::extern_;
  case 0x6e:
    return HeapKind::any;
  case 0x71:
    return HeapKind::none;
  case 0x72:
    return HeapKind::noextern;
  case 0x73:
    return HeapKind::nofunc;
  case 0x6d:
    return HeapKind::eq;
  case 0x6b:
    return HeapKind::struct_;
  case 0x6a:
    return HeapKind::array;
  case 0x6c:
    return HeapKind::i31;
  case 0x69:
    return HeapKind::exn;
  case 0x74:
    return HeapKind::noexn;
  case 0x68:
    return HeapKind::cont;
  case 0x75:
    return HeapKind::nocont;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, expected, byte);
    return HeapKind::func;
  }
}

/// An index that fits into a type; the failure points behind it.
std::uint32_t checked_index(Cursor& cursor, std::uint32_t index)
{
  if (index >= k_type_index_end) {
    cursor.fail(Fault::limit, cursor.offset(), k_index_expected, index);
    return 0;
  }
  return index;
}

RefType read_ref_type(Cursor& cursor, const char* expected)
{
  const std::uint64_t begin = cursor.offset();
  RefType type;
  const std::uint8_t byte = cursor.peek(expected);
  if (byte == 0x63 || byte == 0x64) {
    type.nullable = cursor.u8(expected) == 0x63;
    type.heap = HeapType::read(cursor);
    if (type.heap.index >= k_type_index_end) {
      cursor.fail(Fault::limit, begin, k_index_expected, type.heap.index);
    }
    return type;
  }
  if (byte == k_exact_byte) {
    cursor.fail(Fault::byte, begin, expected, byte);
    return type;
  }
  if (byte == k_shared_byte) {
    cursor.u8(expected);
    type.heap.shared = true;
  }
  type.heap.kind = read_abstract(cursor, expected);
  return type;
}

/// The types of one-byte codes stand for themselves, everything else is a reference type.
FieldType read_storage(Cursor& cursor)
{
  FieldType field;
  const std::uint8_t byte = cursor.peek("a field type");
  if (byte == 0x78 || byte == 0x77) {
    cursor.u8("a field type");
    field.packed = byte == 0x78 ? PackedKind::i8 : PackedKind::i16;
  } else {
    field.type = ValType::read(cursor);
  }
  return field;
}

void read_composite(Cursor& cursor, std::uint8_t byte, SubType& type)
{
  constexpr const char* k_expected = "a function, array, struct or continuation type";
  if (byte == k_shared_byte) {
    type.shared = true;
    byte = cursor.u8(k_expected);
  }
  if (byte == 0x4c) {
    type.describes = checked_index(cursor, cursor.u32(k_index_expected));
    byte = cursor.u8(k_expected);
  }
  if (byte == 0x4d) {
    type.descriptor = checked_index(cursor, cursor.u32(k_index_expected));
    byte = cursor.u8(k_expected);
  }
  switch (byte) {
  case 0x60:
    type.kind = CompositeKind::func;
    type.func = FuncType::read(cursor);
    return;
  case 0x5e:
    type.kind = CompositeKind::array;
    type.fields = List<FieldType>::read(cursor, 1);
    return;
  case 0x5f:
    type.kind = CompositeKind::struct_;
    type.fields = List<FieldType>::read_counted(cursor, k_max_fields, "at most 10000 fields");
    return;
  case 0x5d: {
    type.kind = CompositeKind::cont;
    const std::int64_t index = cursor.i33("the index of a function type");
    if (index < 0) {
      cursor.fail(Fault::number, cursor.offset(), "the index of a function type", static_cast<std::uint64_t>(index));
      return;
    }
    type.index = checked_index(cursor, static_cast<std::uint32_t>(index));
    return;
  }
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, k_expected, byte);
  }
}

Limits read_limits(Cursor& cursor, std::uint8_t flags)
{
  Limits limits;
  limits.shared = (flags & 2U) != 0;
  limits.is_64 = (flags & 4U) != 0;
  limits.initial = cursor.u64("an initial size", limits.is_wide);
  if ((flags & 1U) != 0) {
    limits.maximum = cursor.u64("a maximum size", limits.is_wide);
  }
  return limits;
}

} // namespace

HeapType HeapType::read(Cursor& cursor)
{
  constexpr const char* k_expected = "a heap type";
  HeapType type;
  Cursor ahead = cursor;
  const std::int64_t index = ahead.i33(k_expected);
  if (ahead.failed()) {
    cursor.fail(ahead.failure());
    return type;
  }
  if (index >= 0) {
    cursor = ahead;
    type.kind = HeapKind::index;
    type.index = checked_index(cursor, static_cast<std::uint32_t>(index));
    return type;
  }
  switch (cursor.peek(k_expected)) {
  case k_shared_byte:
    cursor.u8(k_expected);
    type.shared = true;
    type.kind = read_abstract(cursor, "an abstract heap type");
    return type;
  case k_exact_byte:
    cursor.u8(k_expected);
    type.kind = HeapKind::exact;
    type.index = cursor.u32("a type index");
    return type;
  default:
    type.kind = read_abstract(cursor, k_expected);
    return type;
  }
}

RefType RefType::read(Cursor& cursor)
{
  return read_ref_type(cursor, "a reference type");
}

ValType ValType::read(Cursor& cursor)
{
  constexpr const char* k_expected = "a value type";
  const auto one_byte = [&](ValKind kind) {
    cursor.u8(k_expected);
    ValType type;
    type.kind = kind;
    return type;
  };
  switch (cursor.peek(k_expected)) {
  case 0x7f:
    return one_byte(ValKind::i32);
  case 0x7e:
    return one_byte(ValKind::i64);
  case 0x7d:
    return one_byte(ValKind::f32);
  case 0x7c:
    return one_byte(ValKind::f64);
  case 0x7b:
    return one_byte(ValKind::v128);
  default:
    return {ValKind::ref, read_ref_type(cursor, k_expected)};
  }
}

FuncType FuncType::read(Cursor& cursor)
{
  FuncType type;
  type.params = List<ValType>::read_counted(cursor, k_max_parameters, "at most 1000 parameters");
  type.results = List<ValType>::read_counted(cursor, k_max_results, "at most 1000 results");
  return type;
}

bool same_signature(const FuncType& a, const FuncType& b)
{
  const auto same = [](const List<ValType>& x, const List<ValType>& y) {
    return x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin());
  };
  return same(a.params, b.params) && same(a.results, b.results);
}

FieldType FieldType::read(Cursor& cursor)
{
  FieldType field = read_storage(cursor);
  const std::uint8_t mutability = cursor.u8("the mutability of a field");
  if (mutability > 1) {
    cursor.fail(Fault::byte, cursor.offset(), "0 or 1 for the mutability of a field", mutability);
  }
  field.is_mutable = mutability == 1;
  return field;
}

SubType SubType::read(Cursor& cursor)
{
  SubType type;
  std::uint8_t byte = cursor.u8("a type");
  if (byte == 0x4f || byte == 0x50) {
    type.is_final = byte == 0x4f;
    type.supertypes = List<std::uint32_t>::read_counted(cursor, k_max_supertypes, "at most 5 supertypes");
    for (const std::uint32_t index : type.supertypes) {
      checked_index(cursor, index);
    }
    byte = cursor.u8("a type");
  }
  read_composite(cursor, byte, type);
  return type;
}

RecGroup RecGroup::read(Cursor& cursor)
{
  RecGroup group;
  if (cursor.peek("a type") == 0x4e) {
    cursor.u8("a type");
    group.is_explicit = true;
    group.types = List<SubType>::read_counted(cursor, k_max_types, "at most 1000000 types");
  } else {
    group.types = List<SubType>::read(cursor, 1);
  }
  return group;
}

TableType TableType::read(Cursor& cursor)
{
  TableType type;
  type.element = RefType::read(cursor);
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t flags = cursor.u8("the flags of a table's limits");
  if (flags > 7) {
    cursor.fail(Fault::byte, begin, "the flags of a table's limits", flags);
  }
  type.limits = read_limits(cursor, flags);
  return type;
}

MemoryType MemoryType::read(Cursor& cursor)
{
  MemoryType type;
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t flags = cursor.u8("the flags of a memory's limits");
  if (flags > 15) {
    cursor.fail(Fault::byte, begin, "the flags of a memory's limits", flags);
  }
  type.limits = read_limits(cursor, flags);
  if ((flags & 8U) != 0) {
    type.page_size_log2 = cursor.u32("the binary logarithm of a page size");
    if (*type.page_size_log2 >= 64) {
      cursor.fail(Fault::number, begin, "a page size below 2^64", *type.page_size_log2);
    }
  }
  return type;
}

GlobalType GlobalType::read(Cursor& cursor)
{
  GlobalType type;
  type.type = ValType::read(cursor);
  const std::uint8_t flags = cursor.u8("the flags of a global");
  if (flags > 3) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "the flags of a global", flags);
  }
  type.is_mutable = (flags & 1U) != 0;
  type.shared = (flags & 2U) != 0;
  return type;
}

TagType TagType::read(Cursor& cursor)
{
  const std::uint8_t attribute = cursor.u8("the attribute of a tag");
  if (attribute != 0) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "0 for the attribute of a tag", attribute);
  }
  return {cursor.u32("a type index")};
}

ExternalKind to_external_kind(Cursor& cursor, std::uint8_t byte, std::uint64_t offset)
{
  if (byte <= 4) {
    return static_cast<ExternalKind>(byte);
  }
  if (byte == 0x20) {
    return ExternalKind::func_exact;
  }
  cursor.fail(Fault::byte, offset, "a function, table, memory, global or tag", byte);
  return ExternalKind::func;
}

ExternType ExternType::read(Cursor& cursor)
{
  ExternType type;
  const std::uint64_t begin = cursor.offset();
  type.kind = to_external_kind(cursor, cursor.u8("the kind of an import"), begin);
  switch (type.kind) {
  case ExternalKind::func:
  case ExternalKind::func_exact:
    type.type_index = cursor.u32("a type index");
    break;
  case ExternalKind::table:
    type.table = TableType::read(cursor);
    break;
  case ExternalKind::memory:
    type.memory = MemoryType::read(cursor);
    break;
  case ExternalKind::global:
    type.global = GlobalType::read(cursor);
    break;
  case ExternalKind::tag:
    type.type_index = TagType::read(cursor).type_index;
    break;
  }
  return type;
}

} // namespace cargo_wasm::wasm
