// Types as the text format writes them, so that what a user reads here can be compared with `wasm-tools print`.
#include <cargo_wasm/wasm/types.hpp>

#include <fmt/format.h>

namespace cargo_wasm::wasm {
namespace {

const char* abstract_name(HeapKind kind)
{
  switch (kind) {
  case HeapKind::func:
    return "func";
  case HeapKind::extern_:
    return "extern";
  case HeapKind::any:
    return "any";
  case HeapKind::none:
    return "none";
  case HeapKind::noextern:
    return "noextern";
  case HeapKind::nofunc:
    return "nofunc";
  case HeapKind::eq:
    return "eq";
  case HeapKind::struct_:
    return "struct";
  case HeapKind::array:
    return "array";
  case HeapKind::i31:
    return "i31";
  case HeapKind::exn:
    return "exn";
  case HeapKind::noexn:
    return "noexn";
  case HeapKind::cont:
    return "cont";
  case HeapKind::nocont:
    return "nocont";
  case HeapKind::index:
  case HeapKind::exact:
    break;
  }
  return "";
}

/// The short form of a nullable reference to an abstract type: the bottom types are called null….
std::string short_name(HeapKind kind)
{
  switch (kind) {
  case HeapKind::none:
    return "nullref";
  case HeapKind::noextern:
    return "nullexternref";
  case HeapKind::nofunc:
    return "nullfuncref";
  case HeapKind::noexn:
    return "nullexnref";
  case HeapKind::nocont:
    return "nullcontref";
  default:
    return fmt::format("{}ref", abstract_name(kind));
  }
}

std::string size_text(const Limits& limits)
{
  return fmt::format("{}{}{}{}",
                     limits.is_64 ? "i64 " : "",
                     limits.initial,
                     limits.maximum ? fmt::format(" {}", *limits.maximum) : "",
                     limits.shared ? " shared" : "");
}

} // namespace

std::string to_string(const HeapType& type)
{
  if (type.kind == HeapKind::index) {
    return std::to_string(type.index);
  }
  if (type.kind == HeapKind::exact) {
    return fmt::format("(exact {})", type.index);
  }
  return type.shared ? fmt::format("(shared {})", abstract_name(type.kind)) : abstract_name(type.kind);
}

std::string to_string(const RefType& type)
{
  const bool is_abstract = type.heap.kind != HeapKind::index && type.heap.kind != HeapKind::exact;
  if (is_abstract && type.nullable && !type.heap.shared) {
    return short_name(type.heap.kind);
  }
  return fmt::format("(ref {}{})", type.nullable ? "null " : "", to_string(type.heap));
}

std::string to_string(const ValType& type)
{
  switch (type.kind) {
  case ValKind::i32:
    return "i32";
  case ValKind::i64:
    return "i64";
  case ValKind::f32:
    return "f32";
  case ValKind::f64:
    return "f64";
  case ValKind::v128:
    return "v128";
  case ValKind::ref:
    return to_string(type.ref);
  }
  return {};
}

std::string to_string(const List<ValType>& types)
{
  std::string out;
  for (const ValType& type : types) {
    out += out.empty() ? "" : " ";
    out += to_string(type);
  }
  return out;
}

std::string to_string(const FuncType& type)
{
  return fmt::format("({}) -> ({})", to_string(type.params), to_string(type.results));
}

std::string to_string(const FieldType& type)
{
  const std::string storage = type.packed == PackedKind::none ? to_string(type.type) : type.packed == PackedKind::i8 ? "i8" : "i16";
  return type.is_mutable ? fmt::format("(mut {})", storage) : storage;
}

std::string to_string(const TableType& type)
{
  return fmt::format("{} {}", size_text(type.limits), to_string(type.element));
}

std::string to_string(const MemoryType& type)
{
  return type.page_size_log2 ? fmt::format("{} (pagesize 2^{})", size_text(type.limits), *type.page_size_log2) : size_text(type.limits);
}

std::string to_string(const GlobalType& type)
{
  const std::string inner = fmt::format("{}{}", type.shared ? "shared " : "", to_string(type.type));
  return type.is_mutable ? fmt::format("(mut {})", inner) : inner;
}

std::string to_string(const ExternType& type)
{
  switch (type.kind) {
  case ExternalKind::func:
  case ExternalKind::func_exact:
  case ExternalKind::tag:
    return fmt::format("{} {}", to_string(type.kind), type.type_index);
  case ExternalKind::table:
    return fmt::format("table {}", to_string(type.table));
  case ExternalKind::memory:
    return fmt::format("memory {}", to_string(type.memory));
  case ExternalKind::global:
    return fmt::format("global {}", to_string(type.global));
  }
  return {};
}

const char* to_string(ExternalKind kind)
{
  switch (kind) {
  case ExternalKind::func:
    return "func";
  case ExternalKind::table:
    return "table";
  case ExternalKind::memory:
    return "memory";
  case ExternalKind::global:
    return "global";
  case ExternalKind::tag:
    return "tag";
  case ExternalKind::func_exact:
    return "func exact";
  }
  return "";
}

} // namespace cargo_wasm::wasm
