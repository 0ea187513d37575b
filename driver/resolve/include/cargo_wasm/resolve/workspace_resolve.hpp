// Resolution of a workspace with an existing lock: what is kept, what is freed, what is written
// (cargo: ops/resolve.rs, ops/lockfile.rs, ops/cargo_update.rs, registry.rs).
#pragma once
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/resolve/resolve.hpp>
#include <cargo_wasm/resolve/resolver.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cargo_wasm::resolve {

/// Lock file → Resolve, without summaries and features. The lock does not say where path packages
/// lie: `path_packages` does; entries without a source that are not among them are left out, as
/// cargo does with packages that went away. Errors: CW0245 a package is listed twice, CW0246 a
/// version or source that cannot be read.
[[nodiscard]] Result<Resolve> from_lock(const manifest::Lockfile& lock, const std::vector<PackageId>& path_packages);
[[nodiscard]] manifest::Lockfile to_lock(const Resolve& resolve);

struct UpdateRequest
{
  std::vector<std::string> specs; ///< empty = everything
  bool recursive = false;
  bool workspace_only = false;
  std::optional<std::string> precise;
};

struct LockPassOptions
{
  std::optional<UpdateRequest> update; ///< `cargo-wasm update`
  bool ignore_existing = false;        ///< `generate-lockfile`
  bool locked = false, frozen = false;
  std::string_view offline_reason; ///< as in ResolveRequest
  bool ignore_rust_version = false;
  std::optional<spec::Version> rustc_version; ///< for MSRV-aware resolution when no member has a rust-version
};

struct LockPassResult
{
  Resolve resolve; ///< all members, all features, dev-dependencies, every target
  std::optional<Resolve> previous;
  std::string lock_text;       ///< what the lock file should be
  bool differs = false;        ///< from the file on disk (line endings aside)
  std::vector<Error> warnings; ///< unused patches …
};

/// The lock pass. Does not write. Errors: those of the resolver; CW0240 the lock would change but
/// --locked was given, CW0241 a checksum changed.
[[nodiscard]] Result<LockPassResult> resolve_for_lock(const Env& env,
                                                      const manifest::Workspace& workspace,
                                                      const manifest::Config& config,
                                                      PackageIndex& index,
                                                      const LockPassOptions& options);

/// The narrowed pass: only these roots with these features, locked to `full`. Derived by walking
/// `full`, not by a second resolution. Edges and features are those a second resolution would give.
[[nodiscard]] Result<Resolve> narrow(const Resolve& full, const manifest::Workspace& workspace, const std::vector<ResolveRoot>& roots);

} // namespace cargo_wasm::resolve
