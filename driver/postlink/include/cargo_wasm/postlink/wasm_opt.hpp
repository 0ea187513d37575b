// wasm-opt, Binaryen's optimizer, as it is on this machine: found, asked what it is, and told which features of WebAssembly a module has.
//
// Builds of it differ in what they know and in whether they carry DWARF along: the one of Debian does, the one that npm has rewrites the
// code and leaves the line tables as they were, so that every line is wrong. Nothing of this depends on the version in a way that could be
// written down, so the program itself is asked.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::postlink {

struct WasmOpt
{
  base::Path program;
  std::string version;                             ///< what it says of itself: "version 132 (version_132)"
  std::set<std::string, std::less<>> enable_flags; ///< "enable-simd" …, of its help
  bool updates_dwarf = false;
  std::set<std::string, std::less<>> lowerings = {}; ///< passes of its help that replace instructions: "signext-lowering" …
  /// An export of a second table stays one of that table. wasm-opt 108 makes it one of the first: JavaScript of wasm-bindgen fails then.
  bool exports_later_tables = true;
  bool operator==(const WasmOpt&) const = default;
};

/// Where a wasm-opt is: `configured` if there is one, else npm's `binaryen` in a `node_modules` of `project` or above it, else PATH.
[[nodiscard]] std::optional<base::Path>
find_wasm_opt(const base::Env& env, const std::optional<base::Path>& configured, const base::Path& project);

/// Asks the program: its version, its options, and two modules, one with line tables, one that exports a second table. Kept below
/// `cache_directory` by the file's path, size and time. Errors: CW0850 it cannot be started, or is something else. Cost: four runs of it,
/// once.
[[nodiscard]] Result<WasmOpt> probe_wasm_opt(const base::Env& env, const base::Path& program, const base::Path& cache_directory);

/// The option by which this build replaces what a feature brought by older instructions; nullopt: it cannot. Source: Binaryen's --help.
[[nodiscard]] std::optional<std::string> lowering_option(const WasmOpt& tool, std::string_view feature);

struct FeatureOptions
{
  std::vector<std::string> options; ///< "--enable-bulk-memory" …, sorted
  std::vector<std::string> unknown; ///< features for which this build has no option
};

/// The options for a module with these features, in the spelling of `target_features` sections. What a build does not tell apart from a
/// feature that it knows (`bulk-memory-opt` is a part of `bulk-memory`) is no unknown feature. Source: tool-conventions Linking.md;
/// Binaryen's
/// --help.
[[nodiscard]] FeatureOptions feature_options(const WasmOpt& tool, std::span<const std::string> features);

} // namespace cargo_wasm::postlink
