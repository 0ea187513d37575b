#pragma once
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

namespace cargo_wasm::ops {

/// `paths = […]` of the configuration: each names a directory whose package stands for the one of the same name and version, wherever that
/// comes from. The lock does not know of it (cargo: ops/resolve.rs add_overrides), so this comes after the lock is written.
/// A dependency that the lock has no version for is left out and warned about (CW0703). Returns the packages that were put in.
[[nodiscard]] Result<std::vector<PackagePtr>> apply_path_overrides(const Env& env, Project& project, resolve::Resolve& resolve);

} // namespace cargo_wasm::ops
