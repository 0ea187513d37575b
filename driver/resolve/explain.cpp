#include "explain.hpp"

#include <fmt/format.h>

namespace cargo_wasm::resolve {

Error explain_failure(Candidates& candidates, const Expansions&, const SearchState&, const Failure& failure)
{
  std::string text = fmt::format("no version of `{}` satisfies `{}` asked by `{}`", failure.dependency->declared->package_name, failure.dependency->declared->req_text, candidates[failure.parent].id.display());
  for (auto& [id, r] : failure.conflicts) text += " | " + id.display();
  return Error("CW0302", text);
}
Error explain_member_conflict(spec::PackageId member, spec::PackageId other, const ConflictReason&) { return Error("CW0303", member.display() + other.display()); }
Error explain_member_feature(const Summary& member, const MissingFeature& m) { return Error("CW0304", member.id.display() + m.feature.str()); }

} // namespace cargo_wasm::resolve
