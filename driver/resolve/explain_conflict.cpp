#include "explain_conflict.hpp"

#include "explain_text.hpp"

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

constexpr std::size_t k_shown_requirements = 4;
/// Versions of a package that are read in search of one that would help.
constexpr std::size_t k_versions_searched = 40;

class Conflict
{
public:
  Conflict(Candidates& candidates, const SearchState& state, const Failure& failure)
      : m_candidates(candidates), m_state(state), m_failure(failure), m_dependency(*failure.dependency->declared)
  {
  }

  Error versions()
  {
    Error error("CW0302", fmt::format("the requirements on `{}` exclude one another", subject()));
    error.notes.push_back(required());
    for (const auto& [id, reason] : m_failure.conflicts) {
      const PackageNumber number = *m_candidates.number_of(id);
      if (id.name() == m_dependency.package_name) {
        add_requirements_on(number, error);
      } else if (id != m_candidates[m_failure.parent].id) {
        error.notes.push_back(obstacle(number, reason));
      }
    }
    m_all = existing_versions(m_candidates.index(), m_dependency);
    add_version_help(error);
    add_other_parent_help(error);
    if (error.helps.empty()) {
      error.helps.push_back("two versions can stand side by side only when they differ in the "
                            "first number that is not zero; "
                            "one of the requirements has to change");
    }
    return error;
  }

  Error links()
  {
    const auto clash = std::find_if(m_failure.conflicts.begin(), m_failure.conflicts.end(), [](const auto& entry) {
      return entry.second.kind == ConflictReason::Kind::links;
    });
    const PackageNumber holder = *m_candidates.number_of(clash->first);
    Error error("CW0303", fmt::format("two packages link the native library `{}`", clash->second.name));
    error.notes.push_back(fmt::format("{}, every version of which links it", required()));
    error.notes.push_back(fmt::format("`{}` links it, too: {}", clash->first.display(), path_to(m_candidates, m_state, holder)));
    error.notes.push_back("a program can hold one copy of a native library only, so one package "
                          "may have `links` with that name");
    if (clash->first.name() == m_dependency.package_name) {
      std::string users;
      for (const ParentEdge& edge : m_state.parents(holder)) {
        users += fmt::format("{}`{}`", users.empty() ? "" : ", ", m_candidates[edge.parent].id.display());
      }
      error.helps.push_back(fmt::format(
          "bring {} and `{}` to the same version of `{}`", users, m_candidates[m_failure.parent].id.display(), m_dependency.package_name));
    } else {
      error.helps.push_back(fmt::format(
          "leave out one of `{}` and `{}`, perhaps with a feature that turns it off", clash->first.name(), m_dependency.package_name));
    }
    return error;
  }

  Error feature(const ConflictReason& reason)
  {
    Error error("CW0304", fmt::format("`{}` has no feature `{}`", m_dependency.package_name, reason.name));
    error.notes.push_back(fmt::format("{} with that feature", required()));
    const SummaryPtr newest = newest_candidate();
    if (newest == nullptr) {
      return error;
    }
    if (reason.kind == ConflictReason::Kind::required_dependency) {
      error.notes.push_back(
          fmt::format("`{}` depends on `{}` always: only optional dependencies are features", newest->id.display(), reason.name));
      error.helps.push_back(fmt::format("leave the feature `{}` out", reason.name));
    } else if (reason.kind == ConflictReason::Kind::hidden_dependency) {
      add_enabling_features(*newest, reason.name, error);
    } else {
      add_feature_help(*newest, reason.name, error);
    }
    return error;
  }

private:
  [[nodiscard]] std::string subject() const
  {
    for (const auto& [id, reason] : m_failure.conflicts) {
      if (id.name() == m_dependency.package_name) {
        return m_dependency.package_name.str();
      }
    }
    for (const auto& [id, reason] : m_failure.conflicts) {
      if (reason.kind == ConflictReason::Kind::semver) {
        return id.name().str();
      }
    }
    return m_dependency.package_name.str();
  }

  [[nodiscard]] std::string required() const
  {
    return fmt::format("{} requires `{}`", path_to(m_candidates, m_state, m_failure.parent), asked(m_dependency));
  }

  [[nodiscard]] std::string obstacle(PackageNumber number, const ConflictReason& reason) const
  {
    const std::string path = path_to(m_candidates, m_state, number);
    switch (reason.kind) {
    case ConflictReason::Kind::links:
      return fmt::format("{} links the native library `{}`", path, reason.name);
    case ConflictReason::Kind::missing_feature:
    case ConflictReason::Kind::required_dependency:
    case ConflictReason::Kind::hidden_dependency:
      return fmt::format("{} asks for a feature `{}` that is not there", path, reason.name);
    case ConflictReason::Kind::semver:
      break;
    }
    return fmt::format("{} is in the way", path);
  }

