#include "component_reading.hpp"

namespace cargo_wasm::wasm {
namespace {

constexpr std::uint32_t k_max_parameters = 1000;
constexpr std::uint32_t k_max_module_declarations = 100'000;
constexpr std::uint32_t k_max_declarations = 1'000'000;
constexpr std::uint32_t k_max_record_fields = 10'000; // of records, variants, tuples and enums alike
constexpr std::uint32_t k_max_flags = 1000;

std::optional<PrimitiveType> primitive_of(std::uint8_t byte)
{
  if (byte >= 0x73 && byte <= 0x7f) {
    return static_cast<PrimitiveType>(0x7f - byte);
  }
  return byte == 0x64 ? std::optional(PrimitiveType::error_context) : std::nullopt;
}

std::optional<ComponentValType> read_optional(Cursor& cursor)
{
  constexpr const char* k_expected = "0 or 1 before an optional type";
  const std::uint8_t byte = cursor.u8(k_expected);
  if (byte > 1) {
    cursor.fail(Fault::byte, cursor.offset() - 1, k_expected, byte);
  }
  return byte == 1 ? std::optional(ComponentValType::read(cursor)) : std::nullopt;
}

/// The declarations of a type whose beginning was read, one level deeper.
template <class T> List<T> read_declarations(Cursor& cursor, std::uint32_t count)
{
  const std::uint32_t depth = cursor.depth();
  cursor.set_depth(depth + 1);
  auto declarations = List<T>::read(cursor, count);
  cursor.set_depth(depth);
  return declarations;
}

std::uint32_t read_declaration_count(Cursor& cursor)
{
  if (cursor.depth() >= k_max_component_type_depth) {
    cursor.fail(Fault::limit, cursor.offset(), "at most 100 component types within one another", cursor.depth() + 1);
    return 0;
  }
  return cursor.count(k_max_declarations, "at most 1000000 declarations");
}

void read_defined(Cursor& cursor, std::uint8_t byte, ComponentType& type)
{
  switch (byte) {
  case 0x72:
    type.kind = ComponentTypeKind::record;
    type.fields = List<NamedType>::read_counted(cursor, k_max_record_fields, "at most 10000 fields");
    return;
  case 0x71:
    type.kind = ComponentTypeKind::variant;
    type.cases = List<VariantCase>::read_counted(cursor, k_max_record_fields, "at most 10000 cases");
    return;
  case 0x70:
    type.kind = ComponentTypeKind::list;
    type.types[0] = ComponentValType::read(cursor);
    return;
  case 0x6f:
    type.kind = ComponentTypeKind::tuple;
    type.elements = List<ComponentValType>::read_counted(cursor, k_max_record_fields, "at most 10000 elements");
    return;
  case 0x6e:
    type.kind = ComponentTypeKind::flags;
    type.names = List<std::string_view>::read_counted(cursor, k_max_flags, "at most 1000 flags");
    return;
  case 0x6d:
    type.kind = ComponentTypeKind::enum_;
    type.names = List<std::string_view>::read_counted(cursor, k_max_record_fields, "at most 10000 cases");
    return;
  case 0x6b:
    type.kind = ComponentTypeKind::option;
    type.types[0] = ComponentValType::read(cursor);
    return;
  case 0x6a:
    type.kind = ComponentTypeKind::result;
    type.first = read_optional(cursor);
    type.second = read_optional(cursor);
    return;
  case 0x69:
  case 0x68:
    type.kind = byte == 0x69 ? ComponentTypeKind::own : ComponentTypeKind::borrow;
    type.index = cursor.u32("a type index");
    return;
  case 0x67:
    type.kind = ComponentTypeKind::fixed_length_list;
    type.types[0] = ComponentValType::read(cursor);
    type.index = cursor.u32("the length of a list");
    return;
  case 0x66:
  case 0x65:
    type.kind = byte == 0x66 ? ComponentTypeKind::stream : ComponentTypeKind::future;
    type.first = read_optional(cursor);
    return;
  case 0x63:
    type.kind = ComponentTypeKind::map;
    type.types[0] = ComponentValType::read(cursor);
    type.types[1] = ComponentValType::read(cursor);
    return;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, "the type of a component", byte);
  }
}

/// Past an item whose reader is called again when it is asked for.
template <class T> Cursor skipped(Cursor& cursor)
{
  const std::uint64_t begin = cursor.offset();
  T::read(cursor);
  return cursor.since(begin);
}

} // namespace

