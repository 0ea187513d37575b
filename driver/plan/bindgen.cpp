#include <cargo_wasm/plan/bindgen.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

namespace {

/// The packages of that name that this unit is made of; its proc macros and build scripts, too.
class PackageFinder
{
public:
  explicit PackageFinder(const UnitGraph& graph) : m_graph(graph), m_seen(graph.units.size(), false) {}

  PackagePtr find(UnitIndex from, std::string_view name)
  {
    std::fill(m_seen.begin(), m_seen.end(), false);
    return walk(from, name);
  }

private:
  PackagePtr walk(UnitIndex index, std::string_view name)
  {
    if (m_seen[index]) {
      return nullptr;
    }
    m_seen[index] = true;
    const Unit& unit = m_graph.units[index];
    if (unit.package->id().name() == name) {
      return unit.package;
    }
    for (const UnitDependency& dependency : unit.dependencies) {
      if (PackagePtr found = walk(dependency.unit, name)) {
        return found;
      }
    }
    return nullptr;
  }

  const UnitGraph& m_graph;
  std::vector<bool> m_seen;
};

Error no_such_crate(const Unit& unit)
{
  return Error("CW0882", fmt::format("`{}` wants JavaScript bindings and does not use the crate `wasm-bindgen`", unit.package->id().name()))
      .note(fmt::format("its manifest is `{}`", (unit.package->root() / "Cargo.toml").native()))
      .help("`wasm-bindgen = \"0.2\"` among its dependencies, or no `[package.metadata.wasm.bindgen]`");
}

/// What a test program of wasm-bindgen-test wants; nullopt: it does not use it.
std::optional<BindgenWish> suite_wish(const UnitGraph& graph, UnitIndex root, const SuiteWish& suites, PackageFinder& packages)
{
  const Unit& unit = graph.units[root];
  if (suites.host.empty() || unit.mode != CompileMode::test || !packages.find(root, "wasm-bindgen-test")) {
    return std::nullopt;
  }
  BindgenWish wish;
  wish.unit = root;
  wish.crate = packages.find(root, "wasm-bindgen");
  wish.shared = packages.find(root, "wasm-bindgen-shared");
  wish.suite = suites.host;
  const bool is_for_pages = suites.host == "browser" || (suites.host == "any" && suites.pages.contains(unit.package->id()));
  wish.settings.target = is_for_pages ? "web" : "nodejs";
  wish.settings.typescript = false;
  return wish.crate ? std::optional(std::move(wish)) : std::nullopt;
}

} // namespace

Result<std::vector<BindgenWish>> bindgen_wishes(const base::ReadOnlyFilesystem& fs,
                                                const UnitGraph& graph,
                                                const manifest::Manifest& workspace_root,
                                                const std::optional<std::string>& target,
                                                const std::optional<std::string>& otherwise,
                                                const SuiteWish& suites)
{
  std::vector<BindgenWish> wishes;
  PackageFinder packages(graph);
  for (const UnitIndex root : graph.roots) {
    const Unit& unit = graph.units[root];
    if (!unit.kind.triple || unit.kind.triple->view() != k_bindgen_triple) {
      continue;
    }
    if (auto suite = suite_wish(graph, root, suites, packages)) {
      wishes.push_back(std::move(*suite));
      continue;
    }
    if (!is_finished(unit)) {
      continue;
    }
    BindgenWish wish;
    wish.unit = root;
    CW_TRY_ASSIGN(wish.settings, manifest::read_bindgen_settings(fs, *unit.package->manifest, workspace_root));
    const bool is_own = wish.settings.target && !target;
    if (target) {
      wish.settings.target = target;
    } else if (!wish.settings.target) {
      wish.settings.target = otherwise;
    }
    if (!wish.settings.target) {
      continue;
    }
    wish.crate = packages.find(root, "wasm-bindgen");
    if (!wish.crate && is_own) {
      return fail(no_such_crate(unit));
    }
    if (wish.crate) {
      wish.shared = packages.find(root, "wasm-bindgen-shared");
      wishes.push_back(std::move(wish));
    }
  }
  return wishes;
}

} // namespace cargo_wasm::plan
