// The types of core modules. Nothing here is checked beyond its encoding: an index may name a type that does not exist.
// Source: core specification §5.3, and the proposals it has not absorbed (shared-everything-threads, custom descriptors, stack switching,
// custom page sizes), as wasmparser 0.263 reads them.
#pragma once
#include <cargo_wasm/wasm/list.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cargo_wasm::wasm {

enum class HeapKind : std::uint8_t {
  func,
  extern_,
  any,
  none,
  noextern,
  nofunc,
  eq,
  struct_,
  array,
  i31,
  exn,
  noexn,
  cont,
  nocont,
  index, ///< a type of the module
  exact, ///< a type of the module and none of its subtypes
};

struct HeapType
{
  HeapKind kind = HeapKind::func;
  bool shared = false;
  std::uint32_t index = 0; ///< of `index` and `exact`
  static HeapType read(Cursor& cursor);
  bool operator==(const HeapType&) const = default;
};

struct RefType
{
  bool nullable = true;
  HeapType heap;
  static RefType read(Cursor& cursor);
  bool operator==(const RefType&) const = default;
};

enum class ValKind : std::uint8_t { i32, i64, f32, f64, v128, ref };

struct ValType
{
  ValKind kind = ValKind::i32;
  RefType ref; ///< of `ref`
  static ValType read(Cursor& cursor);
  bool operator==(const ValType&) const = default;
};

struct FuncType
{
  List<ValType> params;
  List<ValType> results;
  static FuncType read(Cursor& cursor);
};
/// Same parameters and results, by value.
[[nodiscard]] bool same_signature(const FuncType& a, const FuncType& b);

enum class PackedKind : std::uint8_t { none, i8, i16 };

struct FieldType
{
  PackedKind packed = PackedKind::none;
  ValType type; ///< unless packed
  bool is_mutable = false;
  static FieldType read(Cursor& cursor);
};

enum class CompositeKind : std::uint8_t { func, array, struct_, cont };

/// One type definition: what it is, and where it stands in the order of subtypes.
struct SubType
{
  bool is_final = true;
  List<std::uint32_t> supertypes;
  bool shared = false;
  std::optional<std::uint32_t> describes;
  std::optional<std::uint32_t> descriptor;
  CompositeKind kind = CompositeKind::func;
  FuncType func;           ///< of `func`
  List<FieldType> fields;  ///< of `struct_`; of `array` the one
  std::uint32_t index = 0; ///< of `cont`: the function type
  static SubType read(Cursor& cursor);
};

/// An entry of the type section: several types that refer to one another, or one that stands alone.
struct RecGroup
{
  bool is_explicit = false;
  List<SubType> types;
  static RecGroup read(Cursor& cursor);
};

struct Limits
{
  std::uint64_t initial = 0;
  std::optional<std::uint64_t> maximum;
  bool is_64 = false;
  bool shared = false;
  bool is_wide = false; ///< a number is written as only 64 bits have it; not part of the type
  bool operator==(const Limits& other) const
  {
    return initial == other.initial && maximum == other.maximum && is_64 == other.is_64 && shared == other.shared;
  }
};

struct TableType
{
  RefType element;
  Limits limits; ///< in elements
  static TableType read(Cursor& cursor);
  bool operator==(const TableType&) const = default;
};

struct MemoryType
{
  Limits limits;                               ///< in pages
  std::optional<std::uint32_t> page_size_log2; ///< 16 where it is not given: pages of 64 KiB
  static MemoryType read(Cursor& cursor);
  bool operator==(const MemoryType&) const = default;
};

struct GlobalType
{
  ValType type;
  bool is_mutable = false;
  bool shared = false;
  static GlobalType read(Cursor& cursor);
  bool operator==(const GlobalType&) const = default;
};

struct TagType
{
  std::uint32_t type_index = 0; ///< of a function type; the one attribute there is (exception) is checked
  static TagType read(Cursor& cursor);
  bool operator==(const TagType&) const = default;
};

enum class ExternalKind : std::uint8_t { func, table, memory, global, tag, func_exact };

/// Reads the byte that names a kind. `offset` is where errors point.
[[nodiscard]] ExternalKind to_external_kind(Cursor& cursor, std::uint8_t byte, std::uint64_t offset);

/// What an import must be.
struct ExternType
{
  ExternalKind kind = ExternalKind::func;
  std::uint32_t type_index = 0; ///< of func, func_exact, tag
  TableType table;
  MemoryType memory;
  GlobalType global;
  static ExternType read(Cursor& cursor);
  bool operator==(const ExternType&) const = default;
};

// As in the text format: "i32", "funcref", "(ref null 3)", "(i32 i32) -> (i64)".
[[nodiscard]] std::string to_string(const HeapType& type);
[[nodiscard]] std::string to_string(const RefType& type);
[[nodiscard]] std::string to_string(const ValType& type);
[[nodiscard]] std::string to_string(const List<ValType>& types); ///< "i32 i64"
[[nodiscard]] std::string to_string(const FuncType& type);
[[nodiscard]] std::string to_string(const FieldType& type);
[[nodiscard]] std::string to_string(const TableType& type);
[[nodiscard]] std::string to_string(const MemoryType& type);
[[nodiscard]] std::string to_string(const GlobalType& type);
[[nodiscard]] std::string to_string(const ExternType& type);
[[nodiscard]] const char* to_string(ExternalKind kind);

} // namespace cargo_wasm::wasm
