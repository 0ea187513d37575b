#include "component_reading.hpp"

namespace cargo_wasm::wasm {
namespace {

constexpr std::uint32_t k_max_arguments = 100'000;
constexpr std::uint32_t k_max_start_arguments = 1000;
constexpr std::uint32_t k_max_results = 1000;
constexpr std::uint32_t k_max_options = 10;

/// The bytes that name a sort: the second only where the first is zero, for what belongs to core wasm.
struct Sort
{
  std::uint64_t offset = 0;
  std::uint8_t first = 0;
  std::optional<std::uint8_t> core;
};

Sort read_sort(Cursor& cursor)
{
  Sort sort;
  sort.offset = cursor.offset();
  sort.first = cursor.u8("the kind of an item");
  if (sort.first == 0) {
    sort.core = cursor.u8("the kind of a core item");
  }
  return sort;
}

ComponentExternKind to_extern_kind(Cursor& cursor, const Sort& sort)
{
  constexpr const char* k_expected = "a core module, function, value, type, component or instance";
  switch (sort.first) {
  case 0x00:
    if (sort.core != 0x11) {
      cursor.fail(Fault::byte, sort.offset + 1, k_expected, *sort.core);
    }
    return ComponentExternKind::core_module;
  case 0x01:
    return ComponentExternKind::func;
  case 0x02:
    return ComponentExternKind::value;
  case 0x03:
    return ComponentExternKind::type;
  case 0x04:
    return ComponentExternKind::component;
  case 0x05:
    return ComponentExternKind::instance;
  default:
    cursor.fail(Fault::byte, sort.offset, k_expected, sort.first);
    return ComponentExternKind::func;
  }
}

OuterKind to_outer_kind(Cursor& cursor, const Sort& sort)
{
  constexpr const char* k_expected = "a core module, core type, type or component";
  switch (sort.first) {
  case 0x00:
    if (sort.core != 0x10 && sort.core != 0x11) {
      cursor.fail(Fault::byte, sort.offset + 1, k_expected, *sort.core);
    }
    return sort.core == 0x10 ? OuterKind::core_type : OuterKind::core_module;
  case 0x03:
    return OuterKind::type;
  case 0x04:
    return OuterKind::component;
  default:
    cursor.fail(Fault::byte, sort.offset, k_expected, sort.first);
    return OuterKind::type;
  }
}

void read_name_option(Cursor& cursor, ExternName& name)
{
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t byte = cursor.u8("an option of a name");
  if (byte > 2) {
    cursor.fail(Fault::byte, begin, "an option of a name", byte);
    return;
  }
  const std::string_view value = cursor.name("the value of an option");
  std::optional<std::string_view>& place = byte == 0 ? name.implements : byte == 1 ? name.version_suffix : name.external_id;
  if (place) {
    cursor.fail(Fault::structure, begin, "each option of a name once", 0, "it twice");
  }
  place = value;
}

} // namespace

std::string_view version_of(std::string_view extern_name)
{
  const std::size_t at = extern_name.rfind('@');
  return at == std::string_view::npos ? std::string_view() : extern_name.substr(at + 1);
}

ExternName ExternName::read(Cursor& cursor)
{
  ExternName name;
  // 1 stood for names of interfaces before October 2023 and means nothing now.
  const std::uint8_t form = cursor.u8("the form of a name");
  if (form > 2) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "the form of a name", form);
  }
  name.name = cursor.name("the name of an import or export");
  if (form == 2) {
    const std::uint32_t count = cursor.u32("a count of options");
    for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
      read_name_option(cursor, name);
    }
  }
  return name;
}

ComponentExternType ComponentExternType::read(Cursor& cursor)
{
  ComponentExternType type;
  type.kind = to_extern_kind(cursor, read_sort(cursor));
  switch (type.kind) {
  case ComponentExternKind::value:
    type.value = ComponentValType::read(cursor);
    break;
  case ComponentExternKind::type: {
    const std::uint8_t bound = cursor.u8("the bound of a type");
    if (bound > 1) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "the bound of a type", bound);
    }
    type.is_resource = bound == 1;
    type.index = type.is_resource ? 0 : cursor.u32("a type index");
    break;
  }
  default:
    type.index = cursor.u32("a type index");
    break;
  }
  return type;
}

ComponentImport ComponentImport::read(Cursor& cursor)
{
  ComponentImport import;
  import.name = ExternName::read(cursor);
  import.type = ComponentExternType::read(cursor);
  return import;
}

