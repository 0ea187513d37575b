// What a compilation reads and rustc's list of files (dep-info) does not name.
//
// A build script names files (`rerun-if-changed=migrations`) that not it reads but a macro in its package, or the linker: cargo then runs
// the script and compiles whatever depends on it, whether the script says something new or not. Here a script's run that says the same
// changes nothing by itself, so what was named counts for those compilations, too. And linkers read libraries, object files and scripts
// that arguments name. A script that another told where its headers lie (`DEP_Z_INCLUDE`) reads them just so.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/seal.hpp>

namespace cargo_wasm::exec {

constexpr const char* k_named_by_scripts = "named-by-scripts"; ///< in a key's platform: digest_of_names

/// What one script's run has named for a compilation.
struct NamedInputs
{
  plan::ActionIndex script = 0;
  std::vector<std::string> files; ///< absolute paths, of files or directories
  std::vector<std::string> variables;
  bool whole_package = false; ///< it named nothing
};

/// Macros are code that runs in the compiler.
/// @param used  what the action reads, by paths or place names
[[nodiscard]] bool loads_macros(const std::vector<std::pair<std::string, base::Digest>>& used);

/// A build script's run, or a compilation that loads macros: code of packages, which may read what it does not say.
[[nodiscard]] bool runs_code_here(const plan::ActionTemplate& tmpl, const std::vector<std::pair<std::string, base::Digest>>& used);

/// @param script  the template of the run
[[nodiscard]] NamedInputs
named_by(const plan::ActionTemplate& script, plan::ActionIndex index, const ScriptOutput& output, bool whole_package);

/// Of scripts that this compilation may read for: that of its own package where it loads macros, and those that give linkers something that
/// lies outside of their OUT_DIR. For a script's run: of those that tell it something.
/// @param used  what the action reads, with paths (`used_outputs`)
[[nodiscard]] std::vector<NamedInputs> named_by_scripts(const plan::ActionGraph& graph,
                                                        plan::ActionIndex index,
                                                        std::span<const KnownResult> results,
                                                        const std::vector<std::pair<std::string, base::Digest>>& used);

/// One digest of the names, so that a script that names others makes its dependents look again. Empty for none.
[[nodiscard]] std::string digest_of_names(const std::vector<NamedInputs>& named, const PlaceNames& places);

/// Files that linker and compiler find by `-L`, `-l` and link arguments: absolute paths, sorted. Directories of dependencies are left out,
/// since what is read there is known.
/// @param cwd  where the command runs
/// Errors: those of listing a directory.
[[nodiscard]] Result<std::vector<std::string>>
linked_files(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const std::vector<std::string>& arguments);

/// What `-L` names but directories of dependencies.
[[nodiscard]] std::vector<base::Path> library_directories(const base::Path& cwd, const std::vector<std::string>& arguments);

/// One digest of the names of what a linker may find in each directory that `-L` names: a library that appears in one of them may be taken
/// instead of that in a later one. Without directories below `built`, whose contents the results say that made them. Empty: no directory.
[[nodiscard]] std::string digest_of_libraries(const base::ReadOnlyFilesystem& fs,
                                              const base::Path& cwd,
                                              const std::vector<std::string>& arguments,
                                              const base::Path& built);

/// One digest of what lies beside files that a macro has had compiled, by names alone: it may have listed the directory (`dist/`), and one
/// file more is one that it would name. Empty: there is no such file.
/// @param files  place names
/// @param apart  directories that count otherwise: those of libraries, and what is built
[[nodiscard]] std::string digest_of_names_beside(const base::ReadOnlyFilesystem& fs,
                                                 const PlaceNames& places,
                                                 const std::vector<std::string>& files,
                                                 const std::vector<base::Path>& apart);

} // namespace cargo_wasm::exec
