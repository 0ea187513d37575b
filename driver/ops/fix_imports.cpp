// `fix --imports` and `migrate imports`: what the linker misses, made imports. The first writes the edits and links again; the second only
// shows them.
#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/link/import_edits.hpp>
#include <cargo_wasm/rust/split_block.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

namespace {

/// A build that was tried, and what was undefined in it.
struct Attempt
{
  Result<Compiled> compiled;
  link::UndefinedSymbols undefined;
  plan::ActionGraph graph; ///< of the failed build
  base::Path manifest;     ///< of the package that did not link
};

Attempt attempt(const Env& env, const GlobalOptions& options, const CompileRequest& request)
{
  Attempt result{Compiled(), {}, {}, {}};
  CompileRequest compilation = request;
  compilation.measures_sizes = false;
  compilation.exec.explain_failure = [&](const exec::InspectedAction& failed) {
    link::UndefinedSymbols undefined = link::find_undefined_symbols(failed);
    if (undefined.symbols.empty()) {
      return std::vector<Error>();
    }
    result.undefined = std::move(undefined);
    result.graph = failed.graph;
    result.manifest = failed.graph.actions[failed.action].manifest_path;
    return result.undefined.unread;
  };
  result.compiled = compile(env, options, compilation, nullptr);
  return result;
}

void tell_left(const Env& env, const link::ImportEdits& edits)
{
  for (const std::string& symbol : edits.left) {
    env.reporter.warning(Error("CW0753", fmt::format("`{}` is left undefined", symbol))
                             .note("it is a variable, or C code wants it: no attribute in Rust makes it an import")
                             .help("`cargo-wasm build` shows who wants it"));
  }
}

Result<> write_patches(const Env& env, const Attempt& tried, const link::ImportEdits& edits)
{
  const base::Path directory = tried.graph.target_directory / "import-patches";
  for (const link::UpstreamPatch& patch : edits.patches) {
    CW_TRY(env.fs.create_directories(directory));
    const base::Path file = directory / (patch.package + ".patch");
    CW_TRY(env.fs.write_atomic(file, patch.text));
    env.reporter.status("Wrote", fmt::format("{} for the authors of `{}`", file.string(), patch.package));
  }
  return {};
}

/// The manifest with what dependencies need; nullopt when they need nothing.
Result<std::optional<link::SourceEdit>> manifest_edit(const Env& env, const Attempt& tried, const link::ImportEdits& edits)
{
  if (edits.allow.empty()) {
    return std::nullopt;
  }
  link::SourceEdit edit;
  edit.file = tried.manifest;
  edit.symbols = edits.allow;
  CW_TRY_ASSIGN(edit.before, env.fs.read(tried.manifest));
  CW_TRY_ASSIGN(edit.after, link::allow_imports(tried.manifest, edit.before, edits.allow));
  return edit;
}

} // namespace

Result<> fix_imports(const Env& env, const GlobalOptions& options, const FixImportsRequest& request)
{
  Attempt tried = attempt(env, options, request.compile);
  if (tried.compiled) {
    env.reporter.status("Finished", "every symbol is defined or a declared import: nothing to do");
    return {};
  }
  if (tried.undefined.symbols.empty()) {
    return fail(std::move(tried.compiled.error()));
  }
  CW_TRY_ASSIGN(link::ImportEdits edits, link::plan_import_edits(env, tried.graph, tried.undefined));
  CW_TRY_ASSIGN(auto in_manifest, manifest_edit(env, tried, edits));
  std::vector<link::SourceEdit> files = std::move(edits.sources);
  if (in_manifest) {
    files.push_back(std::move(*in_manifest));
  }
  for (const link::SourceEdit& edit : files) {
    const base::Path shown = base::shown_path(tried.graph.workspace_root, edit.file);
    if (request.show_only) {
      env.reporter.result(rust::unified_diff(edit.before, edit.after, shown.native()));
    } else {
      CW_TRY(env.fs.write_atomic(edit.file, edit.after));
      env.reporter.status("Fixed", fmt::format("{} ({})", shown.string(), base::join(edit.symbols, ", ")));
    }
  }
  tell_left(env, edits);
  CW_TRY(write_patches(env, tried, edits));
  if (request.show_only) {
    return {};
  }
  const Attempt again = attempt(env, options, request.compile);
  const bool only_left = again.compiled || (again.undefined.symbols.size() == edits.left.size() && !edits.left.empty());
  if (!only_left) {
    for (const link::SourceEdit& edit : files) {
      CW_TRY(env.fs.write_atomic(edit.file, edit.before));
    }
    return fail(Error("CW0751", "the edits did not make it link, so they were taken back")
                    .help("`cargo-wasm migrate imports` shows them without making them"));
  }
  if (!again.compiled) {
    return fail(again.compiled.error());
  }
  env.reporter.status("Finished", "it links now");
  return {};
}

} // namespace cargo_wasm::ops
