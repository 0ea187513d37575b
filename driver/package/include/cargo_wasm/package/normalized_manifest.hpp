// The Cargo.toml of a published package: everything inherited filled in, every target named with its file, dependencies by their registry
// alone; keys in cargo's order (cargo: workspace/parser, prepare_toml_for_publish; crates/cargo-util-schemas).
#pragma once
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

namespace cargo_wasm::package {

struct NormalizedManifest
{
  std::string text;
  std::vector<Error> warnings; ///< targets and build scripts whose files are not packaged
};

/// `packaged`: the paths of the archive. `member` must be one of the workspace's. Errors: CW0190 the registry of a dependency is unknown.
[[nodiscard]] Result<NormalizedManifest> normalized_manifest(const manifest::Workspace& workspace,
                                                             const manifest::Package& member,
                                                             const manifest::Config& config,
                                                             const std::set<std::string>& packaged);

/// The Cargo.toml of a package of a repository as `vendor` writes it: what it inherits filled in, every target named; paths, repositories
/// and
/// `[workspace]` stay. `shared`: the `[workspace]` it inherits from, whose manifest lies in `shared_root`; null when there is none.
[[nodiscard]] Result<std::string> vendored_manifest(const manifest::Package& package,
                                                    const manifest::Config& config,
                                                    const manifest::TomlTable* shared,
                                                    const Path& shared_root);

/// What a `readme` or `license-file` is called in the archive: its path in the package, or, from outside, its name.
[[nodiscard]] std::string path_in_archive(const Path& package_root, const std::string& written);

} // namespace cargo_wasm::package
