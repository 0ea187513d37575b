#include <cargo_wasm/wasm/items.hpp>

namespace cargo_wasm::wasm {

Import Import::read(Cursor& cursor)
{
  Import import;
  import.offset = cursor.offset();
  import.module = cursor.name("the module of an import");
  import.name = cursor.name("the name of an import");
  import.type = ExternType::read(cursor);
  return import;
}

ImportGroup ImportGroup::read(Cursor& cursor)
{
  ImportGroup group;
  group.m_import.offset = cursor.offset();
  group.m_import.module = cursor.name("the module of an import");
  group.m_import.name = cursor.name("the name of an import");
  const std::uint8_t form = cursor.peek("the kind of an import");
  if (!group.m_import.name.empty() || (form != 0x7f && form != 0x7e)) {
    group.m_import.type = ExternType::read(cursor);
    group.m_left = 1;
    return group;
  }
  cursor.u8("the kind of an import");
  group.m_form = form == 0x7f ? ImportForm::compact : ImportForm::compact_type;
  if (group.m_form == ImportForm::compact_type) {
    group.m_import.type = ExternType::read(cursor);
  }
  const std::uint64_t begin = cursor.offset();
  const std::uint32_t count = cursor.u32("a count of imports");
  for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
    cursor.skip_name("the name of an import");
    if (group.m_form == ImportForm::compact) {
      ExternType::read(cursor);
    }
  }
  group.m_rest = cursor.since(begin);
  group.m_left = group.m_rest.at_end() ? 0 : group.m_rest.u32("a count of imports");
  return group;
}

bool ImportGroup::next(Import& import)
{
  if (m_left == 0 || m_rest.failed()) {
    return false;
  }
  --m_left;
  if (m_form == ImportForm::single) {
    import = m_import;
    return true;
  }
  import.offset = m_rest.offset();
  import.module = m_import.module;
  import.name = m_rest.name("the name of an import");
  import.type = m_form == ImportForm::compact ? ExternType::read(m_rest) : m_import.type;
  return !m_rest.failed();
}

Table Table::read(Cursor& cursor)
{
  Table table;
  const bool has_init = cursor.peek("a table") == 0x40;
  if (has_init) {
    cursor.u8("a table");
    const std::uint8_t zero = cursor.u8("0 in a table with an initial value");
    if (zero != 0) {
      cursor.fail(Fault::byte, cursor.offset() - 1, "0 in a table with an initial value", zero);
    }
  }
  table.type = TableType::read(cursor);
  if (has_init) {
    table.init = ConstExpr::read(cursor);
  }
  return table;
}

Global Global::read(Cursor& cursor)
{
  Global global;
  global.type = GlobalType::read(cursor);
  global.init = ConstExpr::read(cursor);
  return global;
}

Export Export::read(Cursor& cursor)
{
  Export out;
  out.name = cursor.name("the name of an export");
  const std::uint64_t begin = cursor.offset();
  out.kind = to_external_kind(cursor, cursor.u8("the kind of an export"), begin);
  if (out.kind == ExternalKind::func_exact) {
    cursor.fail(Fault::byte, cursor.offset(), "a function, table, memory, global or tag", 0x20);
  }
  out.index = cursor.u32("an index");
  return out;
}

Element Element::read(Cursor& cursor)
{
  Element element;
  element.begin = cursor.offset();
  // Bit 0: not active. Bit 1: declared, or else a table index follows. Bit 2: expressions instead of function indices.
  const std::uint32_t flags = cursor.u32("the flags of an element segment");
  if (flags > 7) {
    cursor.fail(Fault::number, cursor.offset() - 1, "the flags of an element segment", flags);
    return element;
  }
  if ((flags & 1U) != 0) {
    element.mode = (flags & 2U) != 0 ? SegmentMode::declared : SegmentMode::passive;
  } else {
    if ((flags & 2U) != 0) {
      element.table_index = cursor.u32("a table index");
    }
    element.offset = ConstExpr::read(cursor);
  }
  element.has_expressions = (flags & 4U) != 0;
  if ((flags & 3U) != 0) {
    if (element.has_expressions) {
      element.type = RefType::read(cursor);
    } else {
      const std::uint64_t begin = cursor.offset();
      const ExternalKind kind = to_external_kind(cursor, cursor.u8("the kind of the elements"), begin);
      if (kind != ExternalKind::func) {
        cursor.fail(Fault::byte, cursor.offset() - 1, "functions as elements", static_cast<std::uint64_t>(kind));
      }
    }
  }
  const std::uint32_t count = cursor.u32("a count of elements");
  if (element.has_expressions) {
    element.expressions = List<ConstExpr>::read(cursor, count);
  } else {
    element.functions = List<std::uint32_t>::read(cursor, count);
  }
  element.end = cursor.offset();
  return element;
}

Data Data::read(Cursor& cursor)
{
  Data data;
  data.begin = cursor.offset();
  const std::uint32_t flags = cursor.u32("the flags of a data segment");
  if (flags > 2) {
    cursor.fail(Fault::number, data.begin, "the flags of a data segment", flags);
    return data;
  }
  if (flags == 1) {
    data.mode = SegmentMode::passive;
  } else {
    if (flags == 2) {
      data.memory_index = cursor.u32("a memory index");
    }
    data.offset = ConstExpr::read(cursor);
  }
  data.bytes = cursor.sized("the bytes of a data segment").rest();
  data.end = cursor.offset();
  return data;
}

FunctionBody FunctionBody::read(Cursor& cursor)
{
  return FunctionBody(cursor.sized("a function body"));
}

FunctionBody::Locals::Locals(Cursor content) : m_cursor(content)
{
  m_left = m_cursor.u32("a count of local groups");
}

bool FunctionBody::Locals::next(LocalGroup& group)
{
  if (m_left == 0 || m_cursor.failed()) {
    return false;
  }
  --m_left;
  group.count = m_cursor.u32("a count of locals");
  if (group.count > UINT32_MAX - m_total) {
    m_cursor.fail(Fault::limit, m_cursor.offset(), "at most 2^32 - 1 locals", std::uint64_t{m_total} + group.count);
    return false;
  }
  m_total += group.count;
  group.type = ValType::read(m_cursor);
  return !m_cursor.failed();
}

Cursor FunctionBody::code() const
{
  Locals groups = locals();
  for (LocalGroup group; groups.next(group);) {
  }
  return groups.code();
}

} // namespace cargo_wasm::wasm
