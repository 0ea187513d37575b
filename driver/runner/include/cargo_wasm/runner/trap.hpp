// Traps: what a runtime prints when a module fails, and the same as a Rust programmer expects to read it.
//
// Runtimes name frames by function index, by name as mangled or not, by the offset of the instruction in the file (V8, wasmtime) or in the
// code section (wazero). All of these lead to the same place in the module, and from there its name section and line table lead to the
// source. Where the module itself was stripped, a sibling whose code section has the same bytes tells the same.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::runner {

struct TrapFrame
{
  std::string name; ///< as the runtime shows it; may be empty
  std::optional<std::uint32_t> function;
  std::optional<std::uint64_t> offset;
  bool counts_from_code = false; ///< `offset` is that in the code section
  bool operator==(const TrapFrame&) const = default;
};

struct Trap
{
  std::string reason; ///< "unreachable"
  std::vector<TrapFrame> frames;
  bool operator==(const Trap&) const = default;
};

struct TrapText
{
  std::string before; ///< what the program itself had written
  std::optional<Trap> trap;
};

/// Takes apart what a program and its runtime wrote to stderr: Node and browsers, wasmtime, wazero, wasmi and wasm3.
/// Text without a trap is all `before`.
[[nodiscard]] TrapText split_trap(std::string_view text);
/// Whether a trap's report begins with this line.
[[nodiscard]] bool begins_trap(std::string_view line);

/// One line of a backtrace.
struct SourceFrame
{
  std::string function;   ///< "app::parse"; "function 12" when it has no name
  std::string file;       ///< as the compiler wrote it; empty: unknown
  std::uint32_t line = 0; ///< 0: unknown
  std::uint32_t column = 0;
  bool operator==(const SourceFrame&) const = default;
};

/// Leads from frames to sources. Reads each module once; line tables when the first frame is asked for.
class TrapSymbols
{
public:
  /// `siblings`: the same module before it was stripped. Those with other code are not used. What cannot be read tells nothing.
  TrapSymbols(const base::ReadOnlyFilesystem& fs, const base::Path& module, const std::vector<base::Path>& siblings);
  ~TrapSymbols();
  TrapSymbols(TrapSymbols&&) noexcept;
  TrapSymbols& operator=(TrapSymbols&&) noexcept;

  /// The innermost first: functions that were inlined, then the one that the module has.
  [[nodiscard]] std::vector<SourceFrame> resolve(const TrapFrame& frame) const;
  /// Whether any module that fits has a line table.
  [[nodiscard]] bool has_lines() const;

private:
  struct Data;
  std::unique_ptr<Data> m_data;
};

struct BacktraceStyle
{
  base::Path cwd;    ///< paths below it are shown relative to it
  bool full = false; ///< with the frames of panicking and of what starts `main` or a test
};

/// The frames that concern the program: without the machinery of panics above and of the start below, unless `full`.
[[nodiscard]] std::vector<SourceFrame> concerning(std::vector<SourceFrame> frames, bool full);
/// "stack backtrace:\n   0: app::parse at src/lib.rs:12:5\n"; empty without frames.
[[nodiscard]] std::string backtrace_text(const Trap& trap, const TrapSymbols& symbols, const BacktraceStyle& style);

} // namespace cargo_wasm::runner
