// What makes a module a relocatable object: the `linking` section with its symbol table, and one `reloc.NAME` section for each section that
// has something to relocate. Source: tool-conventions Linking.md, version 2 of the metadata, which is the only one.
#pragma once
#include <cargo_wasm/wasm/custom.hpp>

namespace cargo_wasm::wasm {

// Flags of symbols.
constexpr std::uint32_t k_symbol_weak = 1U << 0U;
constexpr std::uint32_t k_symbol_local = 1U << 1U;
constexpr std::uint32_t k_symbol_hidden = 1U << 2U;
constexpr std::uint32_t k_symbol_undefined = 1U << 4U;
constexpr std::uint32_t k_symbol_exported = 1U << 5U;
constexpr std::uint32_t k_symbol_explicit_name = 1U << 6U; ///< of an undefined one: its name is not the import's
constexpr std::uint32_t k_symbol_no_strip = 1U << 7U;
constexpr std::uint32_t k_symbol_tls = 1U << 8U;
constexpr std::uint32_t k_symbol_absolute = 1U << 9U;

enum class SymbolKind : std::uint8_t { function, data, global, section, tag, table };
[[nodiscard]] const char* to_string(SymbolKind kind);

struct Symbol
{
  SymbolKind kind = SymbolKind::function;
  std::uint32_t flags = 0;
  /// Index of the function, global, tag or table in the module's index space, of a section among the sections, of defined data the segment.
  std::uint32_t index = 0;
  /// Absent where it is the name of the import (undefined without an explicit one), and for sections.
  std::optional<std::string_view> name;
  std::uint32_t data_offset = 0; ///< of defined data: within its segment
  std::uint32_t data_bytes = 0;

  [[nodiscard]] bool is_undefined() const noexcept { return (flags & k_symbol_undefined) != 0; }
  [[nodiscard]] bool is_weak() const noexcept { return (flags & k_symbol_weak) != 0; }
  [[nodiscard]] bool is_local() const noexcept { return (flags & k_symbol_local) != 0; }
  static Symbol read(Cursor& cursor);
};

struct SegmentInfo
{
  std::string_view name; ///< ".rodata.str"
  std::uint32_t alignment_log2 = 0;
  std::uint32_t flags = 0; ///< 1: strings that may be merged, 2: thread-local, 4: retain
  static SegmentInfo read(Cursor& cursor);
};

struct InitFunction
{
  std::uint32_t priority = 0;
  std::uint32_t symbol = 0;
  static InitFunction read(Cursor& cursor);
};

enum class ComdatKind : std::uint8_t { data, function, global, tag, table, section };

struct ComdatMember
{
  ComdatKind kind = ComdatKind::data;
  std::uint32_t index = 0;
  static ComdatMember read(Cursor& cursor);
};

struct Comdat
{
  std::string_view name;
  std::uint32_t flags = 0;
  List<ComdatMember> members;
  static Comdat read(Cursor& cursor);
};

enum class LinkingKind : std::uint8_t { segments = 5, init_functions, comdats, symbols, target, unknown };

struct LinkingSubsection
{
  LinkingKind kind = LinkingKind::unknown;
  std::uint8_t id = 0;
  SectionReader<SegmentInfo> segments;
  SectionReader<InitFunction> init_functions;
  SectionReader<Comdat> comdats;
  SectionReader<Symbol> symbols;
  std::string_view target;
  Cursor content;
};

class LinkingSection
{
public:
  LinkingSection(const Source& source, Cursor content);
  bool next(LinkingSubsection& part);
  [[nodiscard]] const Failure& failure() const noexcept { return m_parts.failure(); }
  [[nodiscard]] Result<> finish() const { return m_parts.finish(); }

private:
  SubsectionReader m_parts;
};

enum class RelocationType : std::uint8_t {
  function_index_leb,
  table_index_sleb,
  table_index_i32,
  memory_addr_leb,
  memory_addr_sleb,
  memory_addr_i32,
  type_index_leb,
  global_index_leb,
  function_offset_i32,
  section_offset_i32,
  tag_index_leb,
  memory_addr_rel_sleb,
  table_index_rel_sleb,
  global_index_i32,
  memory_addr_leb64,
  memory_addr_sleb64,
  memory_addr_i64,
  memory_addr_rel_sleb64,
  table_index_sleb64,
  table_index_i64,
  table_number_leb,
  memory_addr_tls_sleb,
  function_offset_i64,
  memory_addr_locrel_i32,
  table_index_rel_sleb64,
  memory_addr_tls_sleb64,
  function_index_i32,
};
constexpr std::uint8_t k_relocation_types = 27;

/// Bits of the addend: 0 where there is none.
[[nodiscard]] unsigned addend_bits(RelocationType type);
/// Bytes that are replaced.
[[nodiscard]] unsigned patched_bytes(RelocationType type);

struct Relocation
{
  RelocationType type = RelocationType::function_index_leb;
  std::uint32_t offset = 0; ///< of the first replaced byte, from the start of the section's content
  std::uint32_t index = 0;  ///< of a symbol; of type_index_leb of a type
  std::int64_t addend = 0;
  static Relocation read(Cursor& cursor);
};

/// A `reloc.*` section.
struct RelocationSection
{
  std::uint32_t section = 0; ///< which section is relocated, counted from 0, custom ones included
  SectionReader<Relocation> entries;
  Failure failure;
  static RelocationSection read(const Source& source, Cursor content);
};

} // namespace cargo_wasm::wasm
