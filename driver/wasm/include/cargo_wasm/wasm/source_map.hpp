// Source maps: where code was written, in the form that browsers read and that optimizers carry along.
//
// For WebAssembly there is one generated line, and the column is the offset of an instruction in the module's file. A tool that rewrites
// code without understanding DWARF still keeps the map of a module right, because it keeps a place with every instruction.
// Sources: ECMA-426 (source map version 3); its use for WebAssembly in tool-conventions Debugging.md.
#pragma once
#include <cargo_wasm/wasm/debug_inlines.hpp>
#include <cargo_wasm/wasm/debug_lines.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::wasm {

/// The line table as a map. `code_offset`: where the code section's content starts in the file. A map has one place for an instruction and
/// knows nothing of inlined calls, so what the standard library has in somebody's function is told by the call that brought it there. Rows
/// without a line are left out: an older wasm-opt takes no segment without a place. Cost: linear in the rows and in .debug_info.
[[nodiscard]] std::string write_source_map(const DebugLines& lines, const DebugInlines& inlines, std::uint64_t code_offset);

class SourceMap
{
public:
  /// nullopt: no map that we understand (another version, several generated lines, damaged). Nothing depends on a map, so this is no error.
  [[nodiscard]] static std::optional<SourceMap> parse(std::string_view json);

  /// Where the instruction at this offset of the module's file was written.
  [[nodiscard]] std::optional<CodePlace> find(std::uint64_t file_offset) const;
  [[nodiscard]] std::size_t size() const noexcept { return m_segments.size(); } ///< how many places it knows

private:
  struct Segment
  {
    std::uint64_t offset = 0;
    std::optional<std::uint32_t> source; ///< nullopt: nobody knows
    std::uint32_t line = 0, column = 0;  ///< from 1
  };
  std::vector<Segment> m_segments; ///< by offset
  std::vector<std::string> m_sources;
};

} // namespace cargo_wasm::wasm
