// Walks the unit graph bottom up. The order decides the order of `-L` on command lines: where two directories hold a library of one
// name, the first one wins.
#include "script_links.hpp"

#include <algorithm>

namespace cargo_wasm::plan {

namespace {

void add_once(std::vector<UnitIndex>& list, UnitIndex unit)
{
  if (std::ranges::find(list, unit) == list.end()) {
    list.push_back(unit);
  }
}

class Linker
{
public:
  explicit Linker(const UnitGraph& graph) : m_graph(graph), m_done(graph.units.size(), false), m_links(graph.units.size()) {}

  std::vector<ScriptLinks> run()
  {
    for (UnitIndex unit = 0; unit < m_graph.units.size(); ++unit) {
      visit(unit);
    }
    return std::move(m_links);
  }

private:
  void visit(UnitIndex index)
  {
    if (m_done[index]) {
      return;
    }
    m_done[index] = true;
    const Unit& unit = m_graph.units[index];
    ScriptLinks links;
    std::vector<UnitIndex> below;
    for (const UnitDependency& dependency : unit.dependencies) {
      visit(dependency.unit);
      below.push_back(dependency.unit);
      const Unit& other = m_graph.units[dependency.unit];
      if (other.mode == CompileMode::run_custom_build && other.package->id() == unit.package->id() && !unit.target->is_custom_build()) {
        links.own = dependency.unit;
        links.to_link.push_back(dependency.unit);
      }
    }
    std::ranges::stable_sort(below,
                             [&](UnitIndex a, UnitIndex b) { return m_graph.units[a].package->id() < m_graph.units[b].package->id(); });
    for (const UnitIndex dependency : below) {
      const manifest::CrateTarget& target = *m_graph.units[dependency].target;
      for (const UnitIndex script : m_links[dependency].to_link) {
        if (target.for_host) {
          add_once(links.plugins, script);
        } else if (target.is_linkable()) {
          add_once(links.to_link, script);
        }
      }
    }
    std::ranges::sort(links.plugins);
    m_links[index] = std::move(links);
  }

  const UnitGraph& m_graph;
  std::vector<bool> m_done;
  std::vector<ScriptLinks> m_links;
};

} // namespace

std::vector<ScriptLinks> plan_script_links(const UnitGraph& graph)
{
  return Linker(graph).run();
}

} // namespace cargo_wasm::plan
