// Cargo.toml files of packages outside the workspace: read with their source, inheriting from a workspace root above them.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include <cargo_wasm/manifest/manifest.hpp>

#include "session.hpp"

namespace cargo_wasm::source {

/// nullptr for a virtual manifest. Thread safe. Errors: those of the manifest reader.
[[nodiscard]] Result<manifest::PackagePtr> read_package(const Session& session, const base::Path& directory, spec::SourceId source);

/// Runs `work(i)` for every i below `count` in as many threads as there are processors; the error of the lowest index
/// that failed. Few items are done in the calling thread, because starting threads costs more.
Result<> for_each_in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& work);

/// Every package below `root`, as git sources see a repository: the root's first, then those found by walking (without
/// directories that start with a dot, submodules and `target`), then those that path dependencies point to. Manifests that
/// cannot be read are passed over unless nothing else is there.
[[nodiscard]] Result<std::vector<manifest::PackagePtr>>
read_packages_below(const Session& session, const base::Path& root, spec::SourceId source);

} // namespace cargo_wasm::source
