// Why no set of packages was found, in words: what collides, along which paths, what exists and
// what would help.
#pragma once
#include "conflict_cache.hpp"
#include "expansion.hpp"
#include "search_state.hpp"

namespace cargo_wasm::resolve {

/// The dependency for which no candidate was left.
struct Failure
{
  PackageNumber parent = k_none;
  const NeededDependency* dependency = nullptr;
  ConflictSet conflicts;
};

/// CW0300 no such package, CW0301 no such version, CW0302 versions collide, CW0303 `links` collide,
/// CW0304 a feature is missing.
[[nodiscard]] Error explain_failure(Candidates& candidates, const Expansions& expansions, const SearchState& state, const Failure& failure);
/// Two members of one name, or with one `links`. CW0302, CW0303.
[[nodiscard]] Error explain_member_conflict(spec::PackageId member, spec::PackageId other, const ConflictReason& reason);
/// A feature asked for on the command line. CW0304.
[[nodiscard]] Error explain_member_feature(const Summary& member, const MissingFeature& missing);

} // namespace cargo_wasm::resolve
