// The simple cases: nothing of that name, no version in range. What collides is in
// explain_conflict.cpp.
#include "explain.hpp"

#include "explain_conflict.hpp"
#include "explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

std::string required_by(const Candidates& candidates, const SearchState& state, const Failure& failure)
{
  return fmt::format("{} requires `{}`", path_to(candidates, state, failure.parent), asked(*failure.dependency->declared));
}

void add_offline_help(const ResolveRequest& request, const Dependency& dependency, Error& error)
{
  if (!request.offline_reason.empty() && !dependency.source.is_path()) {
    error.helps.push_back(fmt::format("offline, only what was downloaded before is known: run once without `{}`", request.offline_reason));
  }
}

Error no_package(Candidates& candidates, const SearchState& state, const Failure& failure)
{
  const Dependency& dependency = *failure.dependency->declared;
  Error error("CW0300", fmt::format("there is no package `{}` in {}", dependency.package_name, dependency.source.display()));
  error.notes.push_back(required_by(candidates, state, failure));
  if (const Result<std::vector<std::string>> similar = candidates.index().similar_names(dependency); similar && !similar->empty()) {
    error.helps.push_back(similar->size() == 1 ? fmt::format("a package with a similar name exists: `{}`", similar->front())
                                               : fmt::format("packages with similar names exist: {}", quoted_list(*similar)));
  }
  if (dependency.name_in_toml != dependency.package_name) {
    error.notes.push_back(fmt::format("it is used under the name `{}`", dependency.name_in_toml));
  }
  add_offline_help(candidates.request(), dependency, error);
  return error;
}

/// Versions that would do but for one thing, and how to get them.
void add_near_misses(const Dependency& dependency, const std::vector<SummaryPtr>& all, Error& error)
{
  const auto yanked =
      std::find_if(all.begin(), all.end(), [&](const SummaryPtr& s) { return s->yanked && dependency.req.matches(s->id.version()); });
  if (yanked != all.end()) {
    const std::string version = spec::to_string((*yanked)->id.version());
    error.notes.push_back(fmt::format("`{}` fits, but its authors have withdrawn it (yanked)", version));
    error.helps.push_back(fmt::format("a withdrawn version is used only when Cargo.lock names it: "
                                      "`cargo-wasm update -p {} --precise {}`",
                                      dependency.package_name,
                                      version));
  }
  // The requirement as it would be if pre-releases counted like releases.
  const auto prerelease = std::find_if(all.begin(), all.end(), [&](const SummaryPtr& s) {
    spec::Version release = s->id.version();
    release.pre.clear();
    return !s->yanked && !s->id.version().pre.empty() && dependency.req.matches(release);
  });
  if (prerelease != all.end()) {
    const std::string version = spec::to_string((*prerelease)->id.version());
    error.helps.push_back(fmt::format("the pre-release `{0}` exists; it is used only when the requirement names one: `{0}`", version));
  }
}

Error no_version(Candidates& candidates, const SearchState& state, const Failure& failure, const std::vector<SummaryPtr>& all)
{
  const Dependency& dependency = *failure.dependency->declared;
  Error error("CW0301", fmt::format("no version of `{}` satisfies `{}`", dependency.package_name, spec::to_string(dependency.req)));
  error.notes.push_back(required_by(candidates, state, failure));
  std::vector<spec::Version> usable;
  for (const SummaryPtr& summary : all) {
    if (!summary->yanked) {
      usable.push_back(summary->id.version());
    }
  }
  if (usable.empty()) {
    error.notes.push_back(fmt::format("every version of it in {} has been withdrawn (yanked)", dependency.source.display()));
  } else {
    error.notes.push_back(fmt::format("{} has {}", dependency.source.display(), version_list(usable)));
  }
  add_near_misses(dependency, all, error);
  const bool is_direct = state.parents(failure.parent).empty();
  const auto newest = std::find_if(usable.begin(), usable.end(), [](const spec::Version& v) { return v.pre.empty(); });
  if (newest != usable.end() && error.helps.empty() && is_direct) {
    error.helps.push_back(fmt::format("write `{} = \"{}\"`", dependency.name_in_toml, spec::to_string(*newest)));
  }
  add_offline_help(candidates.request(), dependency, error);
  return error;
}

Error locked_version_gone(Candidates& candidates, const SearchState& state, const Failure& failure, const std::vector<SummaryPtr>& all)
{
  const Dependency& locked = *failure.dependency->queried;
  Error error("CW0301",
              fmt::format("`{} v{}`, which Cargo.lock names, is not in {}",
                          locked.package_name,
                          spec::to_string(*locked.locked_version),
                          locked.source.display()));
  error.notes.push_back(required_by(candidates, state, failure));
  std::vector<spec::Version> versions;
  std::transform(all.begin(), all.end(), std::back_inserter(versions), [](const SummaryPtr& s) { return s->id.version(); });
  if (!versions.empty()) {
    error.notes.push_back(fmt::format("it has {}", version_list(versions)));
  }
  error.helps.push_back(fmt::format("let the lock file move: `cargo-wasm update -p {}`", locked.package_name));
  add_offline_help(candidates.request(), locked, error);
  return error;
}

/// `update --precise`: the requirement was replaced by the version asked for.
Error precise_version_refused(Candidates& candidates, const SearchState& state, const Failure& failure, const std::vector<SummaryPtr>& all)
{
  const Dependency& declared = *failure.dependency->declared;
  const spec::Comparator& wanted = failure.dependency->queried->req.comparators().front();
  const spec::Version version{wanted.major, wanted.minor.value_or(0), wanted.patch.value_or(0), wanted.pre, {}};
  Error error("CW0301", fmt::format("`{}` cannot go to version `{}`", declared.package_name, spec::to_string(version)));
  error.notes.push_back(required_by(candidates, state, failure));
  if (declared.req.matches(version)) {
    std::vector<spec::Version> versions;
    std::transform(all.begin(), all.end(), std::back_inserter(versions), [](const SummaryPtr& s) { return s->id.version(); });
    error.notes.push_back(fmt::format("{} has {}", declared.source.display(), version_list(versions)));
  } else {
    error.notes.push_back(fmt::format("`{}` does not accept it", asked(declared)));
    error.helps.push_back("choose a version that every requirement accepts, or send the package that requires more to "
                          "another version first");
  }
  add_offline_help(candidates.request(), declared, error);
  return error;
}

} // namespace

Error explain_failure(Candidates& candidates, const Expansions& expansions, const SearchState& state, const Failure& failure)
{
  if (!failure.dependency->candidates->empty()) {
    return explain_conflict(candidates, expansions, state, failure);
  }
  const std::vector<SummaryPtr> all = existing_versions(candidates.index(), *failure.dependency->declared);
  if (failure.dependency->queried->locked_version) {
    return locked_version_gone(candidates, state, failure, all);
  }
  if (failure.dependency->queried->req != failure.dependency->declared->req) {
    return precise_version_refused(candidates, state, failure, all);
  }
  return all.empty() ? no_package(candidates, state, failure) : no_version(candidates, state, failure, all);
}

} // namespace cargo_wasm::resolve