std::optional<ComponentValType> read_result(Cursor& cursor)
{
  const std::uint8_t byte = cursor.u8("the result of a function");
  if (byte == 0) {
    return ComponentValType::read(cursor);
  }
  if (byte != 1) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "the result of a function", byte);
    return std::nullopt;
  }
  const std::uint8_t count = cursor.u8("0 results");
  if (count != 0) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "0 results", count);
  }
  return std::nullopt;
}

ComponentValType ComponentValType::read(Cursor& cursor)
{
  constexpr const char* k_expected = "the type of a value";
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t byte = cursor.peek(k_expected);
  ComponentValType type;
  type.primitive = primitive_of(byte);
  if (type.primitive) {
    cursor.u8(k_expected);
    return type;
  }
  const std::int64_t index = cursor.i33(k_expected);
  if (index < 0) {
    cursor.fail(Fault::byte, begin, k_expected, byte);
  }
  type.index = static_cast<std::uint32_t>(index);
  return type;
}

ModuleDeclaration ModuleDeclaration::read(Cursor& cursor)
{
  ModuleDeclaration declaration;
  const std::uint8_t byte = cursor.u8("a declaration of a module type");
  switch (byte) {
  case 0x00:
    declaration.kind = ModuleDeclarationKind::import;
    declaration.import = Import::read(cursor);
    return declaration;
  case 0x01:
    declaration.kind = ModuleDeclarationKind::type;
    declaration.type = RecGroup::read(cursor);
    return declaration;
  case 0x02: {
    declaration.kind = ModuleDeclarationKind::alias;
    const std::uint8_t sort = cursor.u8("an alias of a type");
    if (sort != 0x10) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "an alias of a type", sort);
    }
    const std::uint8_t target = cursor.u8("an outer alias");
    if (target != 0x01) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "an outer alias", target);
    }
    declaration.count = cursor.u32("a count of components");
    declaration.index = cursor.u32("a type index");
    return declaration;
  }
  case 0x03:
    declaration.kind = ModuleDeclarationKind::export_;
    declaration.name = cursor.name("the name of an export");
    declaration.export_type = ExternType::read(cursor);
    return declaration;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, "a declaration of a module type", byte);
    return declaration;
  }
}

CoreType CoreType::read(Cursor& cursor)
{
  // 0x50 begins both a module type and a type that is not final; the latter gets a zero before it here.
  constexpr const char* k_expected = "a core type";
  CoreType type;
  const std::uint8_t byte = cursor.peek(k_expected);
  if (byte == 0x50) {
    cursor.u8(k_expected);
    type.is_module = true;
    type.declarations = List<ModuleDeclaration>::read_counted(cursor, k_max_module_declarations, "at most 100000 declarations");
    return type;
  }
  if (byte == 0x00) {
    cursor.u8(k_expected);
    const std::uint8_t next = cursor.peek("a type that is not final");
    if (next != 0x50) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "a type that is not final", next);
    }
  }
  type.group = RecGroup::read(cursor);
  return type;
}

NamedType NamedType::read(Cursor& cursor)
{
  NamedType type;
  type.name = cursor.name("a name");
  type.type = ComponentValType::read(cursor);
  return type;
}

VariantCase VariantCase::read(Cursor& cursor)
{
  VariantCase out;
  out.name = cursor.name("the name of a case");
  out.type = read_optional(cursor);
  const std::uint8_t zero = cursor.u8("0 after a case");
  if (zero != 0) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "0 after a case", zero);
  }
  return out;
}

