// The units of a standard library that is built with the project.
#pragma once
#include <cargo_wasm/plan/std_graph.hpp>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

/// Adds to `edges`, the project's and not connected yet, an edge from every unit for a target to std's roots for it, and what is below
/// those. `context`: of the project; `roots`: of the project. Errors: CW0377; CW0864 std's workspace lacks a package that was asked for.
[[nodiscard]] Result<>
attach_std(const UnitContext& context, const StdGraph& std_graph, const std::vector<UnitIndex>& roots, EdgeMap& edges);

} // namespace cargo_wasm::plan
