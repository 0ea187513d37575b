// Custom sections that tools agree on. They say nothing about what a module does: a damaged one is an error of its own and leaves the
// module readable, so callers decide whether to go on (wasmparser's lenient readers do the same, at the same offsets). Sources: core
// specification appendix "Custom Sections" (name) and the extended name section proposal; tool-conventions ProducersSection.md, Linking.md
// (target_features), DynamicLinking.md (dylink.0); component-model Binary.md (component-name).
#pragma once
#include <cargo_wasm/wasm/list.hpp>

#include <optional>

namespace cargo_wasm::wasm {

/// A numbered part of a custom section.
struct Subsection
{
  std::uint8_t id = 0;
  Cursor content;
};

/// Splits `content` into its numbered parts.
class SubsectionReader
{
public:
  SubsectionReader() = default;
  SubsectionReader(Source source, Cursor content, const char* name) : m_source(std::move(source)), m_cursor(content), m_name(name) {}
  /// False at the end, or when something is wrong: `finish` tells.
  bool next(Subsection& part);
  [[nodiscard]] std::uint64_t offset() const noexcept { return m_cursor.offset(); }
  [[nodiscard]] const Source& source() const noexcept { return m_source; }
  [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }
  void fail(const Failure& failure) { m_cursor.fail(failure); }
  [[nodiscard]] Result<> finish() const;

private:
  Source m_source;
  Cursor m_cursor;
  const char* m_name = "custom section";
};

struct Naming
{
  std::uint32_t index = 0;
  std::string_view name;
  static Naming read(Cursor& cursor);
};

/// Names by index, which rises strictly.
class NameMap
{
public:
  NameMap() = default;
  NameMap(Source source, Cursor content, const char* name) : m_names(std::move(source), content, name) {}
  bool next(Naming& naming);
  [[nodiscard]] const Failure& failure() const noexcept { return m_names.failure(); }
  [[nodiscard]] Result<> finish() const { return m_names.finish(); }

private:
  SectionReader<Naming> m_names;
  std::optional<std::uint32_t> m_last;
};

struct IndirectNaming
{
  std::uint32_t index = 0; ///< of the function, type or tag
  Cursor names;            ///< of its locals, labels, fields or parameters
  static IndirectNaming read(Cursor& cursor);
};

class IndirectNameMap
{
public:
  IndirectNameMap() = default;
  IndirectNameMap(Source source, Cursor content, const char* name) : m_entries(std::move(source), content, name), m_name(name) {}
  /// The next index and the names that belong to it.
  bool next(std::uint32_t& index, NameMap& names);
  [[nodiscard]] const Failure& failure() const noexcept { return m_entries.failure(); }
  [[nodiscard]] Result<> finish() const { return m_entries.finish(); }

private:
  SectionReader<IndirectNaming> m_entries;
  std::optional<std::uint32_t> m_last;
  const char* m_name = "";
};

enum class NameKind : std::uint8_t {
  module,
  function,
  local,
  label,
  type,
  table,
  memory,
  global,
  element,
  data,
  field,
  tag,
  parameter,
  tag_parameter,
  unknown,
};
/// Whether names of this kind belong to something that has an index itself: IndirectNameMap.
[[nodiscard]] constexpr bool is_indirect(NameKind kind)
{
  return kind == NameKind::local || kind == NameKind::label || kind == NameKind::field || kind == NameKind::parameter ||
         kind == NameKind::tag_parameter;
}

struct NameSubsection
{
  NameKind kind = NameKind::unknown;
  std::uint8_t id = 0;
  std::string_view module_name; ///< of `module`
  NameMap names;                ///< of the others, unless indirect
  IndirectNameMap indirect;
  Cursor content;
};

class NameSection
{
public:
  NameSection(const Source& source, Cursor content) : m_parts(source, content, "name section") {}
  bool next(NameSubsection& part);
  [[nodiscard]] const Failure& failure() const noexcept { return m_parts.failure(); }
  [[nodiscard]] Result<> finish() const { return m_parts.finish(); }

private:
  SubsectionReader m_parts;
  std::optional<std::uint8_t> m_last;
};

/// A part of `component-name`: the name of the component itself, or names of one index space.
struct ComponentNames
{
  std::optional<std::string_view> component;
  const char* kind = nullptr; ///< "core function", "instance", …; null when it is unknown
  std::uint8_t id = 0;
  NameMap names;
  Cursor content;
};

class ComponentNameSection
{
public:
  ComponentNameSection(const Source& source, Cursor content) : m_parts(source, content, "component-name section") {}
  bool next(ComponentNames& part);
  [[nodiscard]] const Failure& failure() const noexcept { return m_parts.failure(); }
  [[nodiscard]] Result<> finish() const { return m_parts.finish(); }

private:
  SubsectionReader m_parts;
};

struct Producer
{
  std::string_view name;
  std::string_view version;
  static Producer read(Cursor& cursor);
};

struct ProducersField
{
  std::string_view name; ///< language, sdk or processed-by
  Cursor values;         ///< for SectionReader<Producer>
  static ProducersField read(Cursor& cursor);
};

struct TargetFeature
{
  char prefix = '+';     ///< '+' used, '-' must not be used in the link, '=' (older objects) must be used
  std::string_view name; ///< "bulk-memory"
  static TargetFeature read(Cursor& cursor);
};

/// What a dynamic module asks of its loader.
struct DylinkMemory
{
  std::uint32_t memory_bytes = 0, memory_alignment_log2 = 0, table_entries = 0, table_alignment_log2 = 0;
};

struct DylinkSymbol
{
  std::string_view module; ///< of imports
  std::string_view name;
  std::uint32_t flags = 0;
};

enum class DylinkKind : std::uint8_t { memory = 1, needed, exports, imports, runtime_paths, target, unknown };

struct DylinkSubsection
{
  DylinkKind kind = DylinkKind::unknown;
  std::uint8_t id = 0;
  DylinkMemory memory;
  std::string_view target;
  std::uint32_t count = 0; ///< of needed, exports, imports, runtime_paths
  Cursor content;          ///< behind the count; of `unknown` everything
};

/// The `dylink.0` section. Lists are read when the part that holds them is read, and walked with `read_names` and `read_symbols`.
class DylinkSection
{
public:
  DylinkSection(const Source& source, Cursor content) : m_parts(source, content, "dylink.0 section") {}
  bool next(DylinkSubsection& part);
  [[nodiscard]] const Failure& failure() const noexcept { return m_parts.failure(); }
  [[nodiscard]] Result<> finish() const { return m_parts.finish(); }

  /// One of needed, runtime_paths; to be called `count` times on `content`.
  static std::string_view read_name(Cursor& content);
  /// One of exports, imports.
  static DylinkSymbol read_symbol(Cursor& content, DylinkKind kind);

private:
  SubsectionReader m_parts;
};

} // namespace cargo_wasm::wasm
