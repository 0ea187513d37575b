// The edges of the unit graph (cargo: compiler/unit_dependencies.rs).
//
// A library depends on the libraries of its dependencies that its kind and platform call for, and on the run of its build script.
// Programs, examples and tests also depend on the library beside them, integration tests on the programs. The run of a build script
// depends on the compiled script and on the runs of scripts with `links` among the direct dependencies of whatever uses it.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateTarget;
using manifest::Dependency;
using manifest::DependencyKind;
using spec::PackageId;
using toolchain::CompileKind;

namespace {

class DependencyBuilder
{
public:
  explicit DependencyBuilder(const UnitContext& context) : m_context(context) {}

  Result<DependencyEdges> run(const std::vector<UnitIndex>& roots)
  {
    for (const UnitIndex root : roots) {
      CW_TRY(visit(root, purpose_of_root(m_context.units[root])));
    }
    CW_TRY(check_links());
    return DependencyEdges{std::move(m_edges), std::move(m_dev_edges)};
  }

private:
  [[nodiscard]] UnitPurpose purpose_of_root(const Unit& unit) const
  {
    const UserIntent intent = m_context.request.intent;
    const bool is_test_intent =
        intent == UserIntent::test || intent == UserIntent::bench || (intent == UserIntent::check && m_context.request.check_as_test);
    if (is_any_test(unit.mode) || is_test_intent) {
      return {unit.target->proc_macro, unit.target->proc_macro, true};
    }
    if (unit.target->proc_macro) {
      return {true, true, true};
    }
    return {};
  }

  Result<> visit(UnitIndex unit, UnitPurpose purpose)
  {
    if (m_edges.contains(unit)) {
      return {};
    }
    CW_TRY_ASSIGN(const std::vector<UnitEdge> edges, direct_dependencies(unit, purpose));
    m_edges.emplace(unit, edges);
    for (const UnitEdge& edge : edges) {
      CW_TRY(visit(edge.unit, edge.purpose));
    }
    return {};
  }

  Result<std::vector<UnitEdge>> direct_dependencies(UnitIndex index, UnitPurpose purpose)
  {
    const Unit& unit = m_context.units[index];
    std::vector<UnitEdge> result;
    if (unit.mode == CompileMode::run_custom_build) {
      if (!unit.replaced_script_output) {
        CW_TRY_ASSIGN(UnitEdge compiled,
                      edge_to(unit, unit.package, *unit.target, purpose.of_build_script(), CompileKind::host(), CompileMode::build));
        result.push_back(std::move(compiled));
      }
      return result;
    }

    for (const EdgeIndex::Edge& edge : m_context.edges.edges(unit.package->id())) {
      bool is_used = false;
      bool only_dev = true;
      for (const resolve::DependencyPtr& dependency : *edge.dependencies) {
        if (applies(unit, purpose, *dependency)) {
          is_used = true;
          only_dev = only_dev && dependency->kind == DependencyKind::development;
        }
      }
      if (!is_used) {
        continue;
      }
      const PackagePtr package = m_context.package(edge.to);
      if (!package) {
        return fail(
            Error("CW0377", fmt::format("package `{}` is needed to plan the build and was not loaded", edge.to.display()), Blame::bug)
                .during(fmt::format("planning the dependencies of `{}`", unit.package->id().display())));
      }
      const CrateTarget* lib = package->manifest->library();
      if (lib == nullptr) {
        continue;
      }
      CW_TRY_ASSIGN(
          UnitEdge made,
          edge_to(unit, package, *lib, purpose.of_dependency(unit, *lib), kind_for_target(unit.kind, *lib), mode_below(unit.mode, *lib)));
      if (only_dev) {
        m_dev_edges.insert({index, made.unit});
      }
      result.push_back(std::move(made));
    }
    if (unit.target->is_custom_build()) {
      return result;
    }

    if (const CrateTarget* script = unit.package->manifest->custom_build()) {
      CW_TRY_ASSIGN(UnitEdge run, script_run_of(unit, *script, purpose));
      result.push_back(std::move(run));
    }
    if (unit.target->is_lib()) {
      return result;
    }
    const CrateTarget* lib = unit.package->manifest->library();
    if (lib != nullptr && lib->is_linkable()) {
      CW_TRY_ASSIGN(
          UnitEdge made,
          edge_to(
              unit, unit.package, *lib, purpose.of_dependency(unit, *lib), kind_for_target(unit.kind, *lib), mode_below(unit.mode, *lib)));
      result.push_back(std::move(made));
    }
    if (unit.mode == CompileMode::test &&
        (unit.target->kind == manifest::TargetKind::test || unit.target->kind == manifest::TargetKind::bench)) {
      CW_TRY(add_programs(unit, result));
    }
    return result;
  }

