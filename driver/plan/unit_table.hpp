// Units while the graph is built: each distinct one once (cargo: compiler/unit.rs UnitInterner).
//
// Two units are one when package, target, profile (its name and undecided settings aside), kind, mode, features and dependency hash agree.
// The first one interned stays: a deferred debug level that meets a decided one of the same value takes on the decision.
#pragma once
#include <compare>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

/// Why a dependency is needed; decides its features and profile, and is no part of the unit (cargo: UnitFor).
struct UnitPurpose
{
  bool for_host = false;      ///< build scripts, proc macros and what they depend on
  bool host_features = false; ///< features of the host side; a build script itself does not have it, its dependencies do
  bool always_unwind = false; ///< panic settings do not apply
  bool operator==(const UnitPurpose&) const = default;

  [[nodiscard]] UnitPurpose of_dependency(const Unit& parent, const manifest::CrateTarget& dependency) const
  {
    return {for_host || dependency.for_host,
            host_features || parent.target->is_custom_build() || dependency.proc_macro,
            always_unwind || dependency.for_host};
  }
  [[nodiscard]] UnitPurpose of_build_script() const { return {true, host_features, true}; }
};

struct UnitEdge
{
  UnitIndex unit = 0;
  UnitPurpose purpose;
  InternedString extern_name;
  std::optional<InternedString> dependency_name;
  bool is_public = false, no_prelude = false, no_unused = false; ///< as in UnitDependency
};

/// Units with their edges; a unit without an entry was not visited yet.
using EdgeMap = std::unordered_map<UnitIndex, std::vector<UnitEdge>>;

class UnitTable
{
public:
  /// The index of the equal unit that is there already, or of this one.
  UnitIndex intern(Unit unit);
  /// The index of an equal unit, if there is one.
  [[nodiscard]] std::optional<UnitIndex> find(const Unit& unit) const;
  [[nodiscard]] const Unit& operator[](UnitIndex index) const { return m_units[index]; }

private:
  std::deque<Unit> m_units; // references stay valid while it grows
  std::unordered_multimap<std::uint64_t, UnitIndex> m_by_hash;
};

/// Cargo's order of units: package, target, profile, kind, mode, features, std last. Decides the order of `--extern` and of `--unit-graph`.
[[nodiscard]] std::strong_ordering compare_units(const Unit& left, const Unit& right);

} // namespace cargo_wasm::plan
