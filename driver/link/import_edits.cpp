#include <cargo_wasm/link/import_edits.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include <cargo_wasm/rust/split_block.hpp>

#include "crate_reading.hpp"

namespace cargo_wasm::link {

namespace {

/// All edits of one file.
struct FileEdits
{
  plan::ActionIndex crate = 0;
  std::map<std::uint32_t, std::set<std::string>> blocks; ///< where each begins → items
  std::set<std::string> symbols;
};

bool is_in_workspace(const plan::ActionGraph& graph, const base::Path& file)
{
  return file.native().starts_with(graph.workspace_root.native() + "/");
}

class EditPlanner
{
public:
  EditPlanner(const Env& env, const plan::ActionGraph& graph) : m_env(env), m_graph(graph) {}

  Result<ImportEdits> run(const UndefinedSymbols& undefined)
  {
    ImportEdits edits;
    for (const UndefinedSymbol& symbol : undefined.symbols) {
      collect(symbol, edits);
    }
    std::ranges::sort(edits.allow);
    std::map<std::string, std::string> patches;
    for (const auto& [file, wanted] : m_files) {
      CW_TRY_ASSIGN(SourceEdit edit, edit_of(file, wanted));
      if (is_in_workspace(m_graph, file)) {
        edits.sources.push_back(std::move(edit));
        continue;
      }
      const plan::ActionTemplate& crate = m_graph.actions[wanted.crate];
      const base::Path relative = file.lexically_relative(crate.package_root);
      patches[crate.label.package_name + "-" + crate.label.package_version] +=
          rust::unified_diff(edit.before, edit.after, relative.native());
    }
    for (auto& [package, text] : patches) {
      edits.patches.push_back({package, std::move(text)});
    }
    return edits;
  }

private:
  void collect(const UndefinedSymbol& symbol, ImportEdits& edits)
  {
    const bool is_function = !symbol.declarations.empty() && std::ranges::all_of(symbol.declarations, [](const Declaration& declaration) {
      return declaration.kind == rust::ForeignItem::Kind::function;
    });
    if (!is_function) {
      edits.left.push_back(symbol.name);
      return;
    }
    bool needs_entry = false;
    for (const Declaration& declaration : symbol.declarations) {
      if (!declaration.location.block) {
        needs_entry = true; // a macro makes it: there is no block to put the attribute on
        continue;
      }
      const base::Path& file = declaration.location.where.file;
      needs_entry = needs_entry || !is_in_workspace(m_graph, file);
      FileEdits& wanted = m_files[file];
      wanted.crate = declaration.crate;
      wanted.blocks[declaration.location.block->begin].insert(declaration.item);
      wanted.symbols.insert(symbol.name);
    }
    if (needs_entry) {
      edits.allow.push_back(symbol.name);
    }
  }

  [[nodiscard]] Result<SourceEdit> edit_of(const base::Path& file, const FileEdits& wanted) const
  {
    SourceEdit edit;
    edit.file = file;
    edit.symbols.assign(wanted.symbols.begin(), wanted.symbols.end());
    CW_TRY_ASSIGN(edit.before, m_env.fs.read(file));
    std::vector<rust::BlockEdit> blocks;
    for (const auto& [begin, items] : wanted.blocks) {
      blocks.push_back({begin, {items.begin(), items.end()}});
    }
    const rust::Edition edition = edition_of(m_graph.actions[wanted.crate]);
    CW_TRY_ASSIGN(edit.after, rust::declare_imports(edit.before, std::move(blocks), "env", edition));
    return edit;
  }

  const Env& m_env;
  const plan::ActionGraph& m_graph;
  std::map<base::Path, FileEdits> m_files;
};

} // namespace

Result<ImportEdits> plan_import_edits(const Env& env, const plan::ActionGraph& graph, const UndefinedSymbols& undefined)
{
  return EditPlanner(env, graph).run(undefined);
}

} // namespace cargo_wasm::link
