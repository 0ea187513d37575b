// The steps every verb shares, each usable alone: configuration → workspace → compiler → lock → packages.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/host/profile.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>
#include <cargo_wasm/source/source_map.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::ops {

/// A workspace with its configuration and its sources.
struct Project
{
  std::unique_ptr<manifest::Config> config;
  manifest::Workspace workspace;
  std::unique_ptr<source::SourceMap> sources;
  bool is_from_registry = false; ///< `--from`: its authors' choice of a compiler is none of ours
  /// Chosen once, so that the lock is made for the compiler that builds.
  std::optional<toolchain::ToolchainChoice> toolchain;
};

/// Reads configuration and workspace; shows their warnings.
[[nodiscard]] Result<Project> open_project(const Env& env, const GlobalOptions& options);

/// The mistake of a member that only those who build or fetch must not overlook (cargo: cargo_compile and cargo_fetch alone look for it).
[[nodiscard]] Result<> check_members(const manifest::Workspace& workspace);

/// Takes a package from crates.io (`--from`): newest or named version, unpacked under cargo's own home, with the lock it was
/// packaged with; built under `$XDG_CACHE_HOME/cargo-wasm/from/NAME-VERSION/target`. Errors: CW0741 no such package or version.
[[nodiscard]] Result<Project> open_registry_project(const Env& env, const GlobalOptions& options, const FromSpec& from);

/// An archive that was unpacked into `directory`, as a project of its own: no workspace above it counts.
[[nodiscard]] Result<Project> open_unpacked_project(const Env& env, const GlobalOptions& options, const Path& directory);

/// A package of crates.io, unpacked. Errors: CW0741 no such package or version; those of the network.
[[nodiscard]] Result<PackagePtr> load_from_registry(source::SourceMap& sources, const FromSpec& from);

/// What command line and manifests say about the compiler. `selected`: the packages that are built, whose `[package.metadata.wasm]
/// toolchain` have to agree; empty: the default ones, and where those differ only the workspace's key counts. --strict-cargo reads none.
/// Errors: CW0671 two packages want different ones; CW0102, CW0167, CW0670.
[[nodiscard]] Result<toolchain::ToolchainWish> wanted_toolchain(const Env& env,
                                                                const manifest::Workspace& workspace,
                                                                const GlobalOptions& options,
                                                                const std::vector<PackagePtr>& selected);

/// The compiler, installed first when it is missing and the user said so; from the second call on the one that was chosen.
[[nodiscard]] Result<toolchain::ToolchainChoice>
choose_toolchain(const Env& env, Project& project, const GlobalOptions& options, const std::vector<PackagePtr>& selected = {});

/// `$XDG_CACHE_HOME/cargo-wasm`, else `~/.cache/cargo-wasm`: what belongs to this user and no project.
[[nodiscard]] Path cache_home(const Env& env);

/// $XDG_CACHE_HOME/cargo-wasm/toolchains
[[nodiscard]] Path toolchain_cache_directory(const Env& env);
/// Where what rustc says about itself is kept, for a project and for the user.
[[nodiscard]] toolchain::RustcCachePlaces rustc_cache_places(const Env& env, const manifest::Workspace& workspace);

/// Runs the lock pass and writes Cargo.lock when it changed.
struct LockMode
{
  bool ignore_existing = false;
  std::optional<resolve::UpdateRequest> update;
  bool write = true;
};
[[nodiscard]] Result<resolve::LockPassResult>
lock_project(const Env& env, Project& project, const GlobalOptions& options, const LockMode& mode);

/// A host that a package is built for.
struct PackageHost
{
  std::shared_ptr<const host::Profile> profile;
  std::string reason;        ///< "--host browser", "`[package.metadata.wasm] host`"
  bool is_asked_for = false; ///< by --host
};
using PackageHosts = std::unordered_map<spec::PackageId, PackageHost>;

/// How a requested triple came about, for the line that says so.
struct TargetChoice
{
  std::vector<std::string> triples = {}; ///< empty: the host, as `cargo build` without --target
  std::string reason = {};               ///< "--target", "build.target", "[package.metadata.wasm]", "default for programs" …
  bool is_default_rule = false;
  /// Where the selected packages are not all for the same: what each is for; `triples` then is all of them together.
  std::unordered_map<spec::PackageId, std::vector<std::string>> of_package = {};
  std::vector<std::string> lines = {}; ///< what to tell about `of_package`, one line a target
};
/// --target, else build.target of the configuration, both for everything. Else per package its `[package.metadata.wasm] target`,
/// `[workspace.metadata.wasm] target`, wasm32-wasip2 where a component is wanted, wasm32-unknown-unknown where bindings are, what its host
/// is built for, or design rule (d): any program → wasm32-wasip1, a cdylib → wasm32-unknown-unknown, else the host. Where packages differ,
/// the host is named as `host-tuple`, as cargo has it. Errors: CW0745 the metadata key is not a string.
[[nodiscard]] Result<TargetChoice> choose_target(const Project& project,
                                                 const GlobalOptions& options,
                                                 const CompileRequest& request,
                                                 const std::vector<PackagePtr>& selected,
                                                 const PackageHosts& hosts = {});

} // namespace cargo_wasm::ops
