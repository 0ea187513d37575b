#include "search.hpp"

#include "explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

ConflictReason reason_of(const MissingFeature& missing)
{
  switch (missing.kind) {
  case MissingFeature::Kind::required_dependency:
    return {ConflictReason::Kind::required_dependency, missing.feature};
  case MissingFeature::Kind::hidden_dependency:
    return {ConflictReason::Kind::hidden_dependency, missing.feature};
  case MissingFeature::Kind::unknown:
  case MissingFeature::Kind::missing_dependency:
  case MissingFeature::Kind::cycle:
    break;
  }
  return {ConflictReason::Kind::missing_feature, missing.feature};
}

void extend(ConflictSet& set, const ConflictSet& other, spec::PackageId except)
{
  for (const auto& [package, reason] : other) {
    if (package != except) {
      set.insert_or_assign(package, reason);
    }
  }
}

} // namespace

Result<> Search::run(const std::vector<ResolveRoot>& roots)
{
  for (const ResolveRoot& root : roots) {
    CW_TRY(activate_root(root));
  }
  while (const std::optional<Frame> frame = m_state.next_dependency()) {
    Decision decision;
    decision.parent = frame->parent;
    decision.dependency = &frame->expansion->dependencies[frame->position];
    decision.remaining.list = decision.dependency->candidates;
    decision.is_doomed = frame->is_doomed && m_cache.find(decision.dependency->key, active_age(), std::nullopt, k_any_age) != nullptr;
    CW_TRY(decide(std::move(decision)));
  }
  return {};
}

Result<> Search::activate_root(const ResolveRoot& root)
{
  const PackageNumber package = m_candidates.add(root.summary);
  m_state.grow_older();
  bool was_active = false;
  if (const std::optional<Activation> conflict = claim(package, nullptr, was_active)) {
    return fail(explain_member_conflict(root.summary->id, m_candidates[conflict->in_the_way].id, conflict->reason));
  }
  CW_TRY_ASSIGN(const Expansion* expansion, m_expansions.of_root(package, root.features, root.dev_dependencies));
  if (expansion->missing) {
    return fail(explain_member_feature(*root.summary, *expansion->missing));
  }
  m_state.add_features(package, expansion->features);
  m_state.push(Frame{package, expansion, 0, false});
  return {};
}

Result<> Search::decide(Decision decision)
{
  while (true) {
    CW_TRY_ASSIGN(const Choice choice, next_choice(decision));
    if (decision.is_doomed && !decision.backtracked && choice.has_another) {
      continue; // all of them fail: the last one gives the explanation
    }
    const SearchState::Mark mark = m_state.mark();
    const std::uint32_t age = m_state.age();
    std::optional<Alternative> alternative;
    if (choice.has_another) {
      alternative = Alternative{mark, age, decision};
    }
    CW_TRY_ASSIGN(const bool is_activated, try_candidate(decision, choice));
    if (is_activated) {
      if (alternative) {
        m_alternatives.push_back(std::move(*alternative));
      }
      return {};
    }
    m_state.roll_back(mark, age);
  }
}

Result<std::optional<Search::Choice>> Search::next_valid(Remaining& remaining, ConflictSet& conflicts)
{
  while (remaining.position < remaining.list->size()) {
    const PackageNumber package = (*remaining.list)[remaining.position++];
    const PackageNumber active = m_state.active_in(m_candidates[package].slot);
    if (active != k_none && active != package) {
      conflicts.try_emplace(m_candidates[active].id, ConflictReason{ConflictReason::Kind::semver, {}});
      continue;
    }
    CW_TRY_ASSIGN(const bool is_readable, m_candidates.load(package));
    if (!is_readable) {
      continue;
    }
    const LinksNumber links = m_candidates[package].links;
    if (links != k_none) {
      const PackageNumber holder = m_state.holder_of(links);
      if (holder != k_none && holder != package) {
        conflicts.try_emplace(m_candidates[holder].id, ConflictReason{ConflictReason::Kind::links, *m_candidates[package].summary->links});
        continue;
      }
    }
    if (remaining.peeked != k_none) {
      return Choice{std::exchange(remaining.peeked, package), true};
    }
    remaining.peeked = package;
  }
  if (remaining.peeked != k_none) {
    return Choice{std::exchange(remaining.peeked, k_none), false};
  }
  return std::optional<Choice>{};
}

Result<Search::Choice> Search::next_choice(Decision& decision)
{
  CW_TRY_ASSIGN(std::optional<Choice> choice, next_valid(decision.remaining, decision.conflicts));
  if (choice) {
    return *choice;
  }
  std::optional<ConflictSet> wider;
  if (!decision.is_doomed && !decision.backtracked) {
    m_cache.insert(decision.dependency->key, decision.conflicts);
    wider = generalized(decision);
  }
  std::optional<Alternative> alternative = take_alternative(decision.parent, decision.backtracked, wider ? *wider : decision.conflicts);
  if (!alternative) {
    return fail(explain_failure(m_candidates, m_expansions, m_state, Failure{decision.parent, decision.dependency, decision.conflicts}));
  }
  m_state.roll_back(alternative->mark, alternative->age);
  const bool is_doomed = decision.is_doomed;
  decision = std::move(alternative->decision);
  decision.is_doomed = is_doomed;
  decision.backtracked = true;
  CW_TRY_ASSIGN(choice, next_valid(decision.remaining, decision.conflicts));
  if (!choice) {
    return next_choice(decision);
  }
  return *choice;
}

