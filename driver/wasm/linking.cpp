#include <cargo_wasm/wasm/linking.hpp>

namespace cargo_wasm::wasm {

constexpr std::uint32_t k_linking_version = 2;

const char* to_string(SymbolKind kind)
{
  constexpr const char* k_names[] = {"function", "data", "global", "section", "tag", "table"};
  return k_names[static_cast<std::size_t>(kind)];
}

Symbol Symbol::read(Cursor& cursor)
{
  Symbol symbol;
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t kind = cursor.u8("the kind of a symbol");
  symbol.flags = cursor.u32("the flags of a symbol");
  if (kind > static_cast<std::uint8_t>(SymbolKind::table)) {
    cursor.fail(Fault::byte, begin, "the kind of a symbol", kind);
    return symbol;
  }
  symbol.kind = static_cast<SymbolKind>(kind);
  switch (symbol.kind) {
  case SymbolKind::data:
    symbol.name = cursor.long_name("the name of a symbol");
    if (!symbol.is_undefined()) {
      symbol.index = cursor.u32("the segment of a symbol");
      symbol.data_offset = cursor.u32("the offset of a symbol");
      symbol.data_bytes = cursor.u32("the size of a symbol");
    }
    return symbol;
  case SymbolKind::section:
    symbol.index = cursor.u32("the section of a symbol");
    return symbol;
  default:
    symbol.index = cursor.u32("the index of a symbol");
    if (!symbol.is_undefined() || (symbol.flags & k_symbol_explicit_name) != 0) {
      symbol.name = cursor.long_name("the name of a symbol");
    }
    return symbol;
  }
}

SegmentInfo SegmentInfo::read(Cursor& cursor)
{
  SegmentInfo segment;
  segment.name = cursor.long_name("the name of a segment");
  segment.alignment_log2 = cursor.u32("the alignment of a segment");
  segment.flags = cursor.u32("the flags of a segment");
  return segment;
}

InitFunction InitFunction::read(Cursor& cursor)
{
  InitFunction init;
  init.priority = cursor.u32("a priority");
  init.symbol = cursor.u32("the symbol of a function");
  return init;
}

ComdatMember ComdatMember::read(Cursor& cursor)
{
  ComdatMember member;
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t kind = cursor.u8("the kind of a comdat's member");
  if (kind > static_cast<std::uint8_t>(ComdatKind::section)) {
    cursor.fail(Fault::byte, begin, "the kind of a comdat's member", kind);
  }
  member.kind = static_cast<ComdatKind>(kind);
  member.index = cursor.u32("the index of a comdat's member");
  return member;
}

Comdat Comdat::read(Cursor& cursor)
{
  Comdat comdat;
  comdat.name = cursor.long_name("the name of a comdat");
  comdat.flags = cursor.u32("the flags of a comdat");
  comdat.members = List<ComdatMember>::read(cursor, cursor.u32("a count of members"));
  return comdat;
}

LinkingSection::LinkingSection(const Source& source, Cursor content)
{
  const std::uint64_t begin = content.offset();
  const std::uint32_t version = content.u32("the version of the linking section");
  if (version != k_linking_version) {
    content.fail(Fault::number, begin, "version 2 of the linking section", version);
  }
  m_parts = SubsectionReader(source, content, "linking section");
}

bool LinkingSection::next(LinkingSubsection& part)
{
  Subsection raw;
  if (!m_parts.next(raw)) {
    return false;
  }
  part = LinkingSubsection{};
  part.id = raw.id;
  part.content = raw.content;
  part.kind = raw.id >= 5 && raw.id <= 9 ? static_cast<LinkingKind>(raw.id) : LinkingKind::unknown;
  switch (part.kind) {
  case LinkingKind::segments:
    part.segments = {m_parts.source(), raw.content, "linking section, segments"};
    m_parts.fail(part.segments.failure());
    break;
  case LinkingKind::init_functions:
    part.init_functions = {m_parts.source(), raw.content, "linking section, init functions"};
    m_parts.fail(part.init_functions.failure());
    break;
  case LinkingKind::comdats:
    part.comdats = {m_parts.source(), raw.content, "linking section, comdats"};
    m_parts.fail(part.comdats.failure());
    break;
  case LinkingKind::symbols:
    part.symbols = {m_parts.source(), raw.content, "linking section, symbols"};
    m_parts.fail(part.symbols.failure());
    break;
  case LinkingKind::target: {
    Cursor content = raw.content;
    part.target = content.name("the name of a target");
    m_parts.fail(content.failure());
    break;
  }
  case LinkingKind::unknown:
    break;
  }
  return !m_parts.failure();
}

unsigned addend_bits(RelocationType type)
{
  switch (type) {
  case RelocationType::memory_addr_leb:
  case RelocationType::memory_addr_sleb:
  case RelocationType::memory_addr_i32:
  case RelocationType::function_offset_i32:
  case RelocationType::section_offset_i32:
  case RelocationType::memory_addr_locrel_i32:
  case RelocationType::memory_addr_rel_sleb:
  case RelocationType::memory_addr_tls_sleb:
    return 32;
  case RelocationType::memory_addr_rel_sleb64:
  case RelocationType::memory_addr_tls_sleb64:
  case RelocationType::memory_addr_leb64:
  case RelocationType::memory_addr_sleb64:
  case RelocationType::memory_addr_i64:
  case RelocationType::function_offset_i64:
    return 64;
  default:
    return 0;
  }
}

unsigned patched_bytes(RelocationType type)
{
  switch (type) {
  case RelocationType::table_index_i32:
  case RelocationType::memory_addr_i32:
  case RelocationType::function_offset_i32:
  case RelocationType::section_offset_i32:
  case RelocationType::global_index_i32:
  case RelocationType::memory_addr_locrel_i32:
  case RelocationType::function_index_i32:
    return 4;
  case RelocationType::memory_addr_i64:
  case RelocationType::table_index_i64:
  case RelocationType::function_offset_i64:
    return 8;
  case RelocationType::memory_addr_leb64:
  case RelocationType::memory_addr_sleb64:
  case RelocationType::table_index_sleb64:
  case RelocationType::table_index_rel_sleb64:
  case RelocationType::memory_addr_rel_sleb64:
  case RelocationType::memory_addr_tls_sleb64:
    return 10;
  default:
    return 5;
  }
}

Relocation Relocation::read(Cursor& cursor)
{
  Relocation relocation;
  const std::uint8_t type = cursor.u8("the type of a relocation");
  if (type >= k_relocation_types) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "the type of a relocation", type);
    return relocation;
  }
  relocation.type = static_cast<RelocationType>(type);
  relocation.offset = cursor.u32("the offset of a relocation");
  relocation.index = cursor.u32("the symbol of a relocation");
  const unsigned bits = addend_bits(relocation.type);
  if (bits == 32) {
    relocation.addend = cursor.i32("the addend of a relocation");
  } else if (bits == 64) {
    relocation.addend = cursor.i64("the addend of a relocation");
  }
  return relocation;
}

RelocationSection RelocationSection::read(const Source& source, Cursor content)
{
  RelocationSection section;
  section.section = content.u32("the section that is relocated");
  section.entries = {source, content, "relocations"};
  section.failure = section.entries.failure();
  return section;
}

} // namespace cargo_wasm::wasm
