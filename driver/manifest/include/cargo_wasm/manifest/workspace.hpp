// A workspace: the root manifest and its members, found as cargo finds them (workspace/workspace.rs).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

enum class ResolverBehavior : std::uint8_t { v1 = 1, v2 = 2, v3 = 3 };

struct Workspace
{
  std::shared_ptr<const Manifest> root_manifest; ///< may be virtual
  base::Path root;                               ///< its directory
  base::Path current_manifest;                   ///< the one the command was started for
  std::vector<PackagePtr> members;               ///< in cargo's order: the resolver activates them in it
  std::vector<PackagePtr> default_members;       ///< what is selected without -p
  /// Path packages loaded on the way that are not members (dependencies outside the workspace root) are loaded by `source`.
  ResolverBehavior resolver = ResolverBehavior::v1;
  std::map<std::string, BuildProfileToml> profiles; ///< manifest's, overridden by the configuration's
  std::vector<PatchEntry> patches;                  ///< manifest's merged with the configuration's (which wins)
  std::vector<Error> warnings;
  std::optional<Error> blocking; ///< a member's mistake that `metadata` tolerates and a build does not
  base::Path target_directory;   ///< --target-dir, CARGO_TARGET_DIR, build.target-dir, else root/target

  [[nodiscard]] const PackagePtr* find_member(spec::PackageId id) const;
  [[nodiscard]] bool is_member(spec::PackageId id) const { return find_member(id) != nullptr; }
  [[nodiscard]] base::Path lock_file() const { return root / "Cargo.lock"; }
  [[nodiscard]] PackagePtr current_package() const; ///< null at a virtual root
};

struct WorkspaceOptions
{
  std::optional<base::Path> manifest_path; ///< --manifest-path; else found upwards from the working directory
  std::optional<base::Path> target_directory;
  bool is_std = false; ///< as in ReadOptions
};

/// Errors: CW0150–CW0179 (no Cargo.toml found, cyclic workspaces, not a member, duplicate members, two packages of one name …).
[[nodiscard]] Result<Workspace> load_workspace(const Env& env, const Config& config, const WorkspaceOptions& options);

/// The workspace root that `manifest` inherits from: `pointer` (`package.workspace`) or the nearest `[workspace]` above that
/// does not exclude it. Null when there is none. `stop_at`: directories above this one ($CARGO_HOME) are not searched.
/// What sources of git checkouts use; `load_workspace` finds its own, with the manifests it has read.
[[nodiscard]] Result<std::shared_ptr<const InheritanceRoot>> find_inheritance_root(const base::ReadOnlyFilesystem& fs,
                                                                                   const base::Path& manifest,
                                                                                   const std::optional<std::string>& pointer,
                                                                                   const base::Path& stop_at);

/// A workspace of exactly one package that lies outside any (`--from`: an unpacked crate), its own lock beside it.
[[nodiscard]] Result<Workspace>
load_ephemeral_workspace(const Env& env, const Config& config, PackagePtr package, const base::Path& target_directory);

} // namespace cargo_wasm::manifest
