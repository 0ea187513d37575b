// The programs of the exam, as data: profiles/exam/NAME/exam.toml beside a Cargo package (docs/guide/toolchain-exam.md).
//
// A program is small and about one thing that compilers and linkers have got wrong, or could. What must come out is written down in full:
// imports and exports with their types, and a transcript of what the program says and which functions of the host it really calls.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exam {

/// "path_open needs fd_close": a module that imports the first must import the second.
struct ImportPair
{
  std::string first, second;
};

struct Program
{
  std::string name;                ///< of the directory and of the package
  std::string title, about;        ///< one phrase each: what is examined, and why
  std::string target;              ///< triple
  std::vector<std::string> crates; ///< libraries it is made of, in the order they are compiled; each a directory of its own

  std::optional<std::vector<std::string>> imports; ///< "left.open : (i32) -> (i32)", all but those of WASI; nullopt: not judged
  std::optional<std::vector<std::string>> exports; ///< functions, all of them; nullopt: not judged
  std::vector<ImportPair> pairs;
  std::string refused; ///< the code with which cargo-wasm refuses to link it, whatever the compiler; rustc may do either

  std::vector<std::string> runs;              ///< `open_both(1)`, or a program's arguments; none: not run
  std::map<std::string, std::string> answers; ///< "left.open" → "10": what the host's function returns; 0 for others
  std::vector<std::string> counts;            ///< functions of WASI whose calls are counted at a program's end
  std::vector<std::string> says;              ///< the whole transcript

  std::vector<std::pair<std::string, std::string_view>> files; ///< path below the program's directory, text
  [[nodiscard]] bool is_library() const;                       ///< a `cdylib`; else a program with `_start`
};

/// The battery that came with the program, in the order of names. Errors: CW0693 an exam.toml that cannot be read, with its place.
[[nodiscard]] Result<std::vector<Program>> load_battery();
/// Errors: as above.
[[nodiscard]] Result<Program> parse_program(const base::Path& file, std::string_view name, std::string text);
/// 16 hex digits over all files and the host: another battery, another certificate.
[[nodiscard]] std::string battery_digest();

/// A way to build: what rustc is told, and the same as a Cargo profile.
struct Setting
{
  std::string_view name;       ///< "dev", "units-16"; also the profile's
  std::string_view rustc;      ///< flags, separated by blanks
  std::string_view final_only; ///< flags of the last crate alone
  std::string_view profile;    ///< lines below [profile.NAME]
};
[[nodiscard]] const std::vector<Setting>& settings();

} // namespace cargo_wasm::exam
