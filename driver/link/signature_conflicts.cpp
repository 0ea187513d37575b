#include "signature_conflicts.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>

#include "compiler_facts.hpp"
#include "crate_of_object.hpp"
#include "source_place.hpp"
#include "type_difference.hpp"

namespace cargo_wasm::link {

namespace {

/// Whether a parameter of this Rust type may be a structure by value: a name that is no number's, pointer's or C integer's.
bool may_be_structure(std::string_view type)
{
  constexpr std::array<std::string_view, 18> k_scalars{"i8",
                                                       "i16",
                                                       "i32",
                                                       "i64",
                                                       "i128",
                                                       "isize",
                                                       "u8",
                                                       "u16",
                                                       "u32",
                                                       "u64",
                                                       "u128",
                                                       "usize",
                                                       "f32",
                                                       "f64",
                                                       "bool",
                                                       "char",
                                                       "size_t",
                                                       "ssize_t"};
  if (type.empty() || type.starts_with('*') || type.starts_with('&') || type.starts_with("Option") || type.starts_with("unsafe") ||
      type.starts_with("extern") || type.starts_with("fn")) {
    return false;
  }
  const std::string_view name = type.substr(type.rfind(':') + 1);
  return std::ranges::find(k_scalars, name) == k_scalars.end() && !name.starts_with("c_");
}

class Explainer
{
public:
  Explainer(const exec::InspectedAction& failed, DeclarationFinder& finder) : m_failed(failed), m_finder(finder) {}

  [[nodiscard]] Error explain(const shim::SignatureConflict& conflict)
  {
    const auto use = std::ranges::find_if(conflict.uses, &shim::SignatureUse::is_live);
    const ObjectOrigin user = origin_of(m_failed.graph, m_failed.action, use->file);
    const ObjectOrigin definer = origin_of(m_failed.graph, m_failed.action, conflict.file);
    Error error("CW0822",
                conflict.type.empty() ? fmt::format("`{}` is called as `{}`, which it is not", conflict.symbol, use->type)
                                      : fmt::format("`{}` is called as `{}`, but it is `{}`", conflict.symbol, use->type, conflict.type));
    const auto calling_crate = rust_crate(user);
    const std::vector<Declaration> declarations =
        calling_crate ? m_finder.find({conflict.symbol, std::nullopt}, calling_crate) : std::vector<Declaration>();
    const Declaration* const declaration = declarations.empty() ? nullptr : &declarations.front();
    place(conflict, declaration, rust_crate(definer), error);
    error.notes.push_back(fmt::format("called from {}{}",
                                      describe(m_failed.graph, user),
                                      use->caller.empty() ? std::string() : fmt::format(", in `{}`", rust::demangle(use->caller))));
    if (!conflict.file.empty()) {
      error.notes.push_back(fmt::format("defined in {}", describe(m_failed.graph, definer)));
    }
    if (declaration != nullptr && !rust_crate(definer) && takes_structures_apart(*declaration, use->type, conflict.type)) {
      explain_structures(error);
      return error;
    }
    error.notes.emplace_back("wasm has no such call: `unreachable` is put in its place, and the program would end there");
    error.helps.push_back(calling_crate && rust_crate(definer)
                              ? "make the declaration say what the definition does; a `use` of the defining crate's function instead of an "
                                "`extern` block lets the compiler check it"
                              : advice_for_c(use->type, conflict.type));
    return error;
  }

private:
  /// The declaration; where C calls Rust, the definition.
  void place(const shim::SignatureConflict& conflict,
             const Declaration* declaration,
             std::optional<plan::ActionIndex> defining_crate,
             Error& error) const
  {
    if (declaration != nullptr) {
      if (declaration->location.evidence != rust::Evidence::nothing) {
        error.where = declaration_caret(m_failed.env, declaration->location);
      }
    } else if (defining_crate) {
      if (auto definition = m_finder.find_definition(*defining_crate, conflict.symbol)) {
        error.where = caret(m_failed.env, std::move(*definition), "defined here");
      }
    }
  }

  /// wasm32-unknown-unknown before rustc 1.89: a structure by value became its members, where C has one pointer.
  [[nodiscard]] bool takes_structures_apart(const Declaration& declaration, std::string_view called, std::string_view defined)
  {
    if (std::ranges::none_of(declaration.parameters, may_be_structure) ||
        parse_function_type(called).parameters.size() <= parse_function_type(defined).parameters.size() ||
        target_triple(m_failed.graph.actions[m_failed.action]) != "wasm32-unknown-unknown") {
      return false;
    }
    if (!m_version) {
      m_version = rustc_version(m_failed).value_or(spec::Version{});
    }
    return m_version->major == 1 && m_version->minor < 89;
  }

  void explain_structures(Error& error) const
  {
    error.id = "CW0823";
    error.notes.push_back(fmt::format("rustc {} passes a structure to `extern \"C\"` functions of wasm32-unknown-unknown as its members, C "
                                      "passes a pointer to it; rustc 1.89 and later do as C does",
                                      spec::to_string(*m_version)));
    error.helps.emplace_back("compile with rustc 1.89.0 or later; with an older one let the C function take a pointer to the structure, or "
                             "its members one by one");
    error.helps.emplace_back("`wasm32-wasip1` has had C's rules all along");
  }

  const exec::InspectedAction& m_failed;
  DeclarationFinder& m_finder;
  std::optional<spec::Version> m_version;
};

} // namespace

std::vector<Error>
explain_signature_conflicts(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  Explainer explainer(failed, finder);
  std::vector<Error> errors;
  for (const shim::SignatureConflict& conflict : report.signature_conflicts) {
    if (conflict.is_live()) {
      errors.push_back(explainer.explain(conflict));
    }
  }
  return errors;
}

} // namespace cargo_wasm::link
