#include <support/wasm_dump.hpp>

#include <cargo_wasm/wasm/component_types.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {
namespace {

using namespace cargo_wasm::wasm;

template <class List, class Text> std::string joined(const List& items, std::string_view between, Text text)
{
  std::string out;
  bool is_first = true;
  for (const auto& item : items) {
    out += is_first ? "" : between;
    out += text(item);
    is_first = false;
  }
  return out;
}

std::string val_type(const ComponentValType& type)
{
  return type.primitive ? to_string(*type.primitive) : std::to_string(type.index);
}

std::string optional(const std::optional<ComponentValType>& type)
{
  return type ? val_type(*type) : "-";
}

std::string extern_name(const ExternName& name)
{
  std::string out(name.name);
  out += name.implements ? fmt::format(" implements {}", *name.implements) : "";
  out += name.version_suffix ? fmt::format(" suffix {}", *name.version_suffix) : "";
  out += name.external_id ? fmt::format(" id {}", *name.external_id) : "";
  return out;
}

std::string extern_type(const ComponentExternType& type)
{
  if (type.kind == ComponentExternKind::value) {
    return "value " + val_type(type.value);
  }
  return type.is_resource ? "type resource" : fmt::format("{} {}", to_string(type.kind), type.index);
}

std::string fields(const List<NamedType>& items)
{
  return joined(items, ", ", [](const NamedType& item) { return fmt::format("{}: {}", item.name, val_type(item.type)); });
}

std::string names(const List<std::string_view>& items)
{
  return joined(items, " ", [](std::string_view item) { return std::string(item); });
}

std::string options(const List<CanonicalOption>& items)
{
  return "[" +
         joined(items,
                ", ",
                [](const CanonicalOption& item) {
                  return item.index ? fmt::format("{} {}", to_string(item.kind), *item.index) : std::string(to_string(item.kind));
                }) +
         "]";
}

class ComponentDump
{
public:
  ComponentDump(const Source& source, DumpSink& out) : m_source(source), m_out(out) {}

