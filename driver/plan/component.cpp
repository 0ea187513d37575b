#include <cargo_wasm/plan/component.hpp>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

std::vector<UnitIndex> wrappable_units(const UnitGraph& graph)
{
  std::vector<UnitIndex> found;
  for (const UnitIndex root : graph.roots) {
    const Unit& unit = graph.units[root];
    if (is_finished(unit) && unit.kind.triple && unit.kind.triple->view().starts_with("wasm32")) {
      found.push_back(root);
    }
  }
  return found;
}

} // namespace cargo_wasm::plan
