#include <cargo_wasm/wasm/custom.hpp>

#include <array>

namespace cargo_wasm::wasm {

bool SubsectionReader::next(Subsection& part)
{
  if (m_cursor.failed() || m_cursor.at_end()) {
    return false;
  }
  part.id = m_cursor.u8("the number of a subsection");
  if (part.id >= 0x80) {
    m_cursor.fail(Fault::byte, m_cursor.offset() - 1, "the number of a subsection", part.id);
  }
  part.content = m_cursor.sized("the bytes of a subsection");
  return !m_cursor.failed();
}

Result<> SubsectionReader::finish() const
{
  if (!m_cursor.failed()) {
    return {};
  }
  return base::fail(to_error(m_cursor.failure(), m_source, m_name));
}

Naming Naming::read(Cursor& cursor)
{
  Naming naming;
  naming.index = cursor.u32("the index of a name");
  naming.name = cursor.long_name("a name");
  return naming;
}

bool NameMap::next(Naming& naming)
{
  const std::uint64_t begin = m_names.offset();
  if (!m_names.next(naming)) {
    return false;
  }
  if (m_last && naming.index <= *m_last) {
    m_names.fail({Fault::number, begin, naming.index, "names by rising index", ""});
    return false;
  }
  m_last = naming.index;
  return true;
}

IndirectNaming IndirectNaming::read(Cursor& cursor)
{
  IndirectNaming naming;
  naming.index = cursor.u32("the index of what the names belong to");
  const std::uint64_t begin = cursor.offset();
  const std::uint32_t count = cursor.u32("a count of names");
  for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
    cursor.u32("the index of a name");
    cursor.skip_name("a name");
  }
  naming.names = cursor.since(begin);
  return naming;
}

bool IndirectNameMap::next(std::uint32_t& index, NameMap& names)
{
  const std::uint64_t begin = m_entries.offset();
  IndirectNaming naming;
  if (!m_entries.next(naming)) {
    return false;
  }
  if (m_last && naming.index <= *m_last) {
    m_entries.fail({Fault::number, begin, naming.index, "names by rising index", ""});
    return false;
  }
  m_last = index = naming.index;
  names = NameMap(m_entries.source(), naming.names, m_name);
  return true;
}

bool NameSection::next(NameSubsection& part)
{
  constexpr std::array k_names = {"module name",
                                  "function names",
                                  "local names",
                                  "label names",
                                  "type names",
                                  "table names",
                                  "memory names",
                                  "global names",
                                  "element segment names",
                                  "data segment names",
                                  "field names",
                                  "tag names",
                                  "parameter names",
                                  "tag parameter names"};
  const std::uint64_t begin = m_parts.offset();
  Subsection raw;
  if (!m_parts.next(raw)) {
    return false;
  }
  part = NameSubsection{};
  part.id = raw.id;
  part.content = raw.content;
  part.kind = raw.id < k_names.size() ? static_cast<NameKind>(raw.id) : NameKind::unknown;
  Cursor check = raw.content;
  if (part.kind == NameKind::module) {
    part.module_name = check.name("the name of a module");
    if (!check.at_end()) {
      check.fail(Fault::excess, check.offset(), "the end of the subsection after the module's name", check.remaining());
    }
  } else if (part.kind != NameKind::unknown) {
    check.u32("a count of names");
    if (is_indirect(part.kind)) {
      part.indirect = IndirectNameMap(m_parts.source(), raw.content, k_names[raw.id]);
    } else {
      part.names = NameMap(m_parts.source(), raw.content, k_names[raw.id]);
    }
  }
  m_parts.fail(check.failure());
  if (m_last && raw.id <= *m_last) {
    m_parts.fail({Fault::number, begin, raw.id, "subsections by rising number", ""});
  }
  m_last = raw.id;
  return !m_parts.failure();
}

namespace {

/// The index space of a sort, or null. Source: component-model Binary.md, `sort`.
const char* sort_name(Cursor& cursor)
{
  switch (cursor.u8("a kind of names")) {
  case 0x00:
    break;
  case 0x01:
    return "function";
  case 0x02:
    return "value";
  case 0x03:
    return "type";
  case 0x04:
    return "component";
  case 0x05:
    return "instance";
  default:
    return nullptr;
  }
  switch (cursor.u8("a kind of names")) {
  case 0x00:
    return "core function";
  case 0x01:
    return "core table";
  case 0x02:
    return "core memory";
  case 0x03:
    return "core global";
  case 0x04:
    return "core tag";
  case 0x10:
    return "core type";
  case 0x11:
    return "core module";
  case 0x12:
    return "core instance";
  default:
    return nullptr;
  }
}

} // namespace

