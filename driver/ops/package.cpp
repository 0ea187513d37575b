#include <cargo_wasm/ops/publish_verbs.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "packaging.hpp"

namespace cargo_wasm::ops {

namespace {

/// Where members that depend on one another are going to find each other: what was named, or what all of them may be published to.
Result<spec::SourceId> registry_for(const Project& project, const std::vector<PackagePtr>& members, const PackageRequest& request)
{
  if (request.index) {
    return spec::SourceId::for_registry(*request.index);
  }
  if (request.registry) {
    for (const PackagePtr& member : members) {
      const auto& allowed = member->manifest->info.publish;
      if (allowed && !allowed->empty() && std::ranges::find(*allowed, *request.registry) == allowed->end()) {
        return fail(
            Error("CW1040", fmt::format("`{}` may not be published to `{}`", member->id().name().str(), *request.registry), Blame::usage)
                .note(fmt::format("`package.publish` names `{}`", base::join(*allowed, "`, `")))
                .help("name one of those, or add this one"));
      }
    }
    return project.config->source_of_registry(*request.registry);
  }
  std::optional<std::string> only;
  for (const PackagePtr& member : members) {
    const auto& allowed = member->manifest->info.publish;
    if (allowed && allowed->size() == 1 && (!only || *only == allowed->front())) {
      only = allowed->front();
    } else if (!allowed || !allowed->empty()) {
      return spec::SourceId::crates_io();
    }
  }
  return only ? project.config->source_of_registry(*only) : Result<spec::SourceId>(spec::SourceId::crates_io());
}

} // namespace

Result<> package(const Env& env, const GlobalOptions& options, const PackageRequest& request)
{
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  CW_TRY_ASSIGN(const auto selected, plan::select_packages(project.workspace, request.compile.packages));
  if (!selected.outside.empty()) {
    return fail(Error("CW1041", fmt::format("`{}` is not a package of this workspace", selected.outside.front()), Blame::usage)
                    .help("only members can be packaged: `cargo-wasm metadata --no-deps` lists them"));
  }
  for (const Error& warning : selected.warnings) {
    env.reporter.warning(warning);
  }
  const auto members = in_dependency_order(selected.members);
  if (request.list) {
    return list_archives(env, project, members, request);
  }
  CW_TRY_ASSIGN(const spec::SourceId registry, registry_for(project, members, request));
  CW_TRY(package_members(env, project, options, request, members, registry));
  return {};
}

} // namespace cargo_wasm::ops
