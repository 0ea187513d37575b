#pragma once
#include <optional>

#include <cargo_wasm/ops/plan_cache.hpp>
#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

/// Everything between the request and the first action: configuration, workspace, compiler, lock, packages, units, actions. Shows warnings
/// and the chosen target. `looked_at` is empty when this plan must not be kept. Nullopt after --unit-graph, which is printed here.
[[nodiscard]] Result<std::optional<PlannedBuild>>
plan_build(const Env& caller, const GlobalOptions& options, CompileRequest request, const RunRequest* run);

} // namespace cargo_wasm::ops