std::optional<Search::Activation> Search::claim(PackageNumber package, const NeededDependency* dependency, bool& was_active)
{
  const KnownPackage& known = m_candidates[package];
  was_active = m_state.active_in(known.slot) != k_none;
  if (was_active) {
    return std::nullopt;
  }
  if (known.links != k_none) {
    const PackageNumber holder = m_state.holder_of(known.links);
    if (holder != k_none && holder != package) {
      return Activation{Activation::Kind::conflict, {}, holder, {ConflictReason::Kind::links, *known.summary->links}};
    }
    m_state.set_holder(known.links, package);
  }
  m_state.set_active(known.slot, package);
  // A patch stands for the source it patches, too: 1.0 from a patch and 1.1 from the registry
  // exclude one another.
  if (dependency != nullptr && dependency->queried->source != known.id.source()) {
    const SlotNumber slot = m_candidates.slot_of(known.id, dependency->queried->source);
    if (const PackageNumber holder = m_state.active_in(slot); holder != k_none) {
      return Activation{Activation::Kind::conflict, {}, holder, {ConflictReason::Kind::semver, {}}};
    }
    m_state.set_active(slot, package);
  }
  return std::nullopt;
}

Result<Search::Activation> Search::activate(Parent parent, PackageNumber package)
{
  const NeededDependency& dependency = *parent.dependency;
  const bool default_features = dependency.declared->default_features;
  m_state.grow_older();
  m_state.link(package, parent.package, dependency);
  bool was_active = false;
  if (std::optional<Activation> conflict = claim(package, &dependency, was_active)) {
    return std::move(*conflict);
  }
  const auto has_all = [&](PackageNumber active) {
    return was_active && m_expansions.is_active(active, m_state.features(active), dependency.features, default_features);
  };
  bool is_done = has_all(package);
  if (m_candidates[package].replaced_by != k_none) {
    const bool original_done = is_done;
    package = m_candidates[package].replaced_by;
    CW_TRY(m_candidates.load(package));
    if (const std::optional<Activation> conflict = claim(package, nullptr, was_active)) {
      return *conflict;
    }
    is_done = original_done && has_all(package);
  }
  if (is_done) {
    return Activation{};
  }
  CW_TRY_ASSIGN(const Expansion* expansion, m_expansions.of(package, dependency.features, default_features));
  if (expansion->missing) {
    if (expansion->missing->kind == MissingFeature::Kind::cycle) {
      return fail(
          Error("CW0304",
                fmt::format("feature `{}` of `{}` depends on itself", expansion->missing->feature, m_candidates[package].id.display())));
    }
    return Activation{Activation::Kind::conflict, {}, parent.package, reason_of(*expansion->missing)};
  }
  m_state.add_features(package, expansion->features);
  return Activation{Activation::Kind::new_frame, Frame{package, expansion, 0, false}, k_none, {}};
}

Result<bool> Search::try_candidate(Decision& decision, Choice choice)
{
  CW_TRY_ASSIGN(Activation activation, activate({decision.parent, decision.dependency}, choice.package));
  if (activation.kind == Activation::Kind::conflict) {
    decision.conflicts.insert_or_assign(m_candidates[activation.in_the_way].id, activation.reason);
    return false;
  }
  if (activation.kind == Activation::Kind::already_active) {
    return true;
  }
  const bool fails = decision.is_doomed || fails_later(decision, choice, activation.frame);
  if (fails) {
    // When nothing else is left the doomed package is explored all the same, so that the
    // explanation names the real obstacle.
    const bool is_last =
        !choice.has_another && (decision.is_doomed || !has_alternative(decision.parent, decision.backtracked, decision.conflicts));
    if (!is_last) {
      return false;
    }
    m_alternatives.clear();
    activation.frame.is_doomed = true;
  }
  m_state.push(activation.frame);
  return true;
}

