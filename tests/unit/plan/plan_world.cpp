#include "plan_world.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <support/catch.hpp>

namespace cargo_wasm::test {

CrateTarget target(TargetKind kind, std::string name)
{
  CrateTarget result;
  result.kind = kind;
  result.name = std::move(name);
  result.crate_types = {CrateType::bin};
  result.edition = manifest::Edition::e2021;
  result.documented = kind == TargetKind::lib || kind == TargetKind::bin;
  result.tested = kind != TargetKind::example && kind != TargetKind::bench && kind != TargetKind::custom_build;
  result.benched = kind == TargetKind::lib || kind == TargetKind::bin || kind == TargetKind::bench;
  return result;
}

CrateTarget lib(std::vector<CrateType> types)
{
  CrateTarget result = target(TargetKind::lib, "");
  result.crate_types = std::move(types);
  result.doctested = true;
  return result;
}

CrateTarget proc_macro()
{
  CrateTarget result = lib({CrateType::proc_macro});
  result.proc_macro = true;
  result.for_host = true;
  return result;
}

CrateTarget bin(std::string name, std::vector<std::string> required_features)
{
  CrateTarget result = target(TargetKind::bin, std::move(name));
  if (!required_features.empty()) {
    result.required_features = std::move(required_features);
  }
  return result;
}

CrateTarget build_script()
{
  CrateTarget result = target(TargetKind::custom_build, "build-script-build");
  result.for_host = true;
  return result;
}

namespace {

toolchain::TargetInfo
info(const std::string& triple, const std::vector<std::string>& cfgs, std::map<CrateType, toolchain::FilePattern> patterns)
{
  toolchain::TargetInfo result;
  result.triple = triple;
  for (const std::string& text : cfgs) {
    result.cfgs.push_back(*spec::parse_cfg(text));
  }
  std::ranges::sort(result.cfgs);
  result.file_patterns = std::move(patterns);
  result.libdir = "/rust/lib/rustlib/" + triple + "/lib";
  return result;
}

base::Path source_of(const CrateTarget& target, const base::Path& root)
{
  switch (target.kind) {
  case TargetKind::lib:
    return root / "src/lib.rs";
  case TargetKind::bin:
    return root / "src/bin" / (target.name + ".rs");
  case TargetKind::test:
    return root / "tests" / (target.name + ".rs");
  case TargetKind::bench:
    return root / "benches" / (target.name + ".rs");
  case TargetKind::example:
    return root / "examples" / (target.name + ".rs");
  case TargetKind::custom_build:
    return root / "build.rs";
  }
  return root;
}

} // namespace

PlanWorld::PlanWorld()
{
  env.vars["CARGO_HOME"] = "/cargo";
  workspace.root = "/project";
  workspace.target_directory = "/project/target";
  workspace.resolver = manifest::ResolverBehavior::v2;
  platforms.rustc.program = "/rust/bin/rustc";
  platforms.rustc.version = *spec::parse_version("1.99.1");
  platforms.rustc.host = "x86_64-unknown-linux-gnu";
  platforms.rustc.commit_hash = "0123456789abcdef";
  platforms.rustc.verbose_version = "rustc 1.99.1\nhost: x86_64-unknown-linux-gnu\n";
  platforms.rustc.sysroot = "/rust";
  const std::map<CrateType, toolchain::FilePattern> on_linux{{CrateType::bin, {"", ""}},
                                                             {CrateType::rlib, {"lib", ".rlib"}},
                                                             {CrateType::dylib, {"lib", ".so"}},
                                                             {CrateType::cdylib, {"lib", ".so"}},
                                                             {CrateType::staticlib, {"lib", ".a"}},
                                                             {CrateType::proc_macro, {"lib", ".so"}}};
  const std::map<CrateType, toolchain::FilePattern> on_wasm{{CrateType::bin, {"", ".wasm"}},
                                                            {CrateType::rlib, {"lib", ".rlib"}},
                                                            {CrateType::cdylib, {"", ".wasm"}},
                                                            {CrateType::staticlib, {"lib", ".a"}}};
  platforms.host = info(platforms.rustc.host, {"unix", "target_os=\"linux\"", "debug_assertions"}, on_linux);
  platforms.targets.emplace(platforms.rustc.host, platforms.host);
  platforms.targets.emplace("wasm32-wasip1",
                            info("wasm32-wasip1", {"target_family=\"wasm\"", "target_os=\"wasi\"", "debug_assertions"}, on_wasm));
  platforms.targets.emplace("wasm32-unknown-unknown",
                            info("wasm32-unknown-unknown", {"target_family=\"wasm\"", "target_os=\"unknown\""}, on_wasm));
  request.kinds = {toolchain::CompileKind::host()};
  request.strict_cargo = true;
}

PlanWorld& PlanWorld::add(PackageSpec spec)
{
  const bool is_first = spec.is_member && workspace.members.empty();
  const base::Path root = !spec.is_member ? base::Path("/cargo/registry/src/index") / fmt::format("{}-{}", spec.name, spec.version)
                          : is_first      ? base::Path("/project")
                                          : base::Path("/project") / spec.name;
  const spec::SourceId source = spec.is_member ? spec::SourceId::for_path(root) : spec::SourceId::crates_io();
  auto summary = std::make_shared<manifest::Summary>(
      manifest::Summary{spec::PackageId(spec.name, *spec::parse_version(spec.version), source), {}, {}, {}, {}, {}, false});
  manifest::RawFeatureMap raw;
  for (const auto& [feature, values] : spec.features) {
    auto& list = raw[InternedString(feature)];
    for (const std::string& value : values) {
      list.emplace_back(value);
    }
  }
  for (const DependencySpec& d : spec.dependencies) {
    manifest::Dependency dependency;
    dependency.package_name = d.name;
    dependency.name_in_toml = d.rename.empty() ? d.name : d.rename;
    dependency.is_renamed = !d.rename.empty();
    dependency.kind = d.kind;
    dependency.optional = d.optional;
    dependency.default_features = d.default_features;
    for (const std::string& feature : d.features) {
      dependency.features.emplace_back(feature);
    }
    if (!d.platform.empty()) {
      dependency.platform = *spec::parse_platform(d.platform);
    }
    summary->dependencies.push_back(std::make_shared<const manifest::Dependency>(std::move(dependency)));
  }
  summary->features = *manifest::build_feature_map(raw, summary->dependencies);
  auto manifest = std::make_shared<manifest::Manifest>();
  manifest->file = root / "Cargo.toml";
  manifest->summary = summary;
  manifest->targets = spec.targets.empty() ? std::vector{lib()} : spec.targets;
  for (CrateTarget& t : manifest->targets) {
    if (t.kind == TargetKind::lib) {
      t.name = spec.name;
      std::ranges::replace(t.name, '-', '_');
    }
    t.source = source_of(t, root);
    env.fs.add(t.source, "");
  }
  if (!spec.links.empty()) {
    manifest->links = spec.links;
  }
  manifest->lints.rustc_flags = spec.lints;
  const auto package = std::make_shared<const manifest::Package>(manifest::Package{manifest});
  m_packages.emplace(package->id(), package);
  m_by_name.emplace(spec.name, package);
  if (spec.is_member) {
    if (is_first) {
      workspace.root_manifest = manifest;
      workspace.current_manifest = manifest->file;
    }
    workspace.members.push_back(package);
    workspace.default_members.push_back(package);
  }
  m_specs.push_back(std::move(spec));
  return *this;
}

void PlanWorld::resolve_all()
{
  m_resolve.packages.clear();
  for (const auto& [name, package] : m_by_name) {
    resolve::ResolvedPackage resolved{package->id(), package->manifest->summary, {}, {}, {}, {}};
    std::map<spec::PackageId, std::vector<resolve::DependencyPtr>> edges;
    for (const auto& dependency : package->manifest->summary->dependencies) {
      edges[m_by_name.at(dependency->package_name.str())->id()].push_back(dependency);
    }
    for (auto& [to, dependencies] : edges) {
      resolved.edges.push_back({to, std::move(dependencies)});
    }
    if (package->id().source().is_crates_io()) {
      resolved.checksum = std::string(64, 'c');
    }
    m_resolve.packages.emplace(package->id(), std::move(resolved));
  }
  Result<std::vector<resolve::ResolveRoot>> roots = plan::plan_resolve_roots(workspace, request);
  REQUIRE(roots.has_value());
  m_roots = std::move(*roots);
  if (!m_config) {
    auto config = manifest::Config::load(env.env(), {});
    REQUIRE(config.has_value());
    m_config = std::move(*config);
  }
}

Result<plan::UnitGraph> PlanWorld::units()
{
  resolve_all();
  return plan::plan_units(env.env(),
                          {.workspace = workspace,
                           .config = *m_config,
                           .full_resolve = m_resolve,
                           .resolve = m_resolve,
                           .roots = m_roots,
                           .packages = m_packages,
                           .platforms = platforms},
                          request);
}

plan::ResolvedFeatures PlanWorld::features()
{
  resolve_all();
  return plan::resolve_features(
      {.resolve = m_resolve, .roots = m_roots, .packages = m_packages, .platforms = platforms, .kinds = request.kinds},
      plan::feature_options(workspace.resolver, request.needs_dev_dependencies(), false));
}

Result<plan::ActionGraph> PlanWorld::actions()
{
  CW_TRY_ASSIGN(const plan::UnitGraph graph, units());
  return plan::plan_actions(env.env(), {graph, workspace, *m_config, choice, platforms, "/bin/cargo-wasm", {}, {}}, request);
}

std::string describe(const plan::UnitGraph& graph)
{
  std::string text;
  const auto name_of = [&](const plan::Unit& unit) {
    return fmt::format("{}:{}:{}{}",
                       unit.package->id().name(),
                       unit.target->is_custom_build() ? "build.rs" : unit.target->name,
                       to_string(unit.mode),
                       unit.kind.triple ? fmt::format("@{}", *unit.kind.triple) : "");
  };
  for (const plan::Unit& unit : graph.units) {
    std::vector<std::string> dependencies;
    for (const plan::UnitDependency& dependency : unit.dependencies) {
      dependencies.push_back(name_of(graph.units[dependency.unit]));
    }
    std::vector<std::string_view> features;
    for (const InternedString feature : unit.features) {
      features.push_back(feature.view());
    }
    text += fmt::format("{} [{}] -> {}\n", name_of(unit), fmt::join(features, ","), fmt::join(dependencies, " "));
  }
  return text;
}

const plan::Unit&
unit_of(const plan::UnitGraph& graph, std::string_view package, std::string_view target, plan::CompileMode mode, bool host)
{
  const auto found = std::ranges::find_if(graph.units, [&](const plan::Unit& u) {
    return u.package->id().name() == package && u.target->name == target && u.mode == mode && (!host || u.kind.is_host());
  });
  INFO(describe(graph));
  REQUIRE(found != graph.units.end());
  return *found;
}

} // namespace cargo_wasm::test
