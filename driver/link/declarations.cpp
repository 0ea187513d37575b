#include "declarations.hpp"

#include <algorithm>

#include <cargo_wasm/exec/dep_info.hpp>

namespace cargo_wasm::link {

bool is_part_of_link(const plan::ActionTemplate& action)
{
  const bool is_compiled = action.dep_info.has_value(); // not only expanded
  return action.kind == plan::ActionKind::rustc && is_compiled && action.label.target_kind != "proc-macro" &&
         action.label.target_kind != "custom-build" && action.message_target != nullptr;
}

DeclarationFinder::DeclarationFinder(const exec::InspectedAction& action) : m_action(action)
{
  const plan::ActionTemplate& link = action.graph.actions[action.action];
  m_crates.push_back({.action = action.action, .text = {}, .reading = {}});
  for (const plan::TemplateDependency& dependency : link.dependencies) {
    if (is_part_of_link(action.graph.actions[dependency.action])) {
      m_crates.push_back({.action = dependency.action, .text = {}, .reading = {}});
    }
  }
}

const std::string& DeclarationFinder::text_of(Crate& crate)
{
  if (!crate.text) {
    crate.text.emplace();
    const plan::ActionTemplate& tmpl = m_action.graph.actions[crate.action];
    const auto rules = tmpl.dep_info ? m_action.env.fs.read(*tmpl.dep_info) : Result<std::string>(std::string());
    const auto dep_info = rules ? exec::parse_dep_info(*rules) : std::nullopt;
    for (const std::string& file : dep_info ? dep_info->files : std::vector<std::string>()) {
      if (const auto text = m_action.env.fs.read(tmpl.cwd / file)) {
        *crate.text += *text;
        *crate.text += '\n';
      }
    }
  }
  return *crate.text;
}

const CrateReading* DeclarationFinder::read(Crate& crate)
{
  if (!crate.was_read) {
    crate.was_read = true;
    auto reading = CrateReading::read(m_action.env, m_action.graph.actions[crate.action], m_action.command_of(crate.action));
    if (reading) {
      crate.reading = std::move(*reading);
    } else {
      m_unread.push_back(std::move(reading.error()));
    }
  }
  return crate.reading.get();
}

void DeclarationFinder::add_declarations(Crate& crate, const WantedSymbol& wanted, std::vector<Declaration>& found)
{
  const CrateReading* reading = read(crate);
  if (reading == nullptr) {
    return;
  }
  for (const rust::ForeignBlock& block : reading->declared().blocks) {
    for (const rust::ForeignItem& item : block.items) {
      const bool is_function = item.kind == rust::ForeignItem::Kind::function;
      if (item.symbol() != wanted.name || item.kind == rust::ForeignItem::Kind::type) {
        continue;
      }
      // rustc ignores the module where a variable is declared.
      if ((is_function ? block.wasm_import_module() : std::nullopt) != wanted.module) {
        continue;
      }
      Declaration declaration{.crate = crate.action,
                              .item = item.name,
                              .kind = item.kind,
                              .location = reading->locate(item),
                              .block = {},
                              .parameters = item.parameters,
                              .neighbours = {}};
      if (declaration.location.block) {
        const rust::SourceFile& file = reading->sources().files[declaration.location.file];
        declaration.block = rust::to_text_span(file.path, file.text, *declaration.location.block);
      }
      for (const rust::ForeignItem& other : block.items) {
        if (&other != &item && other.kind != rust::ForeignItem::Kind::type) {
          declaration.neighbours.push_back(other.symbol());
        }
      }
      found.push_back(std::move(declaration));
    }
  }
}

std::vector<Declaration> DeclarationFinder::find_in(plan::ActionIndex action, const WantedSymbol& wanted)
{
  std::vector<Declaration> found;
  const auto crate = std::ranges::find(m_crates, action, &Crate::action);
  if (crate != m_crates.end()) {
    add_declarations(*crate, wanted, found);
  }
  return found;
}

std::optional<base::TextSpan> DeclarationFinder::find_definition(plan::ActionIndex action, std::string_view symbol)
{
  const auto crate = std::ranges::find(m_crates, action, &Crate::action);
  const CrateReading* const reading = crate == m_crates.end() ? nullptr : read(*crate);
  if (reading == nullptr) {
    return std::nullopt;
  }
  for (const rust::SourceFile& file : reading->sources().files) {
    for (const rust::LinkerDefinition& definition : rust::read_foreign_items(file.text).definitions) {
      if (definition.symbol == symbol) {
        return rust::to_text_span(file.path, file.text, definition.name_span);
      }
    }
  }
  return std::nullopt;
}

std::vector<Declaration> DeclarationFinder::find(const WantedSymbol& wanted, std::optional<plan::ActionIndex> likely)
{
  if (likely) {
    std::stable_partition(m_crates.begin(), m_crates.end(), [&](const Crate& crate) { return crate.action == *likely; });
  }
  std::vector<Declaration> found = find_written(wanted);
  return found.empty() ? find_made(wanted) : found;
}

std::vector<Declaration> DeclarationFinder::find_written(const WantedSymbol& wanted)
{
  std::vector<Declaration> found;
  for (Crate& crate : m_crates) {
    if (text_of(crate).find(wanted.name) != std::string::npos) {
      add_declarations(crate, wanted, found);
    }
  }
  return found;
}

std::vector<Declaration> DeclarationFinder::find_made(const WantedSymbol& wanted)
{
  std::vector<Declaration> found;
  for (Crate& crate : m_crates) {
    // A name that no file contains was put together by a macro, which an `extern` block or a procedural macro's crate has to do.
    if (!found.empty()) {
      break;
    }
    if (text_of(crate).find("extern") != std::string::npos) {
      add_declarations(crate, wanted, found);
    }
  }
  return found;
}

} // namespace cargo_wasm::link
