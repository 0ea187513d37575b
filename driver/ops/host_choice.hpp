// Which host each package is built for: `--host` for all of them, else what the manifests say.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

/// Where profiles are looked for; relative paths start from `cwd`. Errors: CW0182 there is no home directory.
[[nodiscard]] Result<host::ProfilePlaces> host_places(const Env& env, const Path& cwd);

/// Packages that are built for a host. Errors: CW0870, CW0925; CW0879 `--host` with `--strict-cargo`, which reads no manifest's `host`
/// either.
[[nodiscard]] Result<PackageHosts> choose_hosts(const Env& env,
                                                const Project& project,
                                                const GlobalOptions& options,
                                                const CompileRequest& request,
                                                const std::vector<PackagePtr>& selected);

/// Whether the page of a host brings WASI, for a program that only runs in it: for a page of its own it would be built for another target.
[[nodiscard]] bool page_brings_wasi(const host::Profile& host, std::string_view triple);

} // namespace cargo_wasm::ops