/// Whether a dependency of the new package, or one that is waiting, is known to be impossible now;
/// says so in `conflicts`.
bool Search::fails_later(Decision& decision, Choice choice, const Frame& frame)
{
  const spec::PackageId id = m_candidates[choice.package].id;
  const AgeOf age_of = active_age();
  for (const NeededDependency& dependency : frame.expansion->dependencies) {
    if (const ConflictSet* known = m_cache.find(dependency.key, age_of, std::nullopt, k_any_age)) {
      extend(decision.conflicts, *known, id);
      return true;
    }
  }
  const std::unordered_set<DependencyKey>* related = m_cache.dependencies_with(id);
  if (related == nullptr) {
    return false;
  }
  bool fails = false;
  m_state.visit_frames([&](const Frame& waiting) {
    const auto& dependencies = waiting.expansion->dependencies;
    for (std::size_t i = waiting.position; i < dependencies.size() && !fails; ++i) {
      if (related->count(dependencies[i].key) == 0) {
        continue;
      }
      if (const ConflictSet* known = m_cache.find(dependencies[i].key, age_of, id, k_any_age)) {
        extend(decision.conflicts, *known, id);
        decision.conflicts.insert_or_assign(m_candidates[waiting.parent].id, known->at(id));
        fails = true;
      }
    }
    return !fails;
  });
  return fails;
}

AgeOf Search::active_age() const
{
  return [this](spec::PackageId id) { return m_state.age_of(id); };
}

std::optional<std::uint32_t> Search::age_to_undo(PackageNumber parent, const ConflictSet& conflicts) const
{
  std::optional<std::uint32_t> newest = m_state.age_of(parent);
  for (const auto& [package, reason] : conflicts) {
    const std::optional<std::uint32_t> age = m_state.age_of(package);
    if (!newest || !age) {
      return std::nullopt;
    }
    newest = std::max(*newest, *age);
  }
  return newest;
}

std::optional<Search::Alternative> Search::take_alternative(PackageNumber parent, bool backtracked, const ConflictSet& conflicts)
{
  // Going back to a point where everything that conflicts is active already would only meet the
  // same conflict.
  const std::uint32_t limit = backtracked ? k_any_age : age_to_undo(parent, conflicts).value_or(k_any_age);
  while (!m_alternatives.empty()) {
    Alternative last = std::move(m_alternatives.back());
    m_alternatives.pop_back();
    if (last.age < limit) {
      return last;
    }
  }
  return std::nullopt;
}

bool Search::has_alternative(PackageNumber parent, bool backtracked, const ConflictSet& conflicts) const
{
  const std::uint32_t limit = backtracked ? k_any_age : age_to_undo(parent, conflicts).value_or(k_any_age);
  return std::any_of(
      m_alternatives.begin(), m_alternatives.end(), [limit](const Alternative& alternative) { return alternative.age < limit; });
}

/// A conflict that reaches further back: the newest member is there because some parent depends on
/// it; if nothing else that dependency could resolve to would help, the parent itself is to blame.
std::optional<ConflictSet> Search::generalized(const Decision& decision)
{
  PackageNumber critical = k_none;
  std::uint32_t critical_age = 0;
  for (const auto& [package, reason] : decision.conflicts) {
    const std::uint32_t age = m_state.age_of(package).value_or(k_any_age);
    if (age == k_any_age) {
      return std::nullopt;
    }
    const PackageNumber number = *m_candidates.number_of(package);
    if (critical == k_none || age > critical_age || (age == critical_age && package > m_candidates[critical].id)) {
      critical = number;
      critical_age = age;
    }
  }
  if (critical == k_none || m_state.is_path_up(decision.parent, critical)) {
    return std::nullopt;
  }
  std::vector<ParentEdge> edges = m_state.parents(critical);
  std::stable_sort(edges.begin(), edges.end(), [&](const ParentEdge& a, const ParentEdge& b) {
    return m_candidates[a.parent].id < m_candidates[b.parent].id;
  });
  for (const ParentEdge& edge : edges) {
    const std::optional<std::uint32_t> parent_age = m_state.age_of(edge.parent);
    if (!parent_age || *parent_age >= critical_age) {
      continue;
    }
    if (std::optional<ConflictSet> wider = substituted(decision, critical, critical_age, edge)) {
      m_cache.insert(decision.dependency->key, *wider);
      return wider;
    }
  }
  return std::nullopt;
}

std::optional<ConflictSet>
Search::substituted(const Decision& decision, PackageNumber critical, std::uint32_t critical_age, const ParentEdge& edge)
{
  ConflictSet wider = decision.conflicts;
  const ConflictReason reason = wider.at(m_candidates[critical].id);
  const CandidateList& others = *edge.dependency->candidates;
  for (auto other = others.rbegin(); other != others.rend(); ++other) {
    const spec::PackageId other_id = m_candidates[*other].id;
    const AgeOf as_if_other = [&](spec::PackageId id) -> std::optional<std::uint32_t> {
      return id == other_id ? std::optional(critical_age) : m_state.age_of(id);
    };
    const ConflictSet* known = m_cache.find(decision.dependency->key, as_if_other, other_id, critical_age);
    if (known == nullptr) {
      return std::nullopt;
    }
    for (const auto& [package, why] : *known) {
      wider.insert_or_assign(package, why);
    }
  }
  for (const PackageNumber other : others) {
    wider.erase(m_candidates[other].id);
  }
  wider.insert_or_assign(m_candidates[edge.parent].id, reason);
  return wider;
}

} // namespace cargo_wasm::resolve
