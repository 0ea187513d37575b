// What a wasm-ld command line asks for: the inputs in their order, what keeps symbols alive, what memory looks like.
//
// Read once by the shim, so that the model of the link (which members are extracted, what is live) starts from the same facts as the
// linker. Options that change none of this are kept as they are and not interpreted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::shim {

/// One thing to link, in the order of the command line, which decides what archives give.
struct LinkerInput
{
  std::string name;           ///< a path, or what stood behind `-l`
  bool is_library = false;    ///< `-l NAME`: looked for as libNAME.a
  bool whole_archive = false; ///< every member is loaded, needed or not
  bool lazy = false;          ///< between --start-lib and --end-lib: an object that counts as an archive's member
  std::uint32_t argument = 0; ///< its place among the arguments
  bool operator==(const LinkerInput&) const = default;
};

enum class Unresolved : std::uint8_t { error, warn, ignore, import_dynamic };
enum class Strip : std::uint8_t { none, debug, all };

struct LinkerOptions
{
  std::vector<LinkerInput> inputs;
  std::vector<std::string> search_paths;
  std::string output = "a.out";

  std::optional<std::string> entry; ///< as given; without it `_start`, unless no_entry
  bool no_entry = false;
  std::vector<std::string> exports;            ///< --export: an error when not defined
  std::vector<std::string> exports_if_defined; ///< --export-if-defined
  std::vector<std::string> forced_undefined;   ///< -u: kept alive and pulled out of archives
  std::vector<std::string> wrapped;            ///< --wrap
  bool export_all = false;
  bool export_dynamic = false;
  bool gc_sections = true;
  bool relocatable = false;
  bool shared = false;
  bool pie = false;

  Unresolved unresolved = Unresolved::error;
  bool import_undefined = false;
  std::vector<std::string> allow_undefined_files;
  std::vector<std::uint32_t> allow_undefined_arguments; ///< where `--allow-undefined` itself stands
  bool fatal_warnings = false;
  Strip strip = Strip::none;

  std::optional<std::uint64_t> initial_memory_bytes;
  std::optional<std::uint64_t> max_memory_bytes;
  std::optional<std::uint64_t> stack_size_bytes; ///< `-z stack-size=`
  bool import_memory = false;
  bool shared_memory = false;
  bool export_memory = false;
  bool import_table = false;
  bool export_table = false;
  bool growable_table = false;

  /// The entry that the linker will use: `_start` unless told otherwise, none for a module without one.
  [[nodiscard]] std::optional<std::string> entry_symbol() const;
  bool operator==(const LinkerOptions&) const = default;
};

/// Reads an expanded command line without the program's name. Never fails: what the linker would refuse it refuses itself, and better.
/// Later options win as they do in lld. A leading `-flavor wasm` is rustc's and skipped.
/// Source: lld/wasm/Options.td and Driver.cpp (LLVM 18 to 23).
[[nodiscard]] LinkerOptions read_linker_options(const std::vector<std::string>& arguments);

/// The file that a `-l NAME` means: libNAME.a in the first search path that has it; `-l:FILE` takes FILE itself.
[[nodiscard]] std::optional<base::Path> find_library(const base::ReadOnlyFilesystem& fs,
                                                     const base::Path& cwd,
                                                     const std::vector<std::string>& search_paths,
                                                     std::string_view name);

} // namespace cargo_wasm::shim
