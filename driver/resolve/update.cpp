#include "update.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

void add_with_dependencies(const Resolve& previous, PackageId root, std::unordered_set<PackageId>& out)
{
  std::unordered_set<PackageId> visited;
  std::vector<PackageId> stack{root};
  while (!stack.empty()) {
    const PackageId id = stack.back();
    stack.pop_back();
    const ResolvedPackage* package = previous.find(id);
    if (!visited.insert(id).second || package == nullptr) {
      continue;
    }
    out.insert(id);
    for (const ResolveEdge& edge : package->edges) {
      stack.push_back(edge.to);
    }
  }
}

Result<PreciseUpdate> precise_update(PackageId id, const std::string& precise)
{
  if (!id.source().is_registry()) {
    return PreciseUpdate{id, std::nullopt, precise};
  }
  Result<spec::Version> version = spec::parse_version(precise);
  if (!version) {
    Error error("CW0343", fmt::format("`--precise {}` does not name a version", precise), Blame::usage);
    error.notes.push_back(version.error().message);
    if (precise.starts_with('v')) {
      error.helps.push_back(fmt::format("leave out the `v`: `--precise {}`", precise.substr(1)));
    }
    return fail(std::move(error));
  }
  return PreciseUpdate{id, std::move(*version), {}};
}

bool is_member(const manifest::Workspace& workspace, PackageId id)
{
  // The version is left out: the lock may have an old one.
  return std::any_of(workspace.members.begin(), workspace.members.end(), [&](const PackagePtr& member) {
    return member->id().name() == id.name() && member->id().source() == id.source();
  });
}

} // namespace

Result<UpdatePlan> plan_update(const Resolve& previous, const manifest::Workspace& workspace, const UpdateRequest& request)
{
  if (request.recursive && request.precise) {
    return fail(Error("CW0342", "`--recursive` and `--precise` exclude one another", Blame::usage)
                    .help("run `update --precise` first, then `update --recursive`"));
  }
  UpdatePlan plan;
  if (request.specs.empty()) {
    if (!request.workspace_only) {
      for (const auto& [id, package] : previous.packages) {
        plan.given_up.insert(id);
      }
      plan.given_up.insert(previous.unused_patches.begin(), previous.unused_patches.end());
    }
  }
  for (const std::string& text : request.specs) {
    CW_TRY_ASSIGN(const PackageId id, previous.query_spec(text));
    if (request.recursive) {
      add_with_dependencies(previous, id, plan.given_up);
    } else {
      plan.given_up.insert(id);
      if (request.precise) {
        CW_TRY_ASSIGN(PreciseUpdate precise, precise_update(id, *request.precise));
        plan.precise.push_back(std::move(precise));
      }
    }
    CW_TRY_ASSIGN(const spec::PackageIdSpec spec, spec::parse_package_id_spec(text));
    std::copy_if(previous.unused_patches.begin(),
                 previous.unused_patches.end(),
                 std::inserter(plan.given_up, plan.given_up.end()),
                 [&](PackageId unused) { return spec.matches(unused); });
  }
  if (!request.specs.empty()) {
    // Members stay: naming one means its dependencies.
    std::erase_if(plan.given_up, [&](PackageId id) { return is_member(workspace, id); });
  }
  for (const PackageId id : plan.given_up) {
    if (!id.source().is_registry()) {
      plan.moved_sources.insert(id.source());
    }
  }
  return plan;
}

} // namespace cargo_wasm::resolve
