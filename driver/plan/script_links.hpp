// Which build-script runs have a say in which unit's command line (cargo: custom_build.rs build_map).
#pragma once
#include <optional>
#include <vector>

#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

struct ScriptLinks
{
  std::optional<UnitIndex> own;   ///< the run of the unit's own package
  std::vector<UnitIndex> to_link; ///< own first, then those of linkable dependencies, transitively; each once
  std::vector<UnitIndex> plugins; ///< of dependencies that run on the build machine, transitively
};

/// One entry per unit of the graph.
[[nodiscard]] std::vector<ScriptLinks> plan_script_links(const UnitGraph& graph);

} // namespace cargo_wasm::plan
