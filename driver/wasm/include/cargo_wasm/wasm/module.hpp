// A core module as a whole: its sections found once, everything in them read when it is asked for.
//
// Reading a module costs its section headers, not its bytes: of a 100 MB module a few hundred bytes are touched, and the import section
// when imports are asked for. Function bodies are found through FunctionIndex. What is not looked at is not checked.
#pragma once
#include <cargo_wasm/wasm/custom.hpp>
#include <cargo_wasm/wasm/items.hpp>
#include <cargo_wasm/wasm/parser.hpp>

#include <array>
#include <functional>

namespace cargo_wasm::wasm {

/// A section that a module has at most once.
struct Section
{
  bool present = false;
  std::uint64_t begin = 0; ///< content in the file
  std::uint64_t end = 0;
  std::uint32_t count = 0; ///< entries; of `start` the function, of data_count the segments
  Cursor entries;          ///< behind the count
};

/// How many of each kind a module imports: where its own index spaces begin.
struct ImportCounts
{
  std::uint32_t functions = 0, tables = 0, memories = 0, globals = 0, tags = 0;
};

/// Places of rows of LEB128-sized or LEB128 entries: every sixteenth is kept, the others are walked to. A quarter of a byte per entry.
class EntryIndex
{
public:
  enum class Shape : std::uint8_t { number, sized };
  EntryIndex() = default;
  EntryIndex(Cursor entries, std::uint32_t count, Shape shape);
  [[nodiscard]] std::uint32_t size() const noexcept { return m_count; }
  /// A cursor at entry `i`, below size().
  [[nodiscard]] Cursor at(std::uint32_t i) const;
  [[nodiscard]] const Failure& failure() const noexcept { return m_entries.failure(); }

private:
  static constexpr std::uint32_t k_stride = 16;
  void skip(Cursor& cursor) const;
  Cursor m_entries;
  std::uint64_t m_begin = 0;
  std::uint32_t m_count = 0;
  Shape m_shape = Shape::number;
  std::vector<std::uint32_t> m_places; ///< from m_begin
};

/// Functions by index, imported ones first: the type of each, and the body of those that the module defines.
class FunctionIndex
{
public:
  [[nodiscard]] std::uint32_t imported() const noexcept { return m_imported; }
  [[nodiscard]] std::uint32_t size() const noexcept { return m_imported + m_types.size(); }
  /// The type index of a function that is not imported. Cost: at most 16 short reads.
  [[nodiscard]] std::uint32_t type_of(std::uint32_t function) const;
  /// The body of a function that is not imported. Cost: as type_of.
  [[nodiscard]] FunctionBody body_of(std::uint32_t function) const;

private:
  friend class Module;
  std::uint32_t m_imported = 0;
  EntryIndex m_types;
  EntryIndex m_bodies;
};

class Module
{
public:
  /// Finds the sections. Errors: CW0612 to CW0616; a component is CW0616.
  /// Cost: O(number of sections). What wasmparser's Parser checks without entering sections is checked.
  [[nodiscard]] static Result<Module> read(const Source& source);

  [[nodiscard]] const Source& source() const noexcept { return m_source; }
  [[nodiscard]] const Section& section(PayloadKind kind) const { return m_sections[static_cast<std::size_t>(kind)]; }

  [[nodiscard]] SectionReader<RecGroup> types() const { return reader<RecGroup>(PayloadKind::type); }
  [[nodiscard]] SectionReader<ImportGroup> import_groups() const { return reader<ImportGroup>(PayloadKind::import); }
  [[nodiscard]] SectionReader<std::uint32_t> functions() const { return reader<std::uint32_t>(PayloadKind::function); }
  [[nodiscard]] SectionReader<Table> tables() const { return reader<Table>(PayloadKind::table); }
  [[nodiscard]] SectionReader<MemoryType> memories() const { return reader<MemoryType>(PayloadKind::memory); }
  [[nodiscard]] SectionReader<TagType> tags() const { return reader<TagType>(PayloadKind::tag); }
  [[nodiscard]] SectionReader<Global> globals() const { return reader<Global>(PayloadKind::global); }
  [[nodiscard]] SectionReader<Export> exports() const { return reader<Export>(PayloadKind::export_); }
  [[nodiscard]] SectionReader<Element> elements() const { return reader<Element>(PayloadKind::element); }
  [[nodiscard]] SectionReader<FunctionBody> bodies() const { return reader<FunctionBody>(PayloadKind::code); }
  [[nodiscard]] SectionReader<Data> data() const { return reader<Data>(PayloadKind::data); }
  [[nodiscard]] std::optional<std::uint32_t> start() const;

  /// Calls back for every import, compact groups taken apart. Errors: as reading.
  [[nodiscard]] Result<> for_each_import(const std::function<void(const Import&)>& action) const;
  [[nodiscard]] Result<ImportCounts> count_imports() const;
  /// Errors: as reading; the section sizes of bodies are walked, their contents are not. Memory: half a byte per function.
  [[nodiscard]] Result<FunctionIndex> index_functions() const;

  /// The content of the first custom section of this name, behind the name. Cost: O(number of sections).
  [[nodiscard]] std::optional<Cursor> custom(std::string_view name) const;
  /// Calls back for every section in order, custom ones included: section number 0, 1, … as relocations count them.
  void for_each_section(const std::function<void(std::uint32_t number, const Payload&)>& action) const;

private:
  template <class T> SectionReader<T> reader(PayloadKind kind) const
  {
    const Section& place = section(kind);
    return {m_source, place.entries, place.count, name_of(kind)};
  }

  Source m_source;
  std::array<Section, static_cast<std::size_t>(PayloadKind::data) + 1> m_sections;
};

/// Walks the types of a module up to `index` and gives its function type; nothing where that type is none, or is damaged. Cost: O(index).
[[nodiscard]] std::optional<FuncType> find_function_type(const Module& module, std::uint32_t index);

} // namespace cargo_wasm::wasm
