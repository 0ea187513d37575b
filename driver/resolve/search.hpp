// The search for a set of packages: decide one dependency after the other, best candidate first,
// and go back on dead ends.
//
// The order of decisions is cargo's, because it decides the outcome: members in order; then always
// the dependency with the fewest candidates, that of the package activated first among equals;
// candidates by preference and version. What is learned from dead ends (conflict_cache.hpp) prunes
// the search and never changes what is found.
#pragma once
#include "conflict_cache.hpp"
#include "expansion.hpp"
#include "search_state.hpp"

#include <vector>

namespace cargo_wasm::resolve {

class Search
{
public:
  Search(Candidates& candidates, Expansions& expansions) : m_candidates(candidates), m_expansions(expansions), m_state(candidates) {}

  /// Errors: those of the index; CW0300–CW0304 with the explanation.
  [[nodiscard]] Result<> run(const std::vector<ResolveRoot>& roots);
  [[nodiscard]] const SearchState& state() const noexcept { return m_state; }

private:
  /// Candidates of one dependency that were not tried yet; only valid ones are given out.
  struct Remaining
  {
    const CandidateList* list = nullptr;
    std::size_t position = 0;
    PackageNumber peeked = k_none;
  };
  struct Choice
  {
    PackageNumber package = k_none;
    bool has_another = false;
  };
  /// The dependency that is being decided.
  struct Decision
  {
    PackageNumber parent = k_none;
    const NeededDependency* dependency = nullptr;
    Remaining remaining;
    ConflictSet conflicts;    ///< why the candidates so far would not do
    bool backtracked = false; ///< `conflicts` may be incomplete
    bool is_doomed = false;
  };
  /// Where to go on after a dead end.
  struct Alternative
  {
    SearchState::Mark mark = 0;
    std::uint32_t age = 0;
    Decision decision;
  };
  struct Activation
  {
    enum class Kind : std::uint8_t { new_frame, already_active, conflict } kind = Kind::already_active;
    Frame frame;
    PackageNumber in_the_way = k_none;
    ConflictReason reason;
  };
  struct Parent
  {
    PackageNumber package;
    const NeededDependency* dependency;
  };

  [[nodiscard]] Result<> activate_root(const ResolveRoot& root);
  [[nodiscard]] Result<> decide(Decision decision);
  [[nodiscard]] Result<std::optional<Choice>> next_valid(Remaining& remaining, ConflictSet& conflicts);
  [[nodiscard]] Result<Choice> next_choice(Decision& decision);
  [[nodiscard]] Result<bool> try_candidate(Decision& decision, Choice choice);
  [[nodiscard]] bool fails_later(Decision& decision, Choice choice, const Frame& frame);
  [[nodiscard]] Result<Activation> activate(Parent parent, PackageNumber package);
  /// Claims the package's slots and `links`; nullopt when it was active already.
  [[nodiscard]] std::optional<Activation> claim(PackageNumber package, const NeededDependency* dependency, bool& was_active);

  [[nodiscard]] std::optional<std::uint32_t> age_to_undo(PackageNumber parent, const ConflictSet& conflicts) const;
  [[nodiscard]] std::optional<Alternative> take_alternative(PackageNumber parent, bool backtracked, const ConflictSet& conflicts);
  [[nodiscard]] bool has_alternative(PackageNumber parent, bool backtracked, const ConflictSet& conflicts) const;
  [[nodiscard]] std::optional<ConflictSet> generalized(const Decision& decision);
  [[nodiscard]] std::optional<ConflictSet>
  substituted(const Decision& decision, PackageNumber critical, std::uint32_t critical_age, const ParentEdge& edge);
  [[nodiscard]] AgeOf active_age() const;

  Candidates& m_candidates;
  Expansions& m_expansions;
  SearchState m_state;
  ConflictCache m_cache;
  std::vector<Alternative> m_alternatives;
};

} // namespace cargo_wasm::resolve
