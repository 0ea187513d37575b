// Interning and ordering of units.
#include "unit_table.hpp"

#include <algorithm>
#include <tuple>

namespace cargo_wasm::plan {

namespace {

std::uint64_t hash_of(const Unit& unit)
{
  std::uint64_t state = unit.profile.hash();
  const auto add = [&state](std::uint64_t value) { state = (state ^ value) * 0x9e3779b97f4a7c15U + (state >> 29U); };
  add(std::hash<spec::PackageId>{}(unit.package->id()));
  add(std::hash<const void*>{}(unit.target));
  add(std::hash<toolchain::CompileKind>{}(unit.kind));
  add(static_cast<std::uint64_t>(unit.mode));
  for (const InternedString feature : unit.features) {
    add(std::hash<InternedString>{}(feature));
  }
  add(unit.dependency_hash * 2 + (unit.is_std ? 1U : 0U));
  return state;
}

bool is_same(const Unit& a, const Unit& b)
{
  return a.package->id() == b.package->id() && a.target == b.target && a.kind == b.kind && a.mode == b.mode &&
         a.dependency_hash == b.dependency_hash && a.is_std == b.is_std && a.features == b.features && a.profile == b.profile;
}

/// Cargo sorts example libraries before example programs and build scripts last.
int rank(const manifest::CrateTarget& target)
{
  switch (target.kind) {
  case manifest::TargetKind::lib:
    return 0;
  case manifest::TargetKind::bin:
    return 1;
  case manifest::TargetKind::test:
    return 2;
  case manifest::TargetKind::bench:
    return 3;
  case manifest::TargetKind::example:
    return target.is_executable() ? 5 : 4;
  case manifest::TargetKind::custom_build:
    return 6;
  }
  return 7;
}

int rank(CompileMode mode)
{
  switch (mode) {
  case CompileMode::test:
    return 0;
  case CompileMode::build:
    return 1;
  case CompileMode::check:
    return 2;
  case CompileMode::check_test:
    return 3;
  case CompileMode::doc:
    return 4;
  case CompileMode::run_custom_build:
    return 5;
  }
  return 6;
}

std::strong_ordering compare_targets(const manifest::CrateTarget& a, const manifest::CrateTarget& b)
{
  if (&a == &b) {
    return std::strong_ordering::equal;
  }
  if (const auto order = rank(a) <=> rank(b); order != 0) {
    return order;
  }
  if (rank(a) == 0 || rank(a) == 4) { // only libraries carry crate types in their kind
    if (const auto order = a.crate_types <=> b.crate_types; order != 0) {
      return order;
    }
  }
  if (const auto order = a.name <=> b.name; order != 0) {
    return order;
  }
  return a.source.native() <=> b.source.native();
}

} // namespace

UnitIndex UnitTable::intern(Unit unit)
{
  const std::uint64_t hash = hash_of(unit);
  const auto [first, last] = m_by_hash.equal_range(hash);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return is_same(m_units[entry.second], unit); });
  if (found != last) {
    return found->second;
  }
  const auto index = static_cast<UnitIndex>(m_units.size());
  m_units.push_back(std::move(unit));
  m_by_hash.emplace(hash, index);
  return index;
}

std::optional<UnitIndex> UnitTable::find(const Unit& unit) const
{
  const auto [first, last] = m_by_hash.equal_range(hash_of(unit));
  const auto found = std::find_if(first, last, [&](const auto& entry) { return is_same(m_units[entry.second], unit); });
  return found == last ? std::nullopt : std::optional(found->second);
}

std::strong_ordering compare_units(const Unit& left, const Unit& right)
{
  if (left.package->id() != right.package->id()) {
    return left.package->id() <=> right.package->id();
  }
  if (const auto order = compare_targets(*left.target, *right.target); order != 0) {
    return order;
  }
  if (const auto order = left.profile <=> right.profile; order != 0) {
    return order;
  }
  if (const auto order = left.kind <=> right.kind; order != 0) {
    return order;
  }
  if (const auto order = rank(left.mode) <=> rank(right.mode); order != 0) {
    return order;
  }
  if (const auto order = left.features <=> right.features; order != 0) {
    return order;
  }
  if (left.is_std != right.is_std) {
    return left.is_std ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return left.dependency_hash <=> right.dependency_hash;
}

} // namespace cargo_wasm::plan
