// Making one unit.
#include "unit_context.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::plan {

PackagePtr UnitContext::package(spec::PackageId id) const
{
  if (const PackagePtr* member = input.workspace.find_member(id)) {
    return *member;
  }
  const auto found = input.packages.find(id);
  return found == input.packages.end() ? nullptr : found->second;
}

BuildProfile UnitContext::profile(const PackagePtr& package, const UnitPurpose& purpose, const toolchain::CompileKind& kind) const
{
  BuildProfile made = profiles.profile_for({.package = package->id(),
                                            .is_member = !is_std && input.workspace.is_member(package->id()),
                                            .is_local = !is_std && package->id().source().is_path(),
                                            .for_host = purpose.for_host,
                                            .always_unwind = purpose.always_unwind,
                                            .triple = input.platforms.triple(kind)});
  if (request.host_backend && purpose.for_host && made.opt_level == "0" && !made.codegen_backend) {
    made.codegen_backend = request.host_backend;
  }
  if (request.immediate_abort && !purpose.for_host && is_wasm(kind)) {
    made.panic = PanicStrategy::immediate_abort;
  }
  if (request.no_debug_info && !purpose.for_host && is_wasm(kind)) {
    made.debuginfo = {DebugInfoLevel::none, false};
  }
  return made;
}

bool UnitContext::is_wasm(const toolchain::CompileKind& kind) const
{
  return !kind.is_host() && kind.triple->view().starts_with("wasm");
}

std::vector<InternedString> UnitContext::active_features(spec::PackageId id, FeaturesFor side) const
{
  const std::set<InternedString>* active = features.find(id, side);
  return active == nullptr ? std::vector<InternedString>() : std::vector<InternedString>(active->begin(), active->end());
}

UnitIndex UnitContext::make_unit(const PackagePtr& package,
                                 const manifest::CrateTarget& target,
                                 BuildProfile profile,
                                 const toolchain::CompileKind& kind,
                                 CompileMode mode,
                                 FeaturesFor side) const
{
  Unit unit;
  unit.package = package;
  unit.target = &target;
  unit.crate_types = target.crate_types;
  if (is_std && target.is_lib() && std::ranges::find(target.crate_types, manifest::CrateType::dylib) != target.crate_types.end()) {
    unit.crate_types = {manifest::CrateType::rlib}; // the dylib would lie without a hash where everything depends on it
  }
  unit.is_std = is_std;
  unit.profile = std::move(profile);
  unit.kind = kind;
  unit.mode = mode;
  unit.features = active_features(package->id(), side);
  if (is_wasm(kind)) {
    unit.rustflags = request.wasm_rustflags;
  }
  const std::vector<std::string>& users = input.platforms.info(kind).rustflags;
  unit.rustflags.insert(unit.rustflags.end(), users.begin(), users.end());
  if (mode == CompileMode::run_custom_build && package->manifest->links) {
    if (const auto of_kind = replacements.find(kind); of_kind != replacements.end()) {
      if (const auto found = of_kind->second.find(*package->manifest->links); found != of_kind->second.end()) {
        unit.replaced_script_output = found->second;
      }
    }
  }
  return units.intern(std::move(unit));
}

std::set<std::string>
UnitContext::available_features(spec::PackageId id, bool with_dev, const std::vector<toolchain::CompileKind>& kinds) const
{
  std::set<std::string> available;
  for (const InternedString feature : active_features(id, FeaturesFor::normal_or_dev)) {
    available.insert(feature.str());
  }
  const auto takes_part = [&](const manifest::Dependency& d) {
    if (d.kind == manifest::DependencyKind::development && !with_dev) {
      return false;
    }
    const auto matches = [&](const toolchain::CompileKind& kind) { return input.platforms.platform_matches(*d.platform, kind); };
    return !d.platform || matches(toolchain::CompileKind::host()) || std::ranges::any_of(kinds, matches);
  };
  for (const EdgeIndex::Edge& edge : edges.edges(id)) {
    if (std::ranges::none_of(*edge.dependencies, [&](const auto& d) { return takes_part(*d); })) {
      continue;
    }
    const PackagePtr to = package(edge.to);
    const bool is_proc_macro = to && std::ranges::any_of(to->manifest->targets, [](const auto& t) { return t.proc_macro; });
    for (const resolve::DependencyPtr& d : *edge.dependencies) {
      const bool on_host = is_proc_macro || d->kind == manifest::DependencyKind::build;
      for (const InternedString feature : active_features(edge.to, on_host ? FeaturesFor::host : FeaturesFor::normal_or_dev)) {
        available.insert(fmt::format("{}/{}", d->name_in_toml, feature));
      }
    }
  }
  return available;
}

} // namespace cargo_wasm::plan
