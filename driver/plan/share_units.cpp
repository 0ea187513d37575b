// Second pass over the unit graph (cargo: rebuild_unit_graph_shared).
//
// Without `--target` the graph is made as if the host's triple had been asked for, so that host units and normal units can be told
// apart; here the triple becomes "host" again, and units that agree merge. Three things that were left open are decided on the way:
//   strip       not chosen: "debuginfo" where neither the unit nor a direct dependency has debug info
//   debug info  of host units: kept where a normal unit is otherwise equal (then one compilation serves both), else dropped
//   identity    a hash of the dependencies tells units apart whose dependencies differ in features only
#include <algorithm>
#include <map>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

using toolchain::CompileKind;

namespace {

class Sharer
{
public:
  Sharer(const UnitContext& context, const EdgeMap& edges) : m_context(context), m_old(edges)
  {
    const auto& kinds = context.request.kinds;
    m_shares_host = std::ranges::any_of(kinds, [](const CompileKind& kind) { return kind.is_host(); });
  }

  SharedGraph run(const std::vector<UnitIndex>& roots)
  {
    SharedGraph result;
    for (const UnitIndex root : roots) {
      result.roots.push_back(visit(root, false));
    }
    result.edges = std::move(m_new);
    return result;
  }

private:
  UnitIndex visit(UnitIndex index, bool is_for_host)
  {
    if (const auto done = m_memo.find(index); done != m_memo.end()) {
      return done->second;
    }
    std::vector<UnitEdge> edges = m_old.at(index);
    std::vector<UnitIndex> below;
    for (UnitEdge& edge : edges) {
      edge.unit = visit(edge.unit, edge.purpose.for_host);
      below.push_back(edge.unit);
    }

    Unit unit = m_context.units[index];
    // Lists of dependencies are numbered in the order met, which is the same in every run; zero is the first pass.
    unit.dependency_hash = m_dependency_lists.try_emplace(below, m_dependency_lists.size() + 1).first->second;
    decide_strip(unit, below);
    decide_debug_info(unit, is_for_host);
    if (m_shares_host && unit.kind == m_context.explicit_host) {
      unit.kind = CompileKind::host();
    }
    const UnitIndex shared = m_context.units.intern(std::move(unit));
    m_memo.emplace(index, shared);
    m_new.try_emplace(shared, std::move(edges));
    return shared;
  }

  void decide_strip(Unit& unit, const std::vector<UnitIndex>& below) const
  {
    if (unit.profile.strip.deferred && !unit.profile.debuginfo.is_on() &&
        std::ranges::none_of(below, [&](UnitIndex d) { return m_context.units[d].profile.debuginfo.is_on(); })) {
      unit.profile.strip = {Strip::Kind::named, "debuginfo", false};
    }
  }

  void decide_debug_info(Unit& unit, bool is_for_host) const
  {
    DebugInfo& debuginfo = unit.profile.debuginfo;
    if (!is_for_host || !debuginfo.deferred) {
      return;
    }
    if (!m_shares_host) {
      // differences-from-cargo (a): with `--target` cargo builds host units with debug info nobody reads.
      if (!m_context.request.strict_cargo) {
        debuginfo = {DebugInfoLevel::none, false};
      }
      return;
    }
    debuginfo.deferred = false;
    Unit probe = unit;
    probe.kind = m_context.explicit_host;
    probe.dependency_hash = 0;
    const auto twin = m_context.units.find(probe);
    if (!twin || !m_old.contains(*twin)) {
      debuginfo.level = DebugInfoLevel::none;
    }
  }

  const UnitContext& m_context;
  const EdgeMap& m_old;
  EdgeMap m_new;
  std::unordered_map<UnitIndex, UnitIndex> m_memo;
  std::map<std::vector<UnitIndex>, std::uint64_t> m_dependency_lists;
  bool m_shares_host = false;
};

} // namespace

SharedGraph share_units(const UnitContext& context, const EdgeMap& edges, const std::vector<UnitIndex>& roots)
{
  return Sharer(context, edges).run(roots);
}

} // namespace cargo_wasm::plan
