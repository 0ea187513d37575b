// The types of a bitcode module.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::bitcode {

enum class TypeKind : std::uint8_t {
  nothing, ///< `void`
  integer,
  half,
  bfloat,
  float32,
  float64,
  x86_fp80,
  fp128,
  ppc_fp128,
  byte,      ///< of LLVM 23: bits that may hold a pointer
  pointer,   ///< without elements since LLVM 15; before, its one element is what it points to
  vector,    ///< one element
  array,     ///< one element
  structure, ///< an element a member
  opaque,    ///< a structure whose members nobody said
  function,  ///< the first element is the result, the others the parameters
  label,
  metadata,
  token,
  x86_mmx,
  x86_amx,
  target, ///< `target("name", …)`
};

/// Index into TypeTable::types; what the bitcode calls a type id.
using TypeId = std::uint32_t;

struct Type
{
  TypeKind kind = TypeKind::nothing;
  bool special = false;       ///< a variadic function, a packed structure, a scalable vector
  std::uint64_t size = 0;     ///< bits of integers and bytes, address space of pointers, number of elements of vectors and arrays
  std::uint32_t first = 0;    ///< of its elements, in TypeTable::elements
  std::uint32_t count = 0;    ///< of its elements
  std::string_view name;      ///< of structures and target types; empty for `{ … }`
  bool is_identified = false; ///< a structure that is equal to itself alone, with or without a name
  bool operator==(const Type&) const = default;
};

/// Ids of elements are in range; only identified structures are referred to before they are defined, so that following elements without
/// entering such a structure always ends.
struct TypeTable
{
  std::vector<Type> types;
  std::vector<TypeId> elements;

  [[nodiscard]] const Type& at(TypeId id) const { return types[id]; }
  [[nodiscard]] std::span<const TypeId> elements_of(TypeId id) const
  {
    return std::span(elements).subspan(types[id].first, types[id].count);
  }
};

/// As LLVM's textual form has it: `i32`, `ptr addrspace(10)`, `{ i64, ptr }`, `[4 x i8]`, `%"struct.a b"`, `i32 (i8*, ...)`.
/// Types that are nested more than 64 deep or have longer texts than 4 KiB end in `…`.
[[nodiscard]] std::string to_string(const TypeTable& table, TypeId id);

} // namespace cargo_wasm::bitcode
