// Which files of a directory belong to a package (cargo: sources/path.rs, ops/cargo_package): what git tracks or does not ignore, or what
// lies there, less `exclude`; or just what `include` names.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/net/git.hpp>

namespace cargo_wasm::package {

/// A file of the package's directory.
struct ListedFile
{
  std::string path;     ///< relative to the package
  Path source;          ///< absolute
  bool is_link = false; ///< it is a symbolic link, or was reached through one
};

/// Where git is asked from; made only when there is a reason to.
using MakeGit = std::function<Result<std::unique_ptr<net::GitClient>>()>;

/// The package's own files in no particular order. Errors: CW1030 a name that not every system can have, CW1036 a pattern that is none;
/// CW0466; those of reading directories.
[[nodiscard]] Result<std::vector<ListedFile>> list_package_files(const Env& env, const manifest::Manifest& manifest, const MakeGit& git);

/// What `.cargo_vcs_info.json` says.
struct VcsState
{
  std::string commit;
  bool is_dirty = false;
  std::string path; ///< of the package in the repository, "" for its root
};

/// nullopt: the package is in no repository, is ignored by it, or there is no commit yet. Errors: CW1031 files that are packaged differ
/// from the last commit, and that is not allowed.
[[nodiscard]] Result<std::optional<VcsState>> vcs_state_of(const Env& env,
                                                           const manifest::Workspace& workspace,
                                                           const manifest::Manifest& manifest,
                                                           const std::vector<ListedFile>& files,
                                                           bool allows_changes,
                                                           const MakeGit& git);

/// The file `.cargo_vcs_info.json`.
[[nodiscard]] std::string vcs_info_text(const VcsState& state);

} // namespace cargo_wasm::package
