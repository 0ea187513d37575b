// One line of rustc's stderr under `--error-format=json` (docs: rustc book, JSON output).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::exec {

struct CompilerMessage
{
  enum class Kind : std::uint8_t {
    text, ///< no JSON: shown as it is
    diagnostic,
    summary,         ///< "aborting due to …", "2 warnings emitted": replaced by our own summary
    artifact,        ///< a file is complete
    future_incompat, ///< a report about dependencies' code
    other,           ///< kinds that are not shown (section timings, unused externs)
  } kind = Kind::text;
  std::string level;               ///< of a diagnostic: "error", "warning", "note", "failure-note", …
  std::string rendered;            ///< of a diagnostic, with escapes, without the last newline
  std::string artifact;            ///< path
  bool has_code = false;           ///< a lint, or an error with a number
  bool machine_applicable = false; ///< `cargo fix` could apply a suggestion
};

[[nodiscard]] CompilerMessage parse_compiler_line(std::string_view line);

/// Without terminal escapes (CSI and OSC sequences).
[[nodiscard]] std::string strip_escapes(std::string_view text);

/// The raw JSON line with `rendered` free of escapes; the line itself when it is no JSON.
[[nodiscard]] std::string without_rendered_escapes(std::string_view line);

} // namespace cargo_wasm::exec
