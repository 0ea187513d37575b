// The entries of the sections of a core module, one struct a kind. Views: names and bytes stay in the file.
// Source: core specification §5.5; compact import section proposal.
#pragma once
#include <cargo_wasm/wasm/operators.hpp>

namespace cargo_wasm::wasm {

struct Import
{
  std::uint64_t offset = 0; ///< of the entry; within a compact group, of the name
  std::string_view module;
  std::string_view name;
  ExternType type;
  /// The form with both names; compact groups are read by ImportGroup.
  static Import read(Cursor& cursor);
};

enum class ImportForm : std::uint8_t {
  single,
  compact,      ///< one module, and a name and a type for each
  compact_type, ///< one module and one type, and a name for each
};

/// An entry of the import section: usually one import.
class ImportGroup
{
public:
  static ImportGroup read(Cursor& cursor);
  [[nodiscard]] ImportForm form() const noexcept { return m_form; }

  /// Reads the next import of the group. False when there is none, or when it is wrong: see `failure`. The members of a compact group were
  /// passed over when the group was read; their names are checked here.
  bool next(Import& import);
  [[nodiscard]] const Failure& failure() const noexcept { return m_rest.failure(); }

private:
  ImportForm m_form = ImportForm::single;
  Import m_import;
  Cursor m_rest;
  std::uint32_t m_left = 0;
};

struct Table
{
  TableType type;
  std::optional<ConstExpr> init;
  static Table read(Cursor& cursor);
};

struct Global
{
  GlobalType type;
  ConstExpr init;
  static Global read(Cursor& cursor);
};

struct Export
{
  std::string_view name;
  ExternalKind kind = ExternalKind::func;
  std::uint32_t index = 0;
  static Export read(Cursor& cursor);
};

enum class SegmentMode : std::uint8_t { active, passive, declared };

struct Element
{
  SegmentMode mode = SegmentMode::active;
  std::optional<std::uint32_t> table_index; ///< of active segments, where it is given; else it is 0
  ConstExpr offset;                         ///< of active segments
  bool has_expressions = false;
  RefType type;                  ///< of the expressions
  List<std::uint32_t> functions; ///< unless there are expressions
  List<ConstExpr> expressions;
  std::uint64_t begin = 0; ///< place of the segment in the file
  std::uint64_t end = 0;
  static Element read(Cursor& cursor);
};

struct Data
{
  SegmentMode mode = SegmentMode::active;
  std::uint32_t memory_index = 0;
  ConstExpr offset; ///< of active segments
  std::string_view bytes;
  std::uint64_t begin = 0; ///< place of the segment in the file, header included
  std::uint64_t end = 0;
  static Data read(Cursor& cursor);
};

struct LocalGroup
{
  std::uint32_t count = 0;
  ValType type;
};

/// The locals and the code of one function.
class FunctionBody
{
public:
  FunctionBody() = default;
  /// `content` is what stands behind the size.
  explicit FunctionBody(Cursor content) : m_content(content) {}
  /// Size and content; the size may reach to the end of `cursor`.
  static FunctionBody read(Cursor& cursor);

  [[nodiscard]] std::uint64_t begin() const noexcept { return m_content.offset(); }
  [[nodiscard]] std::uint64_t end() const noexcept { return m_content.end_offset(); }
  [[nodiscard]] const Cursor& content() const noexcept { return m_content; }

  /// The groups of locals, one after another, and behind the last the instructions.
  class Locals
  {
  public:
    explicit Locals(Cursor content);
    bool next(LocalGroup& group);
    [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }
    /// Once `next` was false and nothing failed: a cursor at the first instruction.
    [[nodiscard]] const Cursor& code() const noexcept { return m_cursor; }

  private:
    Cursor m_cursor;
    std::uint32_t m_left = 0;
    std::uint32_t m_total = 0;
  };
  [[nodiscard]] Locals locals() const { return Locals(m_content); }
  /// A cursor at the first instruction; failed where the locals are wrong.
  [[nodiscard]] Cursor code() const;

private:
  Cursor m_content;
};

} // namespace cargo_wasm::wasm