bool ComponentNameSection::next(ComponentNames& part)
{
  Subsection raw;
  if (!m_parts.next(raw)) {
    return false;
  }
  part = ComponentNames{};
  part.id = raw.id;
  part.content = raw.content;
  Cursor& content = part.content;
  if (raw.id == 0) {
    part.component = content.long_name("the name of a component");
    if (!content.at_end()) {
      content.fail(Fault::excess, content.offset(), "the end of the subsection after the component's name", content.remaining());
    }
  } else if (raw.id == 1) {
    part.kind = sort_name(content);
    if (part.kind != nullptr && !content.failed()) {
      part.names = NameMap(m_parts.source(), content, "component names");
      content.u32("a count of names");
    }
  }
  m_parts.fail(content.failure());
  return !m_parts.failure();
}

Producer Producer::read(Cursor& cursor)
{
  Producer producer;
  producer.name = cursor.long_name("the name of a tool");
  producer.version = cursor.long_name("the version of a tool");
  return producer;
}

ProducersField ProducersField::read(Cursor& cursor)
{
  ProducersField field;
  const std::uint64_t begin = cursor.offset();
  field.name = cursor.long_name("the name of a field");
  if (!cursor.failed() && field.name != "language" && field.name != "sdk" && field.name != "processed-by") {
    cursor.fail(Fault::structure, begin, "`language`, `sdk` or `processed-by`", 0, "another name");
  }
  const std::uint64_t values = cursor.offset();
  const std::uint32_t count = cursor.u32("a count of values");
  for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
    cursor.skip_name("the name of a tool");
    cursor.skip_name("the version of a tool");
  }
  field.values = cursor.since(values);
  return field;
}

TargetFeature TargetFeature::read(Cursor& cursor)
{
  TargetFeature feature;
  const std::uint8_t prefix = cursor.u8("the prefix of a feature");
  if (prefix != '+' && prefix != '-' && prefix != '=') {
    cursor.fail(Fault::byte, cursor.offset() - 1, "`+`, `-` or `=` before a feature", prefix);
  }
  feature.prefix = static_cast<char>(prefix);
  feature.name = cursor.name("the name of a feature");
  return feature;
}

std::string_view DylinkSection::read_name(Cursor& content)
{
  return content.long_name("the name of a library");
}

DylinkSymbol DylinkSection::read_symbol(Cursor& content, DylinkKind kind)
{
  DylinkSymbol symbol;
  if (kind == DylinkKind::imports) {
    symbol.module = content.long_name("the module of an import");
  }
  symbol.name = content.long_name("the name of a symbol");
  symbol.flags = content.u32("the flags of a symbol");
  return symbol;
}

bool DylinkSection::next(DylinkSubsection& part)
{
  Subsection raw;
  if (!m_parts.next(raw)) {
    return false;
  }
  part = DylinkSubsection{};
  part.id = raw.id;
  part.kind = raw.id >= 1 && raw.id <= 6 ? static_cast<DylinkKind>(raw.id) : DylinkKind::unknown;
  Cursor check = raw.content;
  switch (part.kind) {
  case DylinkKind::memory:
    part.memory.memory_bytes = check.u32("the size of the memory");
    part.memory.memory_alignment_log2 = check.u32("the alignment of the memory");
    part.memory.table_entries = check.u32("the size of the table");
    part.memory.table_alignment_log2 = check.u32("the alignment of the table");
    break;
  case DylinkKind::target:
    part.target = check.long_name("the name of a target");
    break;
  case DylinkKind::unknown:
    break;
  default:
    part.count = check.u32("a count of names");
    break;
  }
  part.content = part.kind == DylinkKind::unknown ? raw.content : check;
  for (std::uint32_t i = 0; i < part.count && !check.failed(); ++i) {
    if (part.kind == DylinkKind::needed || part.kind == DylinkKind::runtime_paths) {
      read_name(check);
    } else {
      read_symbol(check, part.kind);
    }
  }
  m_parts.fail(check.failure());
  return !m_parts.failure();
}

} // namespace cargo_wasm::wasm
