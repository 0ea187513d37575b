// The edits that make undefined functions imports: in the workspace's own sources the attribute, for dependencies an entry in the
// manifest and a patch for their authors. Nothing is written here.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/link/undefined_symbols.hpp>

namespace cargo_wasm::link {

/// One source file with `#[link(wasm_import_module = "env")]` where it was missing.
struct SourceEdit
{
  base::Path file; ///< absolute
  std::string before, after;
  std::vector<std::string> symbols;
};

/// What a dependency's authors should change.
struct UpstreamPatch
{
  std::string package; ///< "dep-1.2.3"
  std::string text;    ///< `patch -p1` in the package's directory takes it
};

struct ImportEdits
{
  std::vector<SourceEdit> sources; ///< of workspace members, by file
  std::vector<std::string> allow;  ///< functions to list, sorted: what dependencies declare, and what a macro makes
  std::vector<UpstreamPatch> patches;
  std::vector<std::string> left; ///< symbols that no edit makes imports: variables, and what C code wants
};

/// Errors: CW0665 to CW0667 a block that cannot be split; CW0001, CW0002 a source that cannot be read.
[[nodiscard]] Result<ImportEdits> plan_import_edits(const Env& env, const plan::ActionGraph& graph, const UndefinedSymbols& undefined);

/// A manifest with these functions added to `[package.metadata.wasm.imports] allow`; everything else keeps its bytes.
/// Errors: CW0100 the manifest cannot be read; CW0752 the list is written so that nothing can be added to it.
[[nodiscard]] Result<std::string>
allow_imports(const base::Path& manifest, const std::string& text, const std::vector<std::string>& functions);

} // namespace cargo_wasm::link
