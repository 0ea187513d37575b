#include "patches.hpp"

#include <cargo_wasm/manifest/config.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

using spec::SourceId;

Result<SourceId> patched_source(const std::string& key, const manifest::Config& config)
{
  if (key == "crates-io") {
    return SourceId::crates_io();
  }
  if (key.starts_with("sparse+")) {
    return SourceId::for_registry(key);
  }
  if (key.find("://") != std::string::npos) {
    return SourceId::for_git(key, {});
  }
  return config.source_of_registry(key);
}

/// What the old lock has for this patch, whether it was used or not.
std::optional<PackageId> locked_package(const Dependency& patch, const Resolve& previous, const Keep& keep)
{
  for (const auto& [id, package] : previous.packages) {
    if (keep(id) && patch.matches(id)) {
      return id;
    }
  }
  for (const PackageId id : previous.unused_patches) {
    if (keep(id) && patch.matches(id)) {
      return id;
    }
  }
  return std::nullopt;
}

Result<std::vector<SummaryPtr>> usable(PackageIndex& index, const Dependency& dependency)
{
  CW_TRY_ASSIGN(std::vector<SummaryPtr> found, index.query(dependency));
  std::erase_if(found, [&](const SummaryPtr& summary) { return summary->yanked || !dependency.matches_ignoring_source(summary->id); });
  std::sort(found.begin(), found.end(), [](const SummaryPtr& a, const SummaryPtr& b) { return a->id < b->id; });
  return found;
}

std::string versions_of(const std::vector<SummaryPtr>& summaries)
{
  std::string out;
  for (const SummaryPtr& summary : summaries) {
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", spec::to_string(summary->id.version()));
  }
  return out;
}

Error nothing_fits(PackageIndex& index, const Dependency& patch, const std::string& key)
{
  Error error("CW0310", fmt::format("the patch `{}` of `{}` finds no package", patch.package_name, key));
  const Result<std::vector<SummaryPtr>> all = index.query_all_versions(patch);
  if (all && !all->empty()) {
    error.notes.push_back(
        fmt::format("{} has {}, the patch asks for `{}`", patch.source.display(), versions_of(*all), spec::to_string(patch.req)));
    error.helps.push_back("change the version of the patch, or where it points");
  } else {
    error.notes.push_back(fmt::format("{} has no package of that name", patch.source.display()));
    error.helps.push_back("a package with another name is given by its key, with `package = \"…\"`");
  }
  return error;
}

struct Chosen
{
  SummaryPtr summary;
  std::optional<PackageId> outdated;
};

Result<Chosen> choose(PackageIndex& index, const Dependency& patch, const std::string& key, const std::optional<PackageId>& locked)
{
  Chosen out;
  std::vector<SummaryPtr> found;
  if (locked) {
    CW_TRY_ASSIGN(found, usable(index, *pinned(patch, *locked)));
    if (found.empty()) {
      out.outdated = locked;
    }
  }
  if (found.empty()) {
    CW_TRY_ASSIGN(found, usable(index, patch));
  }
  if (found.empty()) {
    return fail(nothing_fits(index, patch, key));
  }
  if (found.size() > 1) {
    return fail(Error("CW0311", fmt::format("the patch `{}` of `{}` fits {} packages", patch.package_name, key, found.size()))
                    .note(fmt::format("{} has {}", patch.source.display(), versions_of(found)))
                    .help(fmt::format("choose one: `version = \"={}\"`", spec::to_string(found.back()->id.version()))));
  }
  out.summary = found.front();
  return out;
}

void warn_about_ignored_keys(const Dependency& patch, const std::string& key, std::vector<Error>& warnings)
{
  std::string ignored = patch.features.empty() ? "" : "`features`";
  if (!patch.default_features) {
    ignored += ignored.empty() ? "`default-features`" : " and `default-features`";
  }
  if (!ignored.empty()) {
    warnings.push_back(Error("CW0322", fmt::format("{} of the patch `{}` of `{}` has no effect", ignored, patch.package_name, key))
                           .help("set it where the dependency is declared"));
  }
}

Result<> check_distinct(const PatchSet& set, const std::string& key)
{
  for (auto a = set.summaries.begin(); a != set.summaries.end(); ++a) {
    for (auto b = a + 1; b != set.summaries.end(); ++b) {
      if ((*a)->id.name() == (*b)->id.name() && (*a)->id.version() == (*b)->id.version()) {
        return fail(
            Error("CW0313", fmt::format("two patches of `{}` provide `{} v{}`", key, (*a)->id.name(), spec::to_string((*a)->id.version())))
                .help("keep one of them"));
      }
    }
  }
  return {};
}

} // namespace

Result<RegisteredPatches> register_patches(
    const manifest::Workspace& workspace, const manifest::Config& config, PackageIndex& index, const Resolve* previous, const Keep& keep)
{
  RegisteredPatches out;
  for (const manifest::PatchEntry& entry : workspace.patches) {
    CW_TRY_ASSIGN(const SourceId source, patched_source(entry.source_key, config));
    PatchSet set{source, {}};
    for (const DependencyPtr& patch : entry.dependencies) {
      warn_about_ignored_keys(*patch, entry.source_key, out.warnings);
      const std::optional<PackageId> locked = previous != nullptr ? locked_package(*patch, *previous, keep) : std::nullopt;
      CW_TRY_ASSIGN(const Chosen chosen, choose(index, *patch, entry.source_key, locked));
      if (chosen.summary->id.source().canonical() == source.canonical()) {
        return fail(
            Error("CW0312", fmt::format("the patch `{}` of `{}` comes from the source it patches", patch->package_name, entry.source_key))
                .help("point it to another source: `path`, `git` or another registry"));
      }
      if (chosen.outdated) {
        out.outdated.insert(*chosen.outdated);
        for (const auto& [id, package] : previous->packages) {
          if (patch->matches_ignoring_source(id) && id.source().canonical() == source.canonical()) {
            out.outdated.insert(id);
          }
        }
      }
      set.summaries.push_back(chosen.summary);
      out.by_url[source.canonical()].push_back(chosen.summary->id);
    }
    CW_TRY(check_distinct(set, entry.source_key));
    out.sets.push_back(std::move(set));
  }
  return out;
}

} // namespace cargo_wasm::resolve