ComponentType ComponentType::read(Cursor& cursor)
{
  ComponentType type = read_open(cursor);
  if (type.kind == ComponentTypeKind::component) {
    type.component_declarations = read_declarations<ComponentDeclaration>(cursor, type.declaration_count);
  } else if (type.kind == ComponentTypeKind::instance) {
    type.instance_declarations = read_declarations<InstanceDeclaration>(cursor, type.declaration_count);
  }
  return type;
}

ComponentType ComponentType::read_open(Cursor& cursor)
{
  ComponentType type;
  const std::uint8_t byte = cursor.u8("the type of a component");
  switch (byte) {
  case 0x3f: {
    type.kind = ComponentTypeKind::resource;
    type.representation = ValType::read(cursor);
    const std::uint8_t has_destructor = cursor.u8("0 or 1 before a destructor");
    if (has_destructor > 1) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "0 or 1 before a destructor", has_destructor);
    }
    if (has_destructor == 1) {
      type.destructor = cursor.u32("a function index");
    }
    return type;
  }
  case 0x40:
  case 0x43:
    type.kind = ComponentTypeKind::func;
    type.is_async = byte == 0x43;
    type.fields = List<NamedType>::read_counted(cursor, k_max_parameters, "at most 1000 parameters");
    type.first = read_result(cursor);
    return type;
  case 0x41:
  case 0x42:
    type.kind = byte == 0x41 ? ComponentTypeKind::component : ComponentTypeKind::instance;
    type.declaration_count = read_declaration_count(cursor);
    return type;
  default:
    if (const auto primitive = primitive_of(byte)) {
      type.primitive = *primitive;
      return type;
    }
    read_defined(cursor, byte, type);
    return type;
  }
}

namespace {

void read_declaration(Cursor& cursor, Declaration& declaration)
{
  constexpr const char* k_expected = "a declaration of a component or instance type";
  const std::uint8_t byte = cursor.u8(k_expected);
  switch (byte) {
  case 0x00:
    declaration.kind = DeclarationKind::core_type;
    declaration.content = skipped<CoreType>(cursor);
    return;
  case 0x01:
    declaration.kind = DeclarationKind::type;
    return;
  case 0x02:
    declaration.kind = DeclarationKind::alias;
    declaration.content = skipped<Alias>(cursor);
    return;
  case 0x04:
    declaration.kind = DeclarationKind::export_;
    declaration.name = ExternName::read(cursor);
    declaration.export_type = ComponentExternType::read(cursor);
    return;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, k_expected, byte);
  }
}

} // namespace

ComponentDeclaration ComponentDeclaration::read_open(Cursor& cursor)
{
  ComponentDeclaration declaration;
  if (cursor.peek("a declaration of a component type") == 0x03) {
    cursor.u8("an import");
    declaration.kind = DeclarationKind::import;
    declaration.content = skipped<ComponentImport>(cursor);
  } else {
    read_declaration(cursor, declaration);
  }
  return declaration;
}

ComponentDeclaration ComponentDeclaration::read(Cursor& cursor)
{
  ComponentDeclaration declaration = read_open(cursor);
  if (declaration.kind == DeclarationKind::type) {
    declaration.content = skipped<ComponentType>(cursor);
  }
  return declaration;
}

InstanceDeclaration InstanceDeclaration::read_open(Cursor& cursor)
{
  InstanceDeclaration declaration;
  read_declaration(cursor, declaration);
  return declaration;
}

InstanceDeclaration InstanceDeclaration::read(Cursor& cursor)
{
  InstanceDeclaration declaration = read_open(cursor);
  if (declaration.kind == DeclarationKind::type) {
    declaration.content = skipped<ComponentType>(cursor);
  }
  return declaration;
}

} // namespace cargo_wasm::wasm
