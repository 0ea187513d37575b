// What `package` and `publish` share: members of a workspace, in the order of their dependencies, as archives.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/ops/publish_verbs.hpp>
#include <cargo_wasm/package/packaged_crate.hpp>

namespace cargo_wasm::ops {

struct PackagedMember
{
  PackagePtr member;
  PackagePtr published; ///< read from the normalised manifest
  std::optional<std::string> readme;
  std::string crate; ///< the bytes of the archive
  std::string sha256;
  Path file; ///< where the archive is
};

/// Those of the selected members that come before others first. A cycle is broken where it is met: only development dependencies make one.
[[nodiscard]] std::vector<PackagePtr> in_dependency_order(const std::vector<PackagePtr>& members);

/// `--list`.
Result<> list_archives(const Env& env, const Project& project, const std::vector<PackagePtr>& members, const PackageRequest& request);

/// Packs and, unless that is not wanted, builds each; the archives are put in place when all of it went well. `registry`: what members that
/// depend on one another find each other in.
[[nodiscard]] Result<std::vector<PackagedMember>> package_members(const Env& env,
                                                                  Project& project,
                                                                  const GlobalOptions& options,
                                                                  const PackageRequest& request,
                                                                  const std::vector<PackagePtr>& members,
                                                                  spec::SourceId registry);

} // namespace cargo_wasm::ops
