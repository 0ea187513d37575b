// How link-time optimisation reaches each unit (cargo: compiler/lto.rs).
//
// What links (programs, cdylibs, staticlibs) runs LTO as its profile says, if every crate type of it can. Libraries below need bitcode
// when somebody above runs LTO, object code when somebody above does not, and both when both ask: the demands of all parents are
// merged until nothing changes. Host units never take part.
#include <algorithm>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateType;

namespace {

using Kind = UnitLto::Kind;

bool can_lto(CrateType type)
{
  return type == CrateType::bin || type == CrateType::cdylib || type == CrateType::staticlib;
}
bool is_dynamic(CrateType type)
{
  return type == CrateType::dylib || type == CrateType::cdylib || type == CrateType::proc_macro;
}

bool needs_object(const std::vector<CrateType>& types)
{
  return std::ranges::any_of(types, [](CrateType t) { return can_lto(t) || is_dynamic(t); });
}

UnitLto for_object(const std::vector<CrateType>& types)
{
  // rustc cannot run LTO on a dylib, so bitcode would be of no use to it.
  const bool only_dylib = std::ranges::all_of(types, [](CrateType t) { return t == CrateType::dylib; });
  return {only_dylib ? Kind::only_object : Kind::object_and_bitcode, {}};
}

UnitLto of_profile(const Lto& lto)
{
  switch (lto.kind) {
  case Lto::Kind::off:
    return {Kind::off, {}};
  case Lto::Kind::named:
    return {Kind::run, lto.name};
  case Lto::Kind::boolean:
    return {lto.value ? Kind::run : Kind::only_object, {}};
  }
  return {};
}

UnitLto merge(const UnitLto& wanted, const UnitLto& present)
{
  for (const Kind kind : {Kind::run, Kind::off, Kind::object_and_bitcode}) {
    if (wanted.kind == kind) {
      return wanted;
    }
    if (present.kind == kind) {
      return present;
    }
  }
  return wanted.kind == present.kind ? wanted : UnitLto{Kind::object_and_bitcode, {}};
}

class LtoPlanner
{
public:
  explicit LtoPlanner(UnitGraph& graph) : m_graph(graph), m_seen(graph.units.size(), false) {}

  void run()
  {
    for (const UnitIndex root : m_graph.roots) {
      visit(root, of_root(m_graph.units[root]));
    }
  }

private:
  [[nodiscard]] static UnitLto of_root(const Unit& unit)
  {
    const Lto& lto = unit.profile.lto;
    if (lto.kind == Lto::Kind::off) {
      return {Kind::off, {}};
    }
    if (lto.kind == Lto::Kind::boolean && !lto.value) {
      return {Kind::only_object, {}};
    }
    if (unit.target->for_host) {
      return {Kind::only_object, {}};
    }
    return needs_object(unit.crate_types) ? for_object(unit.crate_types) : UnitLto{Kind::only_bitcode, {}};
  }

  [[nodiscard]] static UnitLto wanted(const Unit& unit, const UnitLto& parent)
  {
    const std::vector<CrateType> types = unit.mode == CompileMode::test ? std::vector{CrateType::bin} : unit.crate_types;
    if (unit.target->for_host) {
      return {Kind::only_object, {}};
    }
    if (std::ranges::all_of(types, can_lto)) {
      return of_profile(unit.profile.lto);
    }
    const bool object = needs_object(types);
    if (parent.kind == Kind::run) {
      return object ? for_object(types) : UnitLto{Kind::only_bitcode, {}};
    }
    return parent.kind == Kind::only_bitcode && object ? for_object(types) : parent;
  }

  void visit(UnitIndex index, const UnitLto& parent)
  {
    Unit& unit = m_graph.units[index];
    UnitLto result = wanted(unit, parent);
    if (m_seen[index]) {
      result = merge(result, unit.lto);
      if (result == unit.lto) {
        return;
      }
    }
    m_seen[index] = true;
    unit.lto = result;
    for (const UnitDependency& dependency : unit.dependencies) {
      visit(dependency.unit, result);
    }
  }

  UnitGraph& m_graph;
  std::vector<bool> m_seen;
};

} // namespace

void plan_lto(UnitGraph& graph)
{
  LtoPlanner(graph).run();
}

void drop_unused_rlibs(UnitGraph& graph)
{
  std::vector<bool> is_linked(graph.units.size(), false);
  for (const Unit& unit : graph.units) {
    for (const UnitDependency& dependency : unit.dependencies) {
      is_linked[dependency.unit] = true;
    }
  }
  for (std::size_t i = 0; i < graph.units.size(); ++i) {
    Unit& unit = graph.units[i];
    const bool for_wasm = unit.kind.triple && unit.kind.triple->view().starts_with("wasm32-");
    const bool has_cdylib = std::ranges::find(unit.crate_types, CrateType::cdylib) != unit.crate_types.end();
    const bool only_rust = std::ranges::all_of(
        unit.crate_types, [](CrateType t) { return t == CrateType::cdylib || t == CrateType::lib || t == CrateType::rlib; });
    if (for_wasm && has_cdylib && only_rust && unit.mode == CompileMode::build && !is_linked[i]) {
      unit.crate_types = {CrateType::cdylib};
    }
  }
}

} // namespace cargo_wasm::plan
