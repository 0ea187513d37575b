#include <support/wasm_dump.hpp>

#include <cargo_wasm/wasm/linking.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {
namespace {

using namespace cargo_wasm::wasm;

Failure name_map(std::string_view kind, NameMap& names, DumpSink& out)
{
  out.line(fmt::format("names {}", kind));
  for (Naming naming; names.next(naming);) {
    out.line(fmt::format("name {} {}", naming.index, naming.name));
  }
  return names.failure();
}

Failure indirect_map(std::string_view kind, IndirectNameMap& map, DumpSink& out)
{
  out.line(fmt::format("indirect names {}", kind));
  std::uint32_t index = 0;
  for (NameMap names; map.next(index, names);) {
    out.line(fmt::format("of {}", index));
    for (Naming naming; names.next(naming);) {
      out.line(fmt::format("name {} {}", naming.index, naming.name));
    }
    if (names.failure()) {
      return names.failure();
    }
  }
  return map.failure();
}

void unknown_subsection(std::uint8_t id, const Cursor& content, DumpSink& out)
{
  out.line(fmt::format("unknown subsection {} {} {}", id, content.offset(), content.end_offset()));
}

Failure names(NameSection section, DumpSink& out)
{
  constexpr const char* k_kinds[] = {"module",
                                     "function",
                                     "local",
                                     "label",
                                     "type",
                                     "table",
                                     "memory",
                                     "global",
                                     "element",
                                     "data",
                                     "field",
                                     "tag",
                                     "parameter",
                                     "tag parameter"};
  for (NameSubsection part; section.next(part);) {
    Failure failure;
    if (part.kind == NameKind::unknown) {
      unknown_subsection(part.id, part.content, out);
    } else if (part.kind == NameKind::module) {
      out.line(fmt::format("module name {}", part.module_name));
    } else if (is_indirect(part.kind)) {
      failure = indirect_map(k_kinds[part.id], part.indirect, out);
    } else {
      failure = name_map(k_kinds[part.id], part.names, out);
    }
    if (failure) {
      return failure;
    }
  }
  return section.failure();
}

Failure component_names(ComponentNameSection section, DumpSink& out)
{
  for (ComponentNames part; section.next(part);) {
    if (part.component) {
      out.line(fmt::format("component name {}", *part.component));
    } else if (part.kind == nullptr) {
      unknown_subsection(part.id, part.content, out);
    } else if (const Failure failure = name_map(part.kind, part.names, out)) {
      return failure;
    }
  }
  return section.failure();
}

Failure producers(const Source& source, const Cursor& content, DumpSink& out)
{
  SectionReader<ProducersField> fields(source, content, "producers section");
  for (ProducersField field; fields.next(field);) {
    out.line(fmt::format("producers {}", field.name));
    SectionReader<Producer> values(source, field.values, "producers section");
    for (Producer value; values.next(value);) {
      out.line(fmt::format("producer {} {}", value.name, value.version));
    }
    if (values.failure()) {
      return values.failure();
    }
  }
  return fields.failure();
}

void dylink_list(const DylinkSubsection& part, DumpSink& out)
{
  Cursor content = part.content;
  std::string names;
  for (std::uint32_t i = 0; i < part.count; ++i) {
    if (part.kind == DylinkKind::exports) {
      const DylinkSymbol symbol = DylinkSection::read_symbol(content, part.kind);
      out.line(fmt::format("dylink export {} {}", symbol.name, symbol.flags));
    } else if (part.kind == DylinkKind::imports) {
      const DylinkSymbol symbol = DylinkSection::read_symbol(content, part.kind);
      out.line(fmt::format("dylink import {} {} {}", symbol.module, symbol.name, symbol.flags));
    } else {
      names += i == 0 ? "" : " ";
      names += DylinkSection::read_name(content);
    }
  }
  if (part.kind == DylinkKind::needed || part.kind == DylinkKind::runtime_paths) {
    out.line(fmt::format("dylink {} {}", part.kind == DylinkKind::needed ? "needed" : "paths", names));
  }
}

Failure dylink(DylinkSection section, DumpSink& out)
{
  for (DylinkSubsection part; section.next(part);) {
    switch (part.kind) {
    case DylinkKind::memory:
      out.line(fmt::format("dylink memory {} {} {} {}",
                           part.memory.memory_bytes,
                           part.memory.memory_alignment_log2,
                           part.memory.table_entries,
                           part.memory.table_alignment_log2));
      break;
    case DylinkKind::target:
      out.line(fmt::format("dylink target {}", part.target));
      break;
    case DylinkKind::unknown:
      unknown_subsection(part.id, part.content, out);
      break;
    default:
      dylink_list(part, out);
    }
  }
  return section.failure();
}

void symbol_line(const Symbol& symbol, DumpSink& out)
{
  if (symbol.kind != SymbolKind::data) {
    out.line(fmt::format("symbol {} {} {} {}", to_string(symbol.kind), symbol.flags, symbol.index, symbol.name.value_or("-")));
  } else if (symbol.is_undefined()) {
    out.line(fmt::format("symbol data {} {} -", symbol.flags, *symbol.name));
  } else {
    out.line(fmt::format("symbol data {} {} {} {} {}", symbol.flags, *symbol.name, symbol.index, symbol.data_offset, symbol.data_bytes));
  }
}

template <class T, class Action> Failure each(SectionReader<T> reader, Action action)
{
  for (T item{}; reader.next(item);) {
    action(item);
  }
  return reader.failure();
}

Failure linking_part(const LinkingSubsection& part, DumpSink& out)
{
  switch (part.kind) {
  case LinkingKind::segments:
    return each(part.segments,
                [&](const SegmentInfo& item) { out.line(fmt::format("segment {} {} {}", item.name, item.alignment_log2, item.flags)); });
  case LinkingKind::init_functions:
    return each(part.init_functions, [&](const InitFunction& item) { out.line(fmt::format("init {} {}", item.priority, item.symbol)); });
  case LinkingKind::comdats:
    return each(part.comdats, [&](const Comdat& item) {
      out.line(fmt::format("comdat {} {}", item.name, item.flags));
      for (const ComdatMember& member : item.members) {
        out.line(fmt::format("comdat symbol {} {}", static_cast<int>(member.kind), member.index));
      }
    });
  case LinkingKind::symbols:
    return each(part.symbols, [&](const Symbol& item) { symbol_line(item, out); });
  case LinkingKind::target:
    out.line(fmt::format("target {}", part.target));
    return {};
  case LinkingKind::unknown:
    unknown_subsection(part.id, part.content, out);
    return {};
  }
  return {};
}

Failure linking(LinkingSection section, DumpSink& out)
{
  for (LinkingSubsection part; section.next(part);) {
    if (const Failure failure = linking_part(part, out)) {
      return failure;
    }
  }
  return section.failure();
}

Failure relocations(const Source& source, const Cursor& content, DumpSink& out)
{
  const RelocationSection section = RelocationSection::read(source, content);
  if (section.failure) {
    return section.failure;
  }
  out.line(fmt::format("relocations of {} {}", section.section, section.entries.size()));
  return each(section.entries, [&](const Relocation& item) {
    out.line(fmt::format(
        "relocation {} {} {} {} {}", static_cast<int>(item.type), item.offset, item.index, item.addend, patched_bytes(item.type)));
  });
}

Failure known(const Source& source, std::string_view name, const Cursor& content, DumpSink& out)
{
  if (name == "name") {
    return names(NameSection(source, content), out);
  }
  if (name == "component-name") {
    return component_names(ComponentNameSection(source, content), out);
  }
  if (name == "producers") {
    return producers(source, content, out);
  }
  if (name == "dylink.0") {
    return dylink(DylinkSection(source, content), out);
  }
  if (name == "linking") {
    return linking(LinkingSection(source, content), out);
  }
  return name.starts_with("reloc.") ? relocations(source, content, out) : Failure();
}

} // namespace

void dump_custom_section(const Source& source, const Payload& payload, DumpSink& out)
{
  out.line(fmt::format("custom {} {} {}", payload.name, payload.content.offset(), payload.content.end_offset()));
  if (const Failure failure = known(source, payload.name, payload.content, out)) {
    out.line(fmt::format("custom error {}", failure.offset));
  }
}

} // namespace cargo_wasm::test
