#pragma once
#include <string_view>

#include <cargo_wasm/manifest/profile_settings.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

namespace cargo_wasm::plan {

/// What stands beside Cargo's profile `profile`: of the one that comes with cargo-wasm, unless the project defines a profile of that name,
/// and over it what the project and its configuration say. `dev` and `release` are Cargo's own: what a project writes there is part of
/// them. Errors: those of manifest::read_profile_settings.
[[nodiscard]] Result<manifest::ProfileSettings> effective_profile_settings(const base::ReadOnlyFilesystem& fs,
                                                                           const manifest::Workspace& workspace,
                                                                           const manifest::Config& config,
                                                                           std::string_view profile);

} // namespace cargo_wasm::plan
