#include "signature_conflicts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "crate_of_object.hpp"
#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

Error explain(const exec::InspectedAction& failed, const shim::SignatureConflict& conflict, DeclarationFinder& finder)
{
  const auto use = std::ranges::find_if(conflict.uses, &shim::SignatureUse::is_live);
  const ObjectOrigin user = origin_of(failed.graph, failed.action, use->file);
  Error error("CW0822", fmt::format("`{}` is called as `{}`, but it is `{}`", conflict.symbol, use->type, conflict.type));
  if (user.kind == ObjectOrigin::Kind::crate || user.kind == ObjectOrigin::Kind::merged) {
    const std::vector<Declaration> declarations = finder.find({conflict.symbol, std::nullopt}, user.action);
    if (!declarations.empty() && declarations.front().location.evidence != rust::Evidence::nothing) {
      error.where = declaration_caret(failed.env, declarations.front().location);
    }
  }
  error.notes.push_back(fmt::format(
      "called from {}{}", describe(failed.graph, user), use->caller.empty() ? std::string() : fmt::format(", in `{}`", use->caller)));
  error.notes.push_back(fmt::format("defined in {}", describe(failed.graph, origin_of(failed.graph, failed.action, conflict.file))));
  error.notes.emplace_back("the linker only warns, and puts `unreachable` where the function is called: the program would end there");
  error.helps.emplace_back("make the declaration say what the definition does; for C, types of the same size need not be the same in wasm: "
                           "`long long` is i64, `long`, `size_t` and pointers are i32");
  return error;
}

} // namespace

std::vector<Error>
explain_signature_conflicts(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  std::vector<Error> errors;
  for (const shim::SignatureConflict& conflict : report.signature_conflicts) {
    if (conflict.is_live()) {
      errors.push_back(explain(failed, conflict, finder));
    }
  }
  return errors;
}

} // namespace cargo_wasm::link