InlineExport InlineExport::read(Cursor& cursor)
{
  InlineExport out;
  out.value.name = ExternName::read(cursor);
  out.value.kind = to_extern_kind(cursor, read_sort(cursor));
  out.value.index = cursor.u32("an index");
  return out;
}

ComponentExport ComponentExport::read(Cursor& cursor)
{
  ComponentExport out = InlineExport::read(cursor).value;
  const std::uint8_t has_type = cursor.u8("0 or 1 before the type of an export");
  if (has_type > 1) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "0 or 1 before the type of an export", has_type);
  }
  if (has_type == 1) {
    out.type = ComponentExternType::read(cursor);
  }
  return out;
}

Alias Alias::read(Cursor& cursor)
{
  Alias alias;
  const Sort sort = read_sort(cursor);
  const std::uint8_t target = cursor.u8("the target of an alias");
  switch (target) {
  case 0x00:
    alias.kind = AliasKind::instance_export;
    alias.external = to_extern_kind(cursor, sort);
    break;
  case 0x01:
    alias.kind = AliasKind::core_instance_export;
    if (!sort.core) {
      cursor.fail(Fault::byte, sort.offset, "the kind of a core export", sort.first);
      return alias;
    }
    alias.core = to_external_kind(cursor, *sort.core, sort.offset);
    if (alias.core == ExternalKind::func_exact) {
      cursor.fail(Fault::byte, sort.offset, "the kind of a core export", *sort.core);
    }
    break;
  case 0x02:
    alias.kind = AliasKind::outer;
    alias.outer = to_outer_kind(cursor, sort);
    alias.count = cursor.u32("a count of components");
    alias.index = cursor.u32("an index");
    return alias;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, "the target of an alias", target);
    return alias;
  }
  alias.instance = cursor.u32("an instance index");
  alias.name = cursor.name("the name of an export");
  return alias;
}

CoreArgument CoreArgument::read(Cursor& cursor)
{
  CoreArgument argument;
  argument.name = cursor.name("the name of an argument");
  const std::uint8_t kind = cursor.u8("an instance as argument");
  if (kind != 0x12) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "an instance as argument", kind);
  }
  argument.instance = cursor.u32("an instance index");
  return argument;
}

CoreInstance CoreInstance::read(Cursor& cursor)
{
  CoreInstance instance;
  const std::uint8_t form = cursor.u8("a core instance");
  switch (form) {
  case 0x00:
    instance.is_instantiation = true;
    instance.module = cursor.u32("a module index");
    instance.arguments = List<CoreArgument>::read_counted(cursor, k_max_arguments, "at most 100000 arguments");
    return instance;
  case 0x01:
    instance.exports = List<Export>::read_counted(cursor, k_max_arguments, "at most 100000 exports");
    return instance;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, "a core instance", form);
    return instance;
  }
}

ComponentArgument ComponentArgument::read(Cursor& cursor)
{
  ComponentArgument argument;
  argument.name = cursor.name("the name of an argument");
  argument.kind = to_extern_kind(cursor, read_sort(cursor));
  argument.index = cursor.u32("an index");
  return argument;
}

ComponentInstance ComponentInstance::read(Cursor& cursor)
{
  ComponentInstance instance;
  const std::uint8_t form = cursor.u8("an instance");
  switch (form) {
  case 0x00:
    instance.is_instantiation = true;
    instance.component = cursor.u32("a component index");
    instance.arguments = List<ComponentArgument>::read_counted(cursor, k_max_arguments, "at most 100000 arguments");
    return instance;
  case 0x01:
    instance.exports = List<InlineExport>::read_counted(cursor, k_max_arguments, "at most 100000 exports");
    return instance;
  default:
    cursor.fail(Fault::byte, cursor.offset() - 1, "an instance", form);
    return instance;
  }
}

namespace {

struct CanonicalInfo
{
  const char* text;
  std::uint8_t byte;
  CanonicalShape shape;
};

constexpr CanonicalInfo k_canonicals[] = {
#define CW_WASM_CANONICAL(id, text, byte, shape) {text, byte, CanonicalShape::shape},
#include <cargo_wasm/wasm/canonicals.def>
#undef CW_WASM_CANONICAL
};

const CanonicalInfo& canonical_info(CanonicalKind kind)
{
  return k_canonicals[static_cast<std::size_t>(kind)];
}

void require_zero(Cursor& cursor, const char* expected)
{
  const std::uint8_t byte = cursor.u8(expected);
  if (byte != 0) {
    cursor.fail(Fault::byte, cursor.offset() - 1, expected, byte);
  }
}

List<CanonicalOption> read_options(Cursor& cursor)
{
  return List<CanonicalOption>::read_counted(cursor, k_max_options, "at most 10 options");
}

} // namespace

