#include "import_collisions.hpp"

#include <map>

#include <fmt/format.h>

#include "crate_of_object.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

constexpr std::size_t k_most_told = 10;
constexpr std::string_view k_expanded = "/expanded";

/// The crates of a failed link by their expanded sources.
class ExpandedCrates
{
public:
  ExpandedCrates(const exec::InspectedAction& failed, DeclarationFinder& finder) : m_failed(failed), m_finder(finder)
  {
    std::map<std::string_view, plan::ActionIndex> compiles;
    for (plan::ActionIndex action = 0; action < failed.graph.actions.size(); ++action) {
      compiles.emplace(failed.graph.actions[action].identity, action);
    }
    for (const plan::ActionTemplate& action : failed.graph.actions) {
      const std::string_view identity = action.identity;
      if (identity.ends_with(k_expanded)) {
        const auto compile = compiles.find(identity.substr(0, identity.size() - k_expanded.size()));
        if (compile != compiles.end()) {
          m_actions.emplace(action.outputs.front().path.native(), compile->second);
        }
      }
    }
  }

  [[nodiscard]] std::string package(const std::string& source) const
  {
    const auto found = m_actions.find(source);
    return found == m_actions.end() ? source : shown_package(m_failed.graph.actions[found->second].label);
  }

  /// Where a crate declares the import; nullopt where that was not found.
  [[nodiscard]] std::optional<rust::Location> locate(const shim::DeclaredImport& import, const std::string& field)
  {
    const auto found = m_actions.find(import.source);
    const auto declarations =
        found == m_actions.end() ? std::vector<Declaration>() : m_finder.find_in(found->second, {field, import.module});
    if (declarations.empty() || declarations.front().location.evidence == rust::Evidence::nothing) {
      return std::nullopt;
    }
    return declarations.front().location;
  }

private:
  const exec::InspectedAction& m_failed;
  DeclarationFinder& m_finder;
  std::map<std::string, plan::ActionIndex> m_actions; ///< by path of the expanded source
};

Error explain(const exec::InspectedAction& failed, const shim::ImportCollision& collision, ExpandedCrates& crates)
{
  const shim::DeclaredImport& first = collision.imports.front();
  Error error("CW0904",
              fmt::format("this compiler may take the import `{}` of module `{}` for another function", collision.field, first.module));
  if (const auto location = crates.locate(first, collision.field)) {
    error.where = declaration_caret(failed.env, *location);
  }
  error.notes.push_back(fmt::format("declared by crate `{}`", crates.package(first.source)));
  for (auto other = collision.imports.begin() + 1; other != collision.imports.end(); ++other) {
    const auto location = crates.locate(*other, collision.field);
    error.notes.push_back(fmt::format("crate `{}` imports `{}` from module `{}`{}",
                                      crates.package(other->source),
                                      collision.field,
                                      other->module,
                                      location ? ": " + shown_place(failed.env, location->where) : std::string()));
  }
  if (!collision.native.empty()) {
    error.notes.push_back(
        fmt::format("the same name is known to {}", describe(failed.graph, origin_of(failed.graph, failed.action, collision.native))));
  }
  return error;
}

} // namespace

std::vector<Error> explain_import_collisions(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  std::vector<Error> errors;
  if (report.import_collisions.empty()) {
    return errors;
  }
  ExpandedCrates crates(failed, finder);
  const bool tells_all = failed.env.reporter.verbosity() >= base::Verbosity::verbose;
  for (const shim::ImportCollision& collision : report.import_collisions) {
    if (errors.size() < k_most_told || tells_all) {
      errors.push_back(explain(failed, collision, crates));
    }
  }
  const std::size_t rest = report.import_collisions.size() - errors.size();
  if (rest != 0) {
    errors.back().notes.push_back(fmt::format("{} imports more have this problem; `-v` tells of each", rest));
  }
  errors.back().notes.emplace_back("rustc 1.91.0 forgets the module of an import that another crate uses (rust-lang/rust#148347)");
  errors.back().helps.emplace_back("compile with 1.91.1 or later, or with 1.90.0");
  errors.back().helps.emplace_back("`--ignore-defect merged-imports` links nevertheless");
  return errors;
}

} // namespace cargo_wasm::link
