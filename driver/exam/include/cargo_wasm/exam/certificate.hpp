// What an exam found, and how it is kept and told (docs/formats/exam-certificate.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::exam {

enum class Way : std::uint8_t {
  rustc, ///< rustc alone, with its defaults
  ours,  ///< through cargo-wasm: the shim, the audit, what is known of defects
};
enum class Verdict : std::uint8_t {
  passed,
  noted,   ///< what came out is no fault of this compiler's, but others do otherwise
  refused, ///< cargo-wasm saw what is wrong and made nothing
  failed,
};
[[nodiscard]] std::string_view to_string(Way way);
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// One thing that is not as it should be.
struct Finding
{
  std::string what; ///< "the import `right.open` is missing"
  std::string expected, came;
  bool operator==(const Finding&) const = default;
};

/// What was seen of one build, whether or not it was expected: what comparisons compare.
struct Observation
{
  bool built = false;
  std::string message;                             ///< of a failed build: its first error
  std::vector<std::string> imports, wasi, exports; ///< as ModuleFacts
  std::vector<std::string> says;                   ///< the transcript; empty where it was not run
  bool operator==(const Observation&) const = default;
};

/// One program in one setting, built in one way.
struct Cell
{
  std::string program, setting;
  Way way = Way::rustc;
  Verdict verdict = Verdict::passed;
  std::vector<Finding> findings;
  Observation observed;
};

struct ExaminedProgram
{
  std::string name, title, target;
  std::string left_out; ///< why it was not examined; empty if it was
};

struct Certificate
{
  std::string rustc;        ///< "1.91.0 (f8297e351 2025-10-28)"
  std::string llvm;         ///< "21.1.2"
  std::string identity;     ///< of the compiler's files, 64 hex digits
  std::string battery;      ///< digest of the programs, 16 hex digits
  std::string driver;       ///< version of cargo-wasm
  bool defect_data = true;  ///< whether what is known of the compiler's defects took part
  bool programs_ran = true; ///< false: there was no host to run them in
  std::vector<std::string> settings;
  std::vector<ExaminedProgram> programs;
  std::vector<Cell> cells;

  [[nodiscard]] std::size_t count(Way way, Verdict verdict) const;
  [[nodiscard]] bool passes() const; ///< nothing failed, in neither way
};

/// A table of all cells, the findings, and what follows from them.
[[nodiscard]] std::string certificate_text(const Certificate& certificate);
[[nodiscard]] std::string certificate_json(const Certificate& certificate);
/// nullopt: not a certificate, or one of another format; the exam is then held again.
[[nodiscard]] std::optional<Certificate> parse_certificate(std::string_view text);
/// What `after` does otherwise than `before`, in the cells that both have; a text for people.
[[nodiscard]] std::string comparison_text(const Certificate& before, const Certificate& after);

} // namespace cargo_wasm::exam
