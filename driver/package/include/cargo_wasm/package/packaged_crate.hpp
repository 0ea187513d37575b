// One package as an archive: which files, then their bytes (cargo: ops/cargo_package).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/package/file_list.hpp>
#include <cargo_wasm/package/normalized_manifest.hpp>

namespace cargo_wasm::package {

/// A file of the archive. What is made for it has no source.
struct ArchiveFile
{
  enum class Kind : std::uint8_t { copied, manifest, lock, vcs } kind = Kind::copied;
  std::string path; ///< in the archive, below NAME-VERSION
  Path source;      ///< of `copied`
};

struct ArchivePlan
{
  std::vector<ArchiveFile> files; ///< in the archive's order
  std::optional<VcsState> vcs;
  std::vector<Error> warnings;
};

struct PlanOptions
{
  bool allows_changes = false; ///< --allow-dirty
  bool has_lock = true;        ///< not with --exclude-lockfile
};

/// What the archive of a member will hold. Errors: those of `list_package_files` and `vcs_state_of`; CW1032 a name that cargo keeps for
/// itself, CW1033 a readme, license file or build script that is not there.
[[nodiscard]] Result<ArchivePlan> plan_archive(
    const Env& env, const manifest::Workspace& workspace, const manifest::Package& member, const PlanOptions& options, const MakeGit& git);

/// "NAME-VERSION".
[[nodiscard]] std::string archive_name(const manifest::Package& member);

/// The paths of a plan.
[[nodiscard]] std::set<std::string> paths_of(const ArchivePlan& plan);

struct Archive
{
  std::string bytes;                ///< of the `.crate`
  std::uint64_t unpacked_bytes = 0; ///< of its files
};

/// Reads the files and packs them. `lock_text` is used where the plan has a lock.
[[nodiscard]] Result<Archive> make_archive(const Env& env,
                                           const manifest::Package& member,
                                           const ArchivePlan& plan,
                                           const std::string& manifest_text,
                                           const std::string& lock_text);

/// Nothing that a package depends on may be known by its path or repository alone. Errors: CW1034.
[[nodiscard]] Result<> check_dependencies(const manifest::Package& member, bool for_registry);

/// What crates.io wants to know of a package and its manifest does not say; nullopt: nothing is missing.
[[nodiscard]] std::optional<Error> missing_metadata(const manifest::Package& member);

} // namespace cargo_wasm::package
