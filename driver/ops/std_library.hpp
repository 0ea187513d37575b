// A standard library that is compiled with the project: whether it is wanted, and its workspace, resolved and loaded.
#pragma once
#include <optional>

#include <cargo_wasm/manifest/profile_settings.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/plan/std_graph.hpp>

#include "host_build.hpp"

namespace cargo_wasm::ops {

/// `-Zbuild-std` and `-Zbuild-std-features`, `[unstable]` of the configuration, else the profile's settings, else what the host asks for.
/// nullopt: the compiler's own is used. With --strict-cargo the profile's settings play no part.
[[nodiscard]] Result<std::optional<plan::StdRequest>> wanted_std(const Project& project,
                                                                 const GlobalOptions& options,
                                                                 const CompileRequest& request,
                                                                 const manifest::ProfileSettings& settings,
                                                                 const HostBuild& host);

/// What the settings ask of every unit for a target, apart from std: `-Z` flags.
[[nodiscard]] std::vector<std::string> flags_of(const manifest::ProfileSettings& settings);

/// Reads std's workspace in the compiler's sysroot and downloads what it needs; its lock is taken as it is.
/// Errors: CW0863 the component rust-src is not installed, CW0865 the compiler is no nightly, CW0866 std's lock does not fit its manifests.
[[nodiscard]] Result<plan::StdGraph> load_std_graph(const Env& env,
                                                    const Project& project,
                                                    const GlobalOptions& options,
                                                    const plan::BuildRequest& request,
                                                    const plan::StdRequest& std_request,
                                                    const manifest::ProfileSettings& settings,
                                                    const HostBuild& host,
                                                    const toolchain::ToolchainChoice& choice,
                                                    const toolchain::TargetData& platforms);

} // namespace cargo_wasm::ops