  /// Integration tests and benches may start the package's programs.
  Result<> add_programs(const Unit& unit, std::vector<UnitEdge>& result)
  {
    const std::set<std::string> available = m_context.available_features(unit.package->id(), false, {unit.kind});
    for (const CrateTarget& target : unit.package->manifest->targets) {
      const bool has_features = !target.needs_features() ||
                                std::ranges::all_of(*target.required_features, [&](const std::string& f) { return available.contains(f); });
      if (target.is_bin() && has_features) {
        CW_TRY_ASSIGN(UnitEdge made,
                      edge_to(unit, unit.package, target, UnitPurpose{}, kind_for_target(unit.kind, target), CompileMode::build));
        result.push_back(std::move(made));
      }
    }
    return {};
  }

  [[nodiscard]] bool applies(const Unit& unit, const UnitPurpose& purpose, const Dependency& dependency) const
  {
    if (unit.target->is_custom_build() != (dependency.kind == DependencyKind::build)) {
      return false;
    }
    if (dependency.kind == DependencyKind::development && unit.target->kind != manifest::TargetKind::test &&
        unit.target->kind != manifest::TargetKind::example && !is_any_test(unit.mode)) {
      return false;
    }
    if (dependency.platform && !m_context.input.platforms.platform_matches(*dependency.platform, unit.kind)) {
      return false;
    }
    if (dependency.optional) {
      return m_context.features.is_dependency_active(unit.package->id(), side_of(purpose), dependency.name_in_toml);
    }
    return true;
  }

  [[nodiscard]] static FeaturesFor side_of(const UnitPurpose& purpose)
  {
    return purpose.host_features ? FeaturesFor::host : FeaturesFor::normal_or_dev;
  }

  /// What is checked needs only metadata of its dependencies, but proc macros have to run.
  [[nodiscard]] static CompileMode mode_below(CompileMode mode, const CrateTarget& target)
  {
    return (is_check(mode) || mode == CompileMode::doc) && !target.for_host ? CompileMode::check : CompileMode::build;
  }

  Result<UnitEdge> script_run_of(const Unit& unit, const CrateTarget& script, const UnitPurpose& purpose)
  {
    // Only what the script sees in its environment: other settings must not make it run twice.
    BuildProfile profile;
    profile.name = unit.profile.name;
    profile.root_is_release = unit.profile.root_is_release;
    profile.debuginfo = unit.profile.debuginfo;
    profile.opt_level = unit.profile.opt_level;
    profile.debug_assertions = unit.profile.debug_assertions;
    const UnitPurpose script_purpose = purpose.of_build_script();
    const UnitIndex run =
        m_context.make_unit(unit.package, script, std::move(profile), unit.kind, CompileMode::run_custom_build, side_of(script_purpose));
    return UnitEdge{
        .unit = run, .purpose = script_purpose, .extern_name = InternedString(script.crate_name()), .dependency_name = std::nullopt};
  }

  Result<UnitEdge> edge_to(const Unit& parent,
                           const PackagePtr& package,
                           const CrateTarget& target,
                           const UnitPurpose& purpose,
                           const CompileKind& kind,
                           CompileMode mode)
  {
    CW_TRY_ASSIGN(const auto names, names_of(parent, package, target));
    const UnitIndex unit = m_context.make_unit(package, target, m_context.profile(package, purpose, kind), kind, mode, side_of(purpose));
    return UnitEdge{.unit = unit,
                    .purpose = purpose,
                    .extern_name = names.first,
                    .dependency_name = names.second,
                    .is_public = is_public(parent, package->id())};
  }

  /// How the parent's source calls the crate, and the renaming key of its manifest.
  Result<std::pair<InternedString, std::optional<InternedString>>>
  names_of(const Unit& parent, const PackagePtr& package, const CrateTarget& target) const
  {
    const auto plain = std::pair(InternedString(target.crate_name()), std::optional<InternedString>());
    if (parent.package->id() == package->id()) {
      return plain;
    }
    const auto& edges = m_context.edges.edges(parent.package->id());
    const auto edge = std::ranges::find_if(edges, [&](const EdgeIndex::Edge& e) { return e.to == package->id(); });
    std::optional<std::pair<InternedString, std::optional<InternedString>>> first;
    for (const resolve::DependencyPtr& dependency : *edge->dependencies) {
      auto name = plain;
      if (dependency->is_renamed) {
        std::string crate = dependency->name_in_toml.str();
        std::ranges::replace(crate, '-', '_');
        name = {InternedString(crate), dependency->name_in_toml};
      }
      if (first && first->first != name.first) {
        return fail(Error("CW0371",
                          fmt::format("`{}` depends on `{}` under two names, `{}` and `{}`",
                                      parent.package->id().display(),
                                      package->id().display(),
                                      first->first,
                                      name.first))
                        .help("use one name for it in every dependency table"));
      }
      if (!first) {
        first = name;
      }
    }
    return first.value_or(plain);
  }

