// Which members, with which features: what the command line asks of a workspace.
#include <cargo_wasm/plan/unit_graph.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cargo_wasm/base/text.hpp>

#include "edge_index.hpp"
#include "patterns.hpp"

namespace cargo_wasm::plan {

using manifest::FeatureValue;
using manifest::Workspace;
using spec::PackageId;

namespace {

/// One `-p` or `--exclude` argument: a package id spec, or a glob pattern over names.
struct Selector
{
  std::string text;
  std::optional<spec::PackageIdSpec> spec; ///< nullopt: a pattern
  bool matched = false;

  bool matches(const PackagePtr& package)
  {
    const bool hit = spec ? spec->matches(package->id()) : base::glob_matches(text, package->id().name());
    matched = matched || hit;
    return hit;
  }
};

Result<std::vector<Selector>> parse_selectors(const std::vector<std::string>& texts)
{
  std::vector<Selector> selectors;
  for (const std::string& text : texts) {
    Result<spec::PackageIdSpec> spec = spec::parse_package_id_spec(text);
    if (spec) {
      selectors.push_back({text, std::move(*spec), false});
    } else if (is_pattern(text)) {
      selectors.push_back({text, std::nullopt, false});
    } else {
      return fail(std::move(spec).error());
    }
  }
  return selectors;
}

std::vector<std::string> member_names(const Workspace& workspace)
{
  std::vector<std::string> names;
  for (const PackagePtr& member : workspace.members) {
    names.push_back(member->id().name().str());
  }
  return names;
}

Error not_in_workspace(const Workspace& workspace, const Selector& selector, std::string_view role)
{
  Error error("CW0351",
              fmt::format("{} `{}` matches no package of the workspace `{}`", role, selector.text, workspace.root.string()),
              Blame::usage);
  if (const auto near = base::nearest(selector.text, member_names(workspace))) {
    error.helps.push_back(fmt::format("a package with a similar name exists: `{}`", *near));
  }
  return error;
}

bool matches_any(std::vector<Selector>& selectors, const PackagePtr& package)
{
  bool any = false;
  for (Selector& selector : selectors) {
    any = selector.matches(package) || any; // every selector learns that it matched
  }
  return any;
}

} // namespace

Result<SelectedPackages> select_packages(const Workspace& workspace, const PackageSelection& selection)
{
  SelectedPackages result;
  if (!selection.exclude.empty() && !selection.workspace) {
    return fail(Error("CW0352", "`--exclude` only works together with `--workspace`", Blame::usage));
  }
  if (selection.workspace) {
    CW_TRY_ASSIGN(std::vector<Selector> excluded, parse_selectors(selection.exclude));
    for (const PackagePtr& member : workspace.members) {
      if (!matches_any(excluded, member)) {
        result.members.push_back(member);
      }
    }
    for (const Selector& selector : excluded) {
      if (!selector.matched) {
        result.warnings.push_back(not_in_workspace(workspace, selector, "`--exclude`"));
      }
    }
    CW_TRY_ASSIGN(std::vector<Selector> named, parse_selectors(selection.packages));
    for (Selector& selector : named) {
      std::ranges::for_each(workspace.members, [&](const PackagePtr& member) { (void)selector.matches(member); });
      if (!selector.matched) {
        return fail(not_in_workspace(workspace, selector, "`--package`"));
      }
    }
  } else if (selection.packages.empty()) {
    result.members = workspace.default_members;
  } else {
    CW_TRY_ASSIGN(std::vector<Selector> named, parse_selectors(selection.packages));
    for (const PackagePtr& member : workspace.members) {
      if (matches_any(named, member)) {
        result.members.push_back(member);
      }
    }
    for (const Selector& selector : named) {
      if (selector.matched) {
        continue;
      }
      if (!selector.spec) {
        return fail(not_in_workspace(workspace, selector, "pattern"));
      }
      result.outside.push_back(selector.text);
    }
  }
  if (result.members.empty() && result.outside.empty()) {
    return fail(Error("CW0350", "no packages to compile", Blame::usage)
                    .note(fmt::format("the workspace `{}` has {} members", workspace.root.string(), workspace.members.size())));
  }
  return result;
}

bool BuildRequest::needs_dev_dependencies() const
{
  if (intent == UserIntent::test || intent == UserIntent::bench || (intent == UserIntent::check && check_as_test)) {
    return true;
  }
  return targets.all_targets || targets.all_examples || targets.all_tests || targets.all_benches || !targets.examples.empty() ||
         !targets.tests.empty() || !targets.benches.empty();
}

namespace {

/// What a member can be asked for: its features and the names of its optional dependencies.
bool has_feature(const manifest::Summary& summary, InternedString feature)
{
  return summary.features.contains(feature) ||
         std::ranges::any_of(summary.dependencies, [&](const auto& d) { return d->optional && d->name_in_toml == feature; });
}

bool has_dependency(const manifest::Summary& summary, InternedString name)
{
  return std::ranges::any_of(summary.dependencies, [&](const auto& d) { return d->name_in_toml == name; });
}

Result<std::set<InternedString>> parse_requested(const std::vector<std::string>& texts)
{
  std::set<InternedString> features;
  for (const std::string& text : texts) {
    const FeatureValue value = manifest::parse_feature_value(InternedString(text));
    if (value.kind == FeatureValue::Kind::dependency) {
      return fail(Error("CW0355", fmt::format("`{}` cannot be asked for: `dep:` belongs in a manifest", text), Blame::usage)
                      .help(fmt::format("ask for the feature that switches the dependency on, often `{}`", value.dependency)));
    }
    if (value.kind == FeatureValue::Kind::dependency_feature && value.feature.view().find('/') != std::string_view::npos) {
      return fail(Error("CW0355", fmt::format("feature `{}` has more than one `/`", text), Blame::usage));
    }
    features.insert(InternedString(text));
  }
  return features;
}

/// The features of the command line that this member defines. Those it knows are added to `found`.
std::set<InternedString> matching_features(const PackagePtr& member, const std::set<InternedString>& asked, std::set<InternedString>& found)
{
  const manifest::Summary& summary = *member->manifest->summary;
  std::set<InternedString> features;
  for (const InternedString text : asked) {
    const FeatureValue value = manifest::parse_feature_value(text);
    if (value.kind == FeatureValue::Kind::feature) {
      if (has_feature(summary, value.feature)) {
        features.insert(text);
        found.insert(text);
      }
    } else if (has_dependency(summary, value.dependency)) {
      features.insert(text);
      found.insert(text);
    } else if (value.dependency == summary.id.name() && has_feature(summary, value.feature)) {
      features.insert(value.feature);
      found.insert(text);
    }
  }
  return features;
}

Error unknown_features(const Workspace& workspace, const std::vector<PackagePtr>& selected, const std::vector<std::string>& unknown)
{
  std::vector<std::string> names;
  std::vector<std::string> candidates;
  for (const PackagePtr& member : selected) {
    names.push_back(member->id().name().str());
    for (const auto& [feature, values] : member->manifest->summary->features) {
      candidates.push_back(feature.str());
    }
  }
  Error error("CW0353",
              names.size() == 1 ? fmt::format("package `{}` has no feature `{}`", names.front(), fmt::join(unknown, "`, `"))
                                : fmt::format("no selected package has the feature `{}`", fmt::join(unknown, "`, `")),
              Blame::usage);
  if (names.size() > 1) {
    error.notes.push_back(fmt::format("selected: `{}`", fmt::join(names, "`, `")));
  }
  for (const PackagePtr& member : workspace.members) {
    const bool defines =
        std::ranges::any_of(unknown, [&](const std::string& f) { return member->manifest->summary->features.contains(InternedString(f)); });
    if (defines && std::ranges::find(selected, member) == selected.end()) {
      error.helps.push_back(fmt::format("package `{}` has it; select it with `--package {}`", member->id().name(), member->id().name()));
    }
  }
  for (const std::string& feature : unknown) {
    if (const auto near = base::nearest(feature, candidates); near && error.helps.empty()) {
      error.helps.push_back(fmt::format("a feature with a similar name exists: `{}`", *near));
    }
  }
  return error;
}

/// Cargo resolves with dev-dependencies even when nothing that is built needs them: the feature resolver of version 1 counts
/// their features. They are neither downloaded nor built for that.
constexpr bool k_with_dev = true;

/// Resolver 2, 3 and virtual workspaces: features go to every selected member that has them.
Result<std::vector<resolve::ResolveRoot>> roots_by_member(const Workspace& workspace,
                                                          const SelectedPackages& selected,
                                                          const FeatureSelection& features,
                                                          const std::set<InternedString>& asked)
{
  std::vector<resolve::ResolveRoot> roots;
  if (selected.members.empty()) {
    if (!asked.empty() || features.all_features || features.no_default_features) {
      return fail(Error("CW0354",
                        fmt::format("features cannot be chosen for `{}`, which is not part of the workspace", selected.outside.front()),
                        Blame::usage)
                      .help("its features follow from the packages that depend on it"));
    }
    for (const PackagePtr& member : workspace.members) {
      roots.push_back({member->manifest->summary, {}, k_with_dev});
    }
    return roots;
  }
  std::set<InternedString> found;
  for (const PackagePtr& member : selected.members) {
    roots.push_back({member->manifest->summary,
                     {matching_features(member, asked, found), features.all_features, !features.no_default_features},
                     k_with_dev});
  }
  std::vector<std::string> unknown;
  for (const InternedString feature : asked) {
    if (!found.contains(feature)) {
      unknown.push_back(feature.str());
    }
  }
  if (!unknown.empty()) {
    return fail(unknown_features(workspace, selected.members, unknown));
  }
  return roots;
}

/// Resolver 1: features belong to the package of the current directory; others get `member/feature` only.
std::vector<resolve::ResolveRoot> roots_by_current_package(const Workspace& workspace,
                                                           const SelectedPackages& selected,
                                                           const FeatureSelection& features,
                                                           const std::set<InternedString>& asked)
{
  const PackagePtr current = workspace.current_package();
  std::map<InternedString, std::set<InternedString>> of_member;
  std::set<InternedString> of_current;
  for (const InternedString text : asked) {
    const FeatureValue value = manifest::parse_feature_value(text);
    const bool names_member =
        value.kind == FeatureValue::Kind::dependency_feature &&
        std::ranges::any_of(selected.members, [&](const PackagePtr& m) { return m != current && m->id().name() == value.dependency; });
    if (names_member) {
      of_member[value.dependency].insert(value.feature);
    } else {
      of_current.insert(text);
    }
  }
  std::vector<resolve::ResolveRoot> roots;
  for (const PackagePtr& member : workspace.members) {
    if (current && member->id() == current->id()) {
      roots.push_back({member->manifest->summary, {of_current, features.all_features, !features.no_default_features}, k_with_dev});
    } else if (std::ranges::find(selected.members, member) != selected.members.end()) {
      roots.push_back({member->manifest->summary, {of_member[member->id().name()], features.all_features, true}, k_with_dev});
    }
  }
  return roots;
}

} // namespace

Result<std::vector<resolve::ResolveRoot>> plan_resolve_roots(const Workspace& workspace, const BuildRequest& request)
{
  CW_TRY_ASSIGN(const SelectedPackages selected, select_packages(workspace, request.packages));
  CW_TRY_ASSIGN(const std::set<InternedString> asked, parse_requested(request.features.features));
  const bool is_virtual = workspace.current_package() == nullptr;
  if (is_virtual || workspace.resolver != manifest::ResolverBehavior::v1) {
    return roots_by_member(workspace, selected, request.features, asked);
  }
  return roots_by_current_package(workspace, selected, request.features, asked);
}

std::vector<PackageId> needed_packages(const resolve::Resolve& resolve,
                                       const std::vector<resolve::ResolveRoot>& roots,
                                       const BuildRequest& request,
                                       const toolchain::TargetData& platforms)
{
  const EdgeIndex index(resolve);
  const bool dev = request.needs_dev_dependencies();
  std::set<PackageId> used;
  for (const toolchain::CompileKind& kind : request.kinds) {
    std::set<PackageId> seen;
    std::vector<PackageId> pending;
    for (const resolve::ResolveRoot& root : roots) {
      pending.push_back(root.summary->id);
    }
    while (!pending.empty()) {
      const PackageId id = pending.back();
      pending.pop_back();
      if (!seen.insert(id).second || !index.contains(id)) {
        continue;
      }
      for (const EdgeIndex::Edge& edge : index.edges(id)) {
        const bool is_used = std::ranges::any_of(*edge.dependencies, [&](const resolve::DependencyPtr& d) {
          if (d->kind == manifest::DependencyKind::development && !dev) {
            return false;
          }
          return !d->platform || platforms.platform_matches(*d->platform, kind) ||
                 platforms.platform_matches(*d->platform, toolchain::CompileKind::host());
        });
        if (is_used) {
          pending.push_back(edge.to);
        }
      }
    }
    used.insert(seen.begin(), seen.end());
  }
  return {used.begin(), used.end()};
}

} // namespace cargo_wasm::plan
