// Where code was written: the line table that compilers leave in an object's or a module's `.debug_line`.
//
// Only what leads from an instruction to file, line and column is read. Addresses count from the first byte of the code section's content,
// in objects as in linked modules: compilers write the offsets that hold before linking, so relocations need not be applied.
//
// Debug information says nothing about what a module does: what is damaged or of another version is left out, and no error.
// Sources: DWARF 4 and 5 §6.2; the DWARF-for-WebAssembly convention for addresses.
#pragma once
#include <cargo_wasm/wasm/module.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cargo_wasm::wasm {

struct CodePlace
{
  std::string file;         ///< as the compiler wrote it; relative to where it ran unless absolute
  std::uint32_t line = 0;   ///< from 1
  std::uint32_t column = 0; ///< from 1; 0: unknown
  bool operator==(const CodePlace&) const = default;
};

/// A row of the table: what holds from `address` to that of the next row.
struct LineRow
{
  std::uint64_t address = 0; ///< from the first byte of the code section's content
  std::uint32_t file = 0;    ///< index into DebugLines::files()
  std::uint32_t line = 0;    ///< 0: no line
  std::uint32_t column = 0;
  bool ends_sequence = false; ///< the first address behind a run of rows
  bool operator==(const LineRow&) const = default;
};

class DebugLines
{
public:
  /// Cost: linear in the table, which is decoded whole; about as many rows as the code has statements.
  explicit DebugLines(const Module& module);

  /// Where the instruction at `address` was written.
  [[nodiscard]] std::optional<CodePlace> find(std::uint64_t address) const;
  /// The file that a unit of `.debug_info` has as `number`; `unit` is where the unit's table begins in `.debug_line`. Null: there is none.
  [[nodiscard]] const std::string* file_of(std::uint64_t unit, std::uint64_t number) const;
  /// In the order of addresses; of two rows for one address the later one counts.
  [[nodiscard]] const std::vector<LineRow>& rows() const noexcept { return m_rows; }
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return m_files; }

private:
  std::vector<LineRow> m_rows;
  std::vector<std::string> m_files;
  std::vector<std::pair<std::uint64_t, std::size_t>> m_units; ///< where each begins in the section, and its first file
};

} // namespace cargo_wasm::wasm
