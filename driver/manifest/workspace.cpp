#include <cargo_wasm/manifest/workspace.hpp>

#include <algorithm>

#include "workspace_loader.hpp"

namespace cargo_wasm::manifest {

const PackagePtr* Workspace::find_member(spec::PackageId id) const
{
  const auto found = std::find_if(members.begin(), members.end(), [&](const PackagePtr& member) { return member->id() == id; });
  return found == members.end() ? nullptr : &*found;
}

PackagePtr Workspace::current_package() const
{
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const PackagePtr& member) { return member->manifest->file == current_manifest; });
  return found == members.end() ? nullptr : *found;
}

Result<Workspace> load_workspace(const Env& env, const Config& config, const WorkspaceOptions& options)
{
  return WorkspaceLoader(env, config).run(options);
}

Result<Workspace> load_ephemeral_workspace(const Env& env, const Config& config, PackagePtr package, const base::Path& target_directory)
{
  static_cast<void>(env);
  Workspace workspace;
  workspace.root_manifest = package->manifest;
  workspace.root = package->root();
  workspace.current_manifest = package->manifest->file;
  workspace.resolver = resolver_of(*package->manifest);
  workspace.target_directory = target_directory;
  workspace.profiles = package->manifest->profiles;
  CW_TRY_ASSIGN(auto profiles, config.profiles());
  for (auto& [name, profile] : profiles) {
    BuildProfileToml& own = workspace.profiles[name];
    own = merge(std::move(own), profile);
  }
  CW_TRY_ASSIGN(workspace.patches, config.patches());
  workspace.members.push_back(package);
  workspace.default_members.push_back(std::move(package));
  return workspace;
}

} // namespace cargo_wasm::manifest