  void add_requirements_on(PackageNumber number, Error& error)
  {
    std::size_t shown = 0;
    for (const ParentEdge& edge : m_state.parents(number)) {
      m_others.push_back(&edge);
      m_has_pin = m_has_pin || edge.dependency->queried->locked_version.has_value();
      if (++shown <= k_shown_requirements) {
        error.notes.push_back(fmt::format("{} requires `{}`: `{}` was chosen{}",
                                          path_to(m_candidates, m_state, edge.parent),
                                          asked(*edge.dependency->declared),
                                          spec::to_string(m_candidates[number].id.version()),
                                          edge.dependency->queried->locked_version ? ", as Cargo.lock has it" : ""));
      }
    }
    if (shown > k_shown_requirements) {
      error.notes.push_back(fmt::format("and {} other packages require it", shown - k_shown_requirements));
    }
    if (shown == 0) {
      error.notes.push_back(fmt::format("`{}` is a member of the workspace", m_candidates[number].id.display()));
    }
  }

  [[nodiscard]] bool suits_all(const spec::Version& version) const
  {
    return m_dependency.req.matches(version) && std::all_of(m_others.begin(), m_others.end(), [&](const ParentEdge* edge) {
             return edge->dependency->declared->req.matches(version);
           });
  }

  /// A version that meets every requirement, if one exists: then something else keeps it out.
  void add_version_help(Error& error)
  {
    if (m_others.empty()) {
      return;
    }
    const auto suits = [&](const SummaryPtr& s) { return suits_all(s->id.version()); };
    const auto usable = std::find_if(m_all.begin(), m_all.end(), [&](const SummaryPtr& s) { return !s->yanked && suits(s); });
    if (usable != m_all.end()) {
      const std::string version = spec::to_string((*usable)->id.version());
      if (m_has_pin) {
        error.helps.push_back(fmt::format(
            "`{}` satisfies all of them; let the lock file move: `cargo-wasm update -p {}`", version, m_dependency.package_name));
      } else if (const auto reason = m_candidates.request().offline_reason; !reason.empty()) {
        error.helps.push_back(fmt::format("`{}` satisfies all of them, but is not downloaded: run once without `{}`", version, reason));
      } else {
        error.helps.push_back(fmt::format("`{}` satisfies all of them, but what it depends on collides in turn", version));
      }
      return;
    }
    const auto yanked = std::find_if(m_all.begin(), m_all.end(), [&](const SummaryPtr& s) { return s->yanked && suits(s); });
    if (yanked != m_all.end()) {
      const std::string version = spec::to_string((*yanked)->id.version());
      error.helps.push_back(fmt::format("`{0}` satisfies all of them, but its authors have "
                                        "withdrawn it (yanked); to use it all the same: "
                                        "`cargo-wasm update -p {1} --precise {0}`",
                                        version,
                                        m_dependency.package_name));
    }
  }

  /// Another version of a package that made one of the requirements, whose requirement leaves a
  /// common version.
  void add_other_parent_help(Error& error)
  {
    for (const ParentEdge* edge : m_others) {
      if (const SummaryPtr better = version_that_agrees(edge->parent, m_dependency.req)) {
        error.helps.push_back(fmt::format("`{}` would accept a version that `{}` accepts", better->id.display(), asked(m_dependency)));
        return;
      }
    }
    if (!m_others.empty()) {
      if (const SummaryPtr better = version_that_agrees(m_failure.parent, m_others.front()->dependency->declared->req)) {
        error.helps.push_back(fmt::format(
            "`{}` would accept a version that `{}` accepts", better->id.display(), asked(*m_others.front()->dependency->declared)));
      }
    }
  }

  [[nodiscard]] SummaryPtr version_that_agrees(PackageNumber package, const spec::VersionReq& with)
  {
    const spec::PackageId id = m_candidates[package].id;
    if (!id.source().is_registry() || m_state.parents(package).empty()) {
      return nullptr;
    }
    const std::vector<SummaryPtr> versions =
        existing_versions(m_candidates.index(), *m_state.parents(package).front().dependency->declared);
    for (std::size_t i = 0; i < std::min(versions.size(), k_versions_searched); ++i) {
      if (versions[i]->yanked || versions[i]->id == id || !versions[i]->id.version().pre.empty()) {
        continue;
      }
      for (const DependencyPtr& dependency : versions[i]->dependencies) {
        const auto is_common = [&](const SummaryPtr& s) {
          return !s->yanked && with.matches(s->id.version()) && dependency->req.matches(s->id.version());
        };
        if (dependency->package_name == m_dependency.package_name && dependency->kind != manifest::DependencyKind::development &&
            std::any_of(m_all.begin(), m_all.end(), is_common)) {
          return versions[i];
        }
      }
    }
    return nullptr;
  }

  [[nodiscard]] SummaryPtr newest_candidate() const
  {
    for (const PackageNumber candidate : *m_failure.dependency->candidates) {
      if (m_candidates[candidate].summary != nullptr) {
        return m_candidates[candidate].summary;
      }
    }
    return nullptr;
  }

