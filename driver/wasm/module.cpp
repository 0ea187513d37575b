#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::wasm {

EntryIndex::EntryIndex(Cursor entries, std::uint32_t count, Shape shape)
    : m_entries(entries), m_begin(entries.offset()), m_count(count), m_shape(shape)
{
  Cursor cursor = entries;
  for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
    if (i % k_stride == 0) {
      m_places.push_back(static_cast<std::uint32_t>(cursor.offset() - m_begin));
    }
    skip(cursor);
  }
  m_entries.fail(cursor.failure());
}

void EntryIndex::skip(Cursor& cursor) const
{
  if (m_shape == Shape::number) {
    cursor.u32("an index");
  } else {
    cursor.bytes(cursor.u32("the size of a function body"), "a function body");
  }
}

Cursor EntryIndex::at(std::uint32_t i) const
{
  Cursor cursor = m_entries;
  cursor.bytes(m_places[i / k_stride], "an entry");
  for (std::uint32_t left = i % k_stride; left != 0; --left) {
    skip(cursor);
  }
  return cursor;
}

std::uint32_t FunctionIndex::type_of(std::uint32_t function) const
{
  Cursor cursor = m_types.at(function - m_imported);
  return cursor.u32("a type index");
}

FunctionBody FunctionIndex::body_of(std::uint32_t function) const
{
  Cursor cursor = m_bodies.at(function - m_imported);
  return FunctionBody::read(cursor);
}

Result<Module> Module::read(const Source& source)
{
  Module module;
  module.m_source = source;
  Parser parser(source);
  for (Payload payload; parser.next(payload);) {
    if (payload.kind == PayloadKind::header && payload.encoding != Encoding::module) {
      parser.fail({Fault::header, payload.begin, 0, "a core module", "a component"});
    }
    if (!payload.is_section() || payload.kind > PayloadKind::data) {
      continue;
    }
    Section& section = module.m_sections[static_cast<std::size_t>(payload.kind)];
    section = {true, payload.begin, payload.end, payload.count, payload.content};
    if (payload.kind == PayloadKind::code) {
      const std::uint64_t entries = payload.content.offset();
      parser.skip_bodies();
      if (!parser.failure()) {
        section.entries = Cursor(source.file.substr(entries, payload.end - entries), source.file);
      }
    }
  }
  CW_TRY(parser.finish());
  return module;
}

std::optional<std::uint32_t> Module::start() const
{
  const Section& place = section(PayloadKind::start);
  return place.present ? std::optional(place.count) : std::nullopt;
}

Result<> Module::for_each_import(const std::function<void(const Import&)>& action) const
{
  auto groups = import_groups();
  for (ImportGroup group; groups.next(group);) {
    for (Import import; group.next(import);) {
      action(import);
    }
    groups.fail(group.failure());
  }
  return groups.finish();
}

Result<ImportCounts> Module::count_imports() const
{
  ImportCounts counts;
  CW_TRY(for_each_import([&](const Import& import) {
    switch (import.type.kind) {
    case ExternalKind::func:
    case ExternalKind::func_exact:
      ++counts.functions;
      break;
    case ExternalKind::table:
      ++counts.tables;
      break;
    case ExternalKind::memory:
      ++counts.memories;
      break;
    case ExternalKind::global:
      ++counts.globals;
      break;
    case ExternalKind::tag:
      ++counts.tags;
      break;
    }
  }));
  return counts;
}

Result<FunctionIndex> Module::index_functions() const
{
  CW_TRY_ASSIGN(const ImportCounts counts, count_imports());
  const auto checked = [&](PayloadKind kind, EntryIndex::Shape shape, EntryIndex& index) -> Result<> {
    const Section& place = section(kind);
    index = EntryIndex(place.entries, place.count, shape);
    if (index.failure()) {
      return base::fail(to_error(index.failure(), m_source, name_of(kind)));
    }
    return {};
  };
  FunctionIndex index;
  index.m_imported = counts.functions;
  CW_TRY(checked(PayloadKind::function, EntryIndex::Shape::number, index.m_types));
  CW_TRY(checked(PayloadKind::code, EntryIndex::Shape::sized, index.m_bodies));
  return index;
}

void Module::for_each_section(const std::function<void(std::uint32_t number, const Payload&)>& action) const
{
  std::uint32_t number = 0;
  Parser parser(m_source);
  for (Payload payload; parser.next(payload);) {
    if (payload.is_section()) {
      action(number++, payload);
    }
    if (payload.kind == PayloadKind::code) {
      parser.skip_bodies();
    }
  }
}

std::optional<Cursor> Module::custom(std::string_view name) const
{
  Parser parser(m_source);
  for (Payload payload; parser.next(payload);) {
    if (payload.kind == PayloadKind::custom && payload.name == name) {
      return payload.content;
    }
    if (payload.kind == PayloadKind::code) {
      parser.skip_bodies();
    }
  }
  return std::nullopt;
}

std::optional<FuncType> find_function_type(const Module& module, std::uint32_t index)
{
  auto groups = module.types();
  std::uint32_t first = 0;
  for (RecGroup group; groups.next(group); first += group.types.size()) {
    if (index - first >= group.types.size()) {
      continue;
    }
    for (const SubType& type : group.types) {
      if (first++ == index) {
        return type.kind == CompositeKind::func ? std::optional(type.func) : std::nullopt;
      }
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::wasm