  /// `public = true`, which only std's manifests may say.
  [[nodiscard]] bool is_public(const Unit& parent, PackageId to) const
  {
    if (!m_context.is_std || parent.package->id() == to) {
      return false;
    }
    const auto& edges = m_context.edges.edges(parent.package->id());
    const auto edge = std::ranges::find_if(edges, [&](const EdgeIndex::Edge& e) { return e.to == to; });
    return std::ranges::any_of(*edge->dependencies, [](const resolve::DependencyPtr& d) { return d->is_public; });
  }

  /// The resolver checks `links`, too, but old index entries do not carry it.
  Result<> check_links() const
  {
    std::vector<PackagePtr> packages;
    for (const auto& [unit, edges] : m_edges) {
      if (m_context.units[unit].package->manifest->links) {
        packages.push_back(m_context.units[unit].package);
      }
    }
    std::ranges::sort(packages, [](const PackagePtr& a, const PackagePtr& b) { return a->id() < b->id(); });
    std::map<std::string, PackageId> owners;
    for (const PackagePtr& package : packages) {
      const auto [owner, is_new] = owners.emplace(*package->manifest->links, package->id());
      if (!is_new && owner->second != package->id()) {
        return fail(Error("CW0372",
                          fmt::format("two packages link to the native library `{}`: `{}` and `{}`",
                                      owner->first,
                                      owner->second.display(),
                                      package->id().display()))
                        .note("a native library can be part of a program only once")
                        .help("make both depend on the same package, for example by updating one of them"));
      }
    }
    return {};
  }

  const UnitContext& m_context;
  EdgeMap m_edges;
  std::set<std::pair<UnitIndex, UnitIndex>> m_dev_edges;
};

/// As cargo prints them.
void sort_edges(const UnitTable& units, std::vector<UnitEdge>& edges)
{
  std::ranges::stable_sort(edges, [&](const UnitEdge& a, const UnitEdge& b) {
    if (a.unit != b.unit) {
      return compare_units(units[a.unit], units[b.unit]) < 0;
    }
    return std::tie(a.extern_name, a.dependency_name) < std::tie(b.extern_name, b.dependency_name);
  });
}

} // namespace

Result<DependencyEdges> make_dependencies(const UnitContext& context, const std::vector<UnitIndex>& roots)
{
  return DependencyBuilder(context).run(roots);
}

void connect_build_script_runs(const UnitTable& units, DependencyEdges& dependencies)
{
  const auto is_run = [&](UnitIndex unit) { return units[unit].mode == CompileMode::run_custom_build; };
  std::unordered_map<UnitIndex, std::vector<UnitIndex>> users;
  for (const auto& [unit, edges] : dependencies.edges) {
    for (const UnitEdge& edge : edges) {
      if (is_run(edge.unit)) {
        users[edge.unit].push_back(unit);
      }
    }
  }
  std::vector<std::pair<UnitIndex, UnitEdge>> additions;
  for (const auto& [run, parents] : users) {
    std::set<std::pair<UnitIndex, InternedString>> seen;
    for (const UnitIndex parent : parents) {
      for (const UnitEdge& sibling : dependencies.edges.at(parent)) {
        const Unit& other = units[sibling.unit];
        if (other.package->id() == units[run].package->id() || !other.target->is_linkable() || !other.package->manifest->links) {
          continue;
        }
        // Dev-dependencies may be circular; the runs of their scripts must not be.
        if (dependencies.dev_edges.contains({parent, sibling.unit})) {
          continue;
        }
        const auto& below = dependencies.edges.at(sibling.unit);
        const auto other_run = std::ranges::find_if(below, [&](const UnitEdge& e) { return is_run(e.unit); });
        if (other_run == below.end()) {
          continue;
        }
        UnitEdge edge = *other_run;
        edge.dependency_name = sibling.dependency_name.value_or(other.package->id().name());
        if (seen.insert({edge.unit, *edge.dependency_name}).second) {
          additions.emplace_back(run, std::move(edge));
        }
      }
    }
  }
  for (auto& [run, edge] : additions) {
    dependencies.edges.at(run).push_back(std::move(edge));
  }
  for (auto& [unit, edges] : dependencies.edges) {
    sort_edges(units, edges);
  }
}

} // namespace cargo_wasm::plan
