// Which functions were inlined where: the tree of `.debug_info` as far as a backtrace needs it.
//
// A line table tells where an instruction was written; that may be in a function which became part of another one, and of that one part of
// a third. For an address this tells the calls between the function that the module has and the one that the instruction belongs to. Read
// are DWARF 2 to 4, which rustc and clang write for WebAssembly; units of version 5 are left out. As with line tables, damage is no error.
// Sources: DWARF 4 §2.17, §3.3.8, §7.5.
#pragma once
#include <cargo_wasm/wasm/debug_lines.hpp>

#include <memory>

namespace cargo_wasm::wasm {

/// A call that is no call any more.
struct InlinedCall
{
  std::string callee;  ///< as linkers see it, so mostly mangled; empty when it has no name
  CodePlace called_at; ///< line 0: unknown
  bool operator==(const InlinedCall&) const = default;
};

/// Code of an inlined function; one such function may have several.
struct InlinedRange
{
  std::uint64_t begin = 0, end = 0; ///< from the code section's content
  std::uint32_t depth = 0;          ///< of the tree: what lies within another is deeper
  CodePlace called_at;              ///< line 0: unknown
};

class DebugInlines
{
public:
  /// Reads the headers of units. `module` and `lines`, of the same module, must live on.
  DebugInlines(const Module& module, const DebugLines& lines);
  ~DebugInlines();
  DebugInlines(DebugInlines&&) noexcept;
  DebugInlines& operator=(DebugInlines&&) noexcept;

  /// The calls around `address`, from the function that the module has inwards. Cost: a pass over the units that have the address.
  [[nodiscard]] std::vector<InlinedCall> calls_at(std::uint64_t address) const;
  /// All inlined code, by its begin, the outer before the inner. Cost: one pass over everything.
  [[nodiscard]] std::vector<InlinedRange> ranges() const;

private:
  struct Data;
  std::unique_ptr<Data> m_data;
};

} // namespace cargo_wasm::wasm