const char* to_string(CanonicalKind kind)
{
  return canonical_info(kind).text;
}

const char* to_string(CanonicalOptionKind kind)
{
  constexpr const char* k_names[] = {
      "utf8", "utf16", "latin1+utf16", "memory", "realloc", "post-return", "async", "callback", "core-type", "gc"};
  return k_names[static_cast<std::size_t>(kind)];
}

CanonicalOption CanonicalOption::read(Cursor& cursor)
{
  CanonicalOption option;
  const std::uint8_t byte = cursor.u8("an option of a canonical function");
  if (byte > 9) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "an option of a canonical function", byte);
    return option;
  }
  option.kind = static_cast<CanonicalOptionKind>(byte);
  if ((byte >= 3 && byte <= 5) || byte == 7 || byte == 8) {
    option.index = cursor.u32("an index");
  }
  return option;
}

CanonicalShape CanonicalFunction::shape() const
{
  return canonical_info(kind).shape;
}

CanonicalFunction CanonicalFunction::read(Cursor& cursor)
{
  CanonicalFunction function;
  const std::uint8_t byte = cursor.u8("a canonical function");
  std::size_t row = 0;
  while (row < std::size(k_canonicals) && k_canonicals[row].byte != byte) {
    ++row;
  }
  if (row == std::size(k_canonicals)) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "a canonical function", byte);
    return function;
  }
  function.kind = static_cast<CanonicalKind>(row);
  switch (function.shape()) {
  case CanonicalShape::none:
    break;
  case CanonicalShape::zero:
    require_zero(cursor, "0 in a canonical function");
    break;
  case CanonicalShape::index:
    function.indices[0] = cursor.u32("an index");
    break;
  case CanonicalShape::zero_index:
    require_zero(cursor, "0 in a canonical function");
    function.indices[0] = cursor.u32("an index");
    break;
  case CanonicalShape::index_index:
    function.indices[0] = cursor.u32("an index");
    function.indices[1] = cursor.u32("an index");
    break;
  case CanonicalShape::index_async:
    function.indices[0] = cursor.u32("an index");
    function.is_async = cursor.boolean("0 or 1 for async");
    break;
  case CanonicalShape::async:
    function.is_async = cursor.boolean("0 or 1 for async");
    break;
  case CanonicalShape::options:
    function.options = read_options(cursor);
    break;
  case CanonicalShape::index_options:
    function.indices[0] = cursor.u32("an index");
    function.options = read_options(cursor);
    break;
  case CanonicalShape::result_options:
    function.result = read_result(cursor);
    function.options = read_options(cursor);
    break;
  case CanonicalShape::context:
    function.type = ValType::read(cursor);
    function.indices[0] = cursor.u32("a slot");
    break;
  case CanonicalShape::lift:
    require_zero(cursor, "0 in `lift`");
    function.indices[0] = cursor.u32("a core function index");
    function.options = read_options(cursor);
    function.indices[1] = cursor.u32("a type index");
    break;
  case CanonicalShape::lower:
    require_zero(cursor, "0 in `lower`");
    function.indices[0] = cursor.u32("a function index");
    function.options = read_options(cursor);
    break;
  }
  return function;
}

ComponentStart ComponentStart::read(Cursor& cursor)
{
  ComponentStart start;
  start.function = cursor.u32("a function index");
  start.arguments = List<std::uint32_t>::read_counted(cursor, k_max_start_arguments, "at most 1000 arguments");
  start.results = cursor.count(k_max_results, "at most 1000 results");
  if (!cursor.at_end()) {
    cursor.fail(Fault::excess, cursor.offset(), "the end of the section after the start function", cursor.remaining());
  }
  return start;
}

const char* to_string(ComponentExternKind kind)
{
  constexpr const char* k_names[] = {"module", "func", "value", "type", "component", "instance"};
  return k_names[static_cast<std::size_t>(kind)];
}

const char* to_string(PrimitiveType type)
{
  constexpr const char* k_names[] = {
      "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string", "error-context"};
  return k_names[static_cast<std::size_t>(type)];
}

} // namespace cargo_wasm::wasm