  static void add_enabling_features(const Summary& summary, InternedString dependency, Error& error)
  {
    std::vector<std::string> names;
    for (const auto& [name, values] : summary.features) {
      if (std::any_of(values.begin(), values.end(), [&](const manifest::FeatureValue& value) {
            return value.kind != manifest::FeatureValue::Kind::feature && !value.weak && value.dependency == dependency;
          })) {
        names.push_back(name.str());
      }
    }
    error.notes.push_back(fmt::format(
        "`{}` has an optional dependency of that name, which its features reach by `dep:{}` only", summary.id.display(), dependency));
    if (!names.empty()) {
      error.helps.push_back(fmt::format("the dependency is turned on by {}", quoted_list(names)));
    }
  }

  void add_feature_help(const Summary& summary, InternedString feature, Error& error)
  {
    std::vector<std::string> names;
    for (const auto& [name, values] : summary.features) {
      names.push_back(name.str());
    }
    if (const std::optional<std::string> near = base::nearest(feature.view(), names)) {
      error.helps.push_back(fmt::format("`{}` has a feature `{}`", summary.id.display(), *near));
    }
    for (const SummaryPtr& other : existing_versions(m_candidates.index(), m_dependency)) {
      if (!other->yanked && other->features.count(feature) != 0) {
        error.helps.push_back(fmt::format("`{}` has it; `{}` does not accept that version", other->id.display(), asked(m_dependency)));
        return;
      }
    }
    if (error.helps.empty()) {
      error.notes.push_back(names.empty() ? fmt::format("`{}` has no features", summary.id.display())
                                          : fmt::format("features of `{}`: {}", summary.id.display(), quoted_list(names)));
    }
  }

  Candidates& m_candidates;
  const SearchState& m_state;
  const Failure& m_failure;
  const Dependency& m_dependency;
  std::vector<SummaryPtr> m_all;
  std::vector<const ParentEdge*> m_others; ///< other requirements on the same package
  bool m_has_pin = false;
};

bool is_feature_reason(const ConflictReason& reason)
{
  return reason.kind != ConflictReason::Kind::semver && reason.kind != ConflictReason::Kind::links;
}

std::string describe_missing(const Summary& member, const MissingFeature& missing, Error& error)
{
  std::vector<std::string> names;
  for (const auto& [name, values] : member.features) {
    names.push_back(name.str());
  }
  switch (missing.kind) {
  case MissingFeature::Kind::required_dependency:
    error.notes.push_back(fmt::format("`{}` is a dependency that is always there: only optional ones are features", missing.feature));
    break;
  case MissingFeature::Kind::hidden_dependency:
    error.notes.push_back(fmt::format("there is an optional dependency `{0}`, which features reach by `dep:{0}` only", missing.feature));
    break;
  case MissingFeature::Kind::missing_dependency:
    names.clear();
    for (const DependencyPtr& dependency : member.dependencies) {
      names.push_back(dependency->name_in_toml.str());
    }
    break;
  case MissingFeature::Kind::unknown:
  case MissingFeature::Kind::cycle:
    break;
  }
  return base::nearest(missing.feature.view(), names).value_or("");
}

} // namespace

Error explain_conflict(Candidates& candidates, const Expansions&, const SearchState& state, const Failure& failure)
{
  Conflict conflict(candidates, state, failure);
  const auto any_of = [&](const auto& wanted) {
    return std::find_if(failure.conflicts.begin(), failure.conflicts.end(), [&](const auto& entry) { return wanted(entry.second); });
  };
  const auto semver = any_of([](const ConflictReason& reason) { return reason.kind == ConflictReason::Kind::semver; });
  if (semver == failure.conflicts.end()) {
    if (const auto missing = any_of(is_feature_reason); missing != failure.conflicts.end()) {
      return conflict.feature(missing->second);
    }
    if (any_of([](const ConflictReason& reason) { return reason.kind == ConflictReason::Kind::links; }) != failure.conflicts.end()) {
      return conflict.links();
    }
  }
  return conflict.versions();
}

Error explain_member_conflict(spec::PackageId member, spec::PackageId other, const ConflictReason& reason)
{
  if (reason.kind == ConflictReason::Kind::links) {
    return Error("CW0303", fmt::format("two packages link the native library `{}`", reason.name))
        .note(fmt::format("`{}` and `{}` are both members of the workspace", other.display(), member.display()))
        .help("a program can hold one copy of a native library only: leave `links` to one of them");
  }
  return Error("CW0302", fmt::format("the members `{}` and `{}` exclude one another", other.display(), member.display()))
      .help("two versions of one package can be members only when they differ in the first number "
            "that is not zero");
}

Error explain_member_feature(const Summary& member, const MissingFeature& missing)
{
  const bool is_dependency = missing.kind == MissingFeature::Kind::missing_dependency;
  if (missing.kind == MissingFeature::Kind::cycle) {
    return Error("CW0304", fmt::format("the feature `{}` of `{}` depends on itself", missing.feature, member.id.display()));
  }
  Error error("CW0304", fmt::format("`{}` has no {} `{}`", member.id.display(), is_dependency ? "dependency" : "feature", missing.feature));
  if (const std::string near = describe_missing(member, missing, error); !near.empty()) {
    error.helps.push_back(fmt::format("there is `{}`", near));
  }
  return error;
}

} // namespace cargo_wasm::resolve