  Failure section(const Payload& payload)
  {
    switch (payload.kind) {
    case PayloadKind::core_instance:
      return each<CoreInstance>(payload, [&](const CoreInstance& item) { core_instance(item); });
    case PayloadKind::core_type:
      return each<CoreType>(payload, [&](const CoreType& item) { core_type(item); });
    case PayloadKind::component_instance:
      return each<ComponentInstance>(payload, [&](const ComponentInstance& item) { instance(item); });
    case PayloadKind::alias:
      return each<Alias>(payload, [&](const Alias& item) { alias(item); });
    case PayloadKind::component_type:
      return types(payload);
    case PayloadKind::canonical:
      return each<CanonicalFunction>(payload, [&](const CanonicalFunction& item) { canonical(item); });
    case PayloadKind::component_start:
      return start(payload);
    case PayloadKind::component_import:
      return each<ComponentImport>(payload, [&](const ComponentImport& item) { import(item); });
    case PayloadKind::component_export:
      return each<ComponentExport>(payload, [&](const ComponentExport& item) { export_(item); });
    default:
      return {};
    }
  }

private:
  template <class... Arguments> void line(fmt::format_string<Arguments...> format, Arguments&&... arguments)
  {
    m_out.line(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  template <class T, class Action> Failure each(const Payload& payload, Action action)
  {
    SectionReader<T> reader(m_source, payload.content, payload.count, name_of(payload.kind));
    for (T item{}; reader.next(item);) {
      action(item);
    }
    return reader.failure();
  }

  Failure types(const Payload& payload)
  {
    Cursor again = payload.content;
    return each<ComponentType>(payload, [&](const ComponentType&) { type(again); });
  }

  void core_instance(const CoreInstance& item)
  {
    if (item.is_instantiation) {
      line("core instance of {} {}", item.module, item.arguments.size());
      for (const CoreArgument& argument : item.arguments) {
        line("argument {} {}", argument.name, argument.instance);
      }
      return;
    }
    line("core instance {}", item.exports.size());
    for (const Export& value : item.exports) {
      line("export {} {} {}", value.name, to_string(value.kind), value.index);
    }
  }

  void instance(const ComponentInstance& item)
  {
    if (item.is_instantiation) {
      line("instance of {} {}", item.component, item.arguments.size());
      for (const ComponentArgument& argument : item.arguments) {
        line("argument {} {} {}", argument.name, to_string(argument.kind), argument.index);
      }
      return;
    }
    line("instance {}", item.exports.size());
    for (const InlineExport& value : item.exports) {
      export_(value.value);
    }
  }

  void core_type(const CoreType& item)
  {
    if (!item.is_module) {
      return dump_rec_group(item.group, m_out);
    }
    line("module type {}", item.declarations.size());
    for (const ModuleDeclaration& declaration : item.declarations) {
      switch (declaration.kind) {
      case ModuleDeclarationKind::import:
        line("import {} {} {}", declaration.import.module, declaration.import.name, to_string(declaration.import.type));
        break;
      case ModuleDeclarationKind::type:
        dump_rec_group(declaration.type, m_out);
        break;
      case ModuleDeclarationKind::alias:
        line("alias outer type {} {}", declaration.count, declaration.index);
        break;
      case ModuleDeclarationKind::export_:
        line("export {} {}", declaration.name, to_string(declaration.export_type));
        break;
      }
    }
  }

  void alias(const Alias& item)
  {
    switch (item.kind) {
    case AliasKind::instance_export:
      return line("alias export {} {} {}", to_string(item.external), item.instance, item.name);
    case AliasKind::core_instance_export:
      return line("alias core export {} {} {}", to_string(item.core), item.instance, item.name);
    case AliasKind::outer: {
      constexpr const char* k_kinds[] = {"core module", "core type", "type", "component"};
      return line("alias outer {} {} {}", k_kinds[static_cast<std::size_t>(item.outer)], item.count, item.index);
    }
    }
  }

  void import(const ComponentImport& item) { line("import {} {}", extern_name(item.name), extern_type(item.type)); }

  void export_(const ComponentExport& item)
  {
    line("export {} {} {} {}", extern_name(item.name), to_string(item.kind), item.index, item.type ? extern_type(*item.type) : "-");
  }

  void declaration(const Declaration& item, Cursor& following)
  {
    Cursor content = item.content;
    switch (item.kind) {
    case DeclarationKind::core_type:
      return core_type(CoreType::read(content));
    case DeclarationKind::type:
      return type(following);
    case DeclarationKind::alias:
      return alias(Alias::read(content));
    case DeclarationKind::import:
      return import(ComponentImport::read(content));
    case DeclarationKind::export_:
      return line("export {} {}", extern_name(item.name), extern_type(item.export_type));
    }
  }

  /// Of a type that was read before, from its first byte on.
  void type(Cursor& cursor)
  {
    const ComponentType item = ComponentType::read_open(cursor);
    switch (item.kind) {
    case ComponentTypeKind::component:
      line("component type {}", item.declaration_count);
      for (std::uint32_t i = 0; i < item.declaration_count; ++i) {
        declaration(ComponentDeclaration::read_open(cursor), cursor);
      }
      return;
    case ComponentTypeKind::instance:
      line("instance type {}", item.declaration_count);
      for (std::uint32_t i = 0; i < item.declaration_count; ++i) {
        declaration(InstanceDeclaration::read_open(cursor), cursor);
      }
      return;
    case ComponentTypeKind::resource:
      return line("type resource {} {}", to_string(item.representation), item.destructor ? std::to_string(*item.destructor) : "-");
    case ComponentTypeKind::func:
      return line("type {}func ({}) -> {}", item.is_async ? "async " : "", fields(item.fields), optional(item.first));
    default:
      return line("type {}", defined(item));
    }
  }

  static std::string defined(const ComponentType& item)
  {
    switch (item.kind) {
    case ComponentTypeKind::primitive:
      return to_string(item.primitive);
    case ComponentTypeKind::record:
      return "record " + fields(item.fields);
    case ComponentTypeKind::variant:
      return "variant " +
             joined(item.cases, ", ", [](const VariantCase& value) { return fmt::format("{}: {}", value.name, optional(value.type)); });
    case ComponentTypeKind::list:
      return "list " + val_type(item.types[0]);
    case ComponentTypeKind::map:
      return fmt::format("map {} {}", val_type(item.types[0]), val_type(item.types[1]));
    case ComponentTypeKind::fixed_length_list:
      return fmt::format("list {} of {}", val_type(item.types[0]), item.index);
    case ComponentTypeKind::tuple:
      return "tuple " + joined(item.elements, " ", val_type);
    case ComponentTypeKind::flags:
      return "flags " + names(item.names);
    case ComponentTypeKind::enum_:
      return "enum " + names(item.names);
    case ComponentTypeKind::option:
      return "option " + val_type(item.types[0]);
    case ComponentTypeKind::result:
      return fmt::format("result {} {}", optional(item.first), optional(item.second));
    case ComponentTypeKind::own:
      return fmt::format("own {}", item.index);
    case ComponentTypeKind::borrow:
      return fmt::format("borrow {}", item.index);
    case ComponentTypeKind::future:
      return "future " + optional(item.first);
    case ComponentTypeKind::stream:
      return "stream " + optional(item.first);
    default:
      return {};
    }
  }

  void canonical(const CanonicalFunction& item)
  {
    const char* const name = to_string(item.kind);
    switch (item.shape()) {
    case CanonicalShape::none:
    case CanonicalShape::zero:
      return line("canonical {}", name);
    case CanonicalShape::index:
    case CanonicalShape::zero_index:
      return line("canonical {} {}", name, item.indices[0]);
    case CanonicalShape::index_index:
      return line("canonical {} {} {}", name, item.indices[0], item.indices[1]);
    case CanonicalShape::async:
      return line("canonical {} {}", name, item.is_async ? 1 : 0);
    case CanonicalShape::index_async:
      return line("canonical {} {} {}", name, item.indices[0], item.is_async ? 1 : 0);
    case CanonicalShape::options:
      return line("canonical {} {}", name, options(item.options));
    case CanonicalShape::index_options:
    case CanonicalShape::lower:
      return line("canonical {} {} {}", name, item.indices[0], options(item.options));
    case CanonicalShape::result_options:
      return line("canonical {} {} {}", name, optional(item.result), options(item.options));
    case CanonicalShape::context:
      return line("canonical {} {} {}", name, to_string(item.type), item.indices[0]);
    case CanonicalShape::lift:
      return line("canonical {} {} {} {}", name, item.indices[0], item.indices[1], options(item.options));
    }
  }

  Failure start(const Payload& payload)
  {
    Cursor content = payload.content;
    const ComponentStart item = ComponentStart::read(content);
    if (!content.failed()) {
      line("start {} [{}] {}",
           item.function,
           joined(item.arguments, ", ", [](std::uint32_t index) { return std::to_string(index); }),
           item.results);
    }
    return content.failure();
  }

  const Source& m_source;
  DumpSink& m_out;
};

} // namespace

Failure dump_component_section(const Source& source, const Payload& payload, DumpSink& out)
{
  return ComponentDump(source, out).section(payload);
}

} // namespace cargo_wasm::test
