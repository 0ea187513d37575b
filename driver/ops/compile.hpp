#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/ops/plan_cache.hpp>
#include <cargo_wasm/ops/requests.hpp>

#include "artifact_sizes.hpp"

namespace cargo_wasm::ops {

/// One file made for the user.
struct Artifact
{
  Path path;
  std::uint64_t size_bytes = 0;
  std::string target_kind, target_name, triple; ///< "bin", "hexyl", "wasm32-wasip1" ("" for the host)
};

/// What `build` and `run` share: everything up to and including the execution.
struct Compiled
{
  std::shared_ptr<const PlannedBuild> planned; ///< null after --unit-graph
  std::optional<exec::BuildOutcome> outcome;   ///< nullopt after --unit-graph and --dry-run
  std::vector<Artifact> artifacts;
  std::vector<ArtifactSize> sizes; ///< of those that are WebAssembly
};

/// Plans, unless an earlier plan holds, and executes; `run` is what comes after the build. The Error of a failed compilation is
/// `already_reported`. Prints everything but the last line.
[[nodiscard]] Result<Compiled> compile(const Env& env, const GlobalOptions& options, const CompileRequest& request, const RunRequest* run);

/// `Finished …`, the last line of a successful build, without its verb: artifact, size and time; "{elapsed}" stands for the time. With
/// `repeated` it is what a build says that finds everything fresh: nothing differs from the build before.
[[nodiscard]] std::string finished_text(const Env& env, const Compiled& compiled, bool repeated);
[[nodiscard]] std::string elapsed_text(std::chrono::steady_clock::duration elapsed);

/// Remembers the finished build for the no-op check.
void remember_noop(const Env& env, const CompileRequest& request, const Compiled& compiled);

} // namespace cargo_wasm::ops
