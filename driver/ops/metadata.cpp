// `metadata --format-version 1`: cargo's JSON for other tools (ops/cargo_metadata.rs).
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/package_json.hpp>

#include "loaded_graph.hpp"

namespace cargo_wasm::ops {

namespace {

using Json = nlohmann::ordered_json;
using spec::PackageId;

std::string_view kind_name(manifest::DependencyKind kind)
{
  return kind == manifest::DependencyKind::development ? "dev" : kind == manifest::DependencyKind::build ? "build" : "";
}

/// Cargo's derived order of expressions: not, all, any, values (names before pairs), true, false (cargo-platform/src/cfg.rs).
std::strong_ordering compare(const spec::CfgExpr& a, const spec::CfgExpr& b)
{
  const auto rank = [](const spec::CfgExpr& expr) {
    switch (expr.kind) {
    case spec::CfgExpr::Kind::negation:
      return 0;
    case spec::CfgExpr::Kind::all:
      return 1;
    case spec::CfgExpr::Kind::any:
      return 2;
    case spec::CfgExpr::Kind::value:
      return expr.cfg.value ? 4 : 3;
    case spec::CfgExpr::Kind::literal:
      return expr.constant ? 5 : 6;
    }
    return 7;
  };
  if (const auto order = rank(a) <=> rank(b); order != 0) {
    return order;
  }
  for (std::size_t i = 0; i < std::min(a.operands.size(), b.operands.size()); ++i) {
    if (const auto order = compare(a.operands[i], b.operands[i]); order != 0) {
      return order;
    }
  }
  if (const auto order = a.operands.size() <=> b.operands.size(); order != 0) {
    return order;
  }
  return a.cfg <=> b.cfg;
}

/// Triples before expressions; no platform at all comes first.
bool is_before(const manifest::Dependency* a, const manifest::Dependency* b)
{
  if (a->kind != b->kind) {
    return a->kind < b->kind;
  }
  if (!a->platform || !b->platform) {
    return !a->platform && b->platform;
  }
  const auto* first = std::get_if<spec::CfgExpr>(&a->platform->value);
  const auto* second = std::get_if<spec::CfgExpr>(&b->platform->value);
  if (first != nullptr && second != nullptr) {
    return compare(*first, *second) < 0;
  }
  return first == nullptr && (second != nullptr || std::get<std::string>(a->platform->value) < std::get<std::string>(b->platform->value));
}

class ResolveJson
{
public:
  ResolveJson(const LoadedGraph& graph, const toolchain::TargetData& platforms, bool filtered)
      : m_graph(graph), m_platforms(platforms), m_filtered(filtered)
  {
  }

  /// Nodes of everything that can be reached from the members, by id.
  std::map<PackageId, Json> nodes(const manifest::Workspace& workspace)
  {
    for (const auto& member : workspace.members) {
      visit(member->id());
    }
    return std::move(m_nodes);
  }

private:
  [[nodiscard]] bool is_shown(const resolve::ResolveEdge& edge) const
  {
    if (!m_filtered) {
      return true;
    }
    return std::any_of(m_platforms.requested_kinds.begin(), m_platforms.requested_kinds.end(), [&](const auto& kind) {
      return std::any_of(edge.dependencies.begin(), edge.dependencies.end(), [&](const auto& dependency) {
        return !dependency->platform || m_platforms.platform_matches(*dependency->platform, kind);
      });
    });
  }

  void visit(PackageId start)
  {
    std::vector<PackageId> open = {start};
    while (!open.empty()) {
      const auto id = open.back();
      open.pop_back();
      if (m_nodes.count(id) != 0) {
        continue;
      }
      const auto* resolved = m_graph.narrowed.find(id);
      Json node = {{"id", spec::to_spec_string(id)}, {"dependencies", Json::array()}, {"deps", Json::array()}, {"features", Json::array()}};
      for (const auto feature : resolved->features) {
        node["features"].push_back(feature.str());
      }
      for (const auto& edge : resolved->edges) {
        if (is_shown(edge) && append(node, edge)) {
          open.push_back(edge.to);
        }
      }
      m_nodes.emplace(id, std::move(node));
    }
  }

  /// False for a dependency without a library: it is no node of the graph.
  bool append(Json& node, const resolve::ResolveEdge& edge)
  {
    const auto* library = m_graph.packages.at(edge.to)->manifest->library();
    if (library == nullptr) {
      return false;
    }
    std::vector<const manifest::Dependency*> dependencies;
    for (const auto& dependency : edge.dependencies) {
      dependencies.push_back(dependency.get());
    }
    std::stable_sort(dependencies.begin(), dependencies.end(), is_before);
    Json kinds_json = Json::array();
    for (const auto* dependency : dependencies) {
      const auto name = kind_name(dependency->kind);
      kinds_json.push_back({{"kind", name.empty() ? Json(nullptr) : Json(name)},
                            {"target", dependency->platform ? Json(spec::to_string(*dependency->platform)) : Json(nullptr)}});
    }
    const auto id = spec::to_spec_string(edge.to);
    node["dependencies"].push_back(id);
    node["deps"].push_back({{"name", extern_name(edge, *library)}, {"pkg", id}, {"dep_kinds", std::move(kinds_json)}});
    return true;
  }

  static std::string extern_name(const resolve::ResolveEdge& edge, const manifest::CrateTarget& library)
  {
    for (const auto& dependency : edge.dependencies) {
      if (dependency->is_renamed) {
        auto name = dependency->name_in_toml.str();
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
      }
    }
    return library.crate_name();
  }

  const LoadedGraph& m_graph;
  const toolchain::TargetData& m_platforms;
  bool m_filtered;
  std::map<PackageId, Json> m_nodes;
};

Json ids_of(const std::vector<PackagePtr>& packages)
{
  Json ids = Json::array();
  for (const auto& package : packages) {
    ids.push_back(spec::to_spec_string(package->id()));
  }
  return ids;
}

} // namespace

Result<> metadata(const Env& env, const GlobalOptions& options, const MetadataRequest& request)
{
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  const auto& workspace = project.workspace;
  Json packages = Json::array();
  Json resolve = nullptr;
  if (request.no_deps) {
    for (const auto& member : workspace.members) {
      packages.push_back(manifest::package_to_json(*member->manifest));
    }
  } else {
    CW_TRY_ASSIGN(const auto choice, choose_toolchain(env, project, options));
    CW_TRY_ASSIGN(const auto platforms,
                  toolchain::probe_target_data(env, *project.config, choice, request.filter_platforms, rustc_cache_places(env, workspace)));
    const bool filtered = !request.filter_platforms.empty();
    plan::BuildRequest plan_request;
    plan_request.intent = plan::UserIntent::test; // dev-dependencies are part of the graph
    plan_request.packages.workspace = true;
    plan_request.features = request.features;
    plan_request.kinds = platforms.requested_kinds;
    CW_TRY_ASSIGN(const auto graph, load_graph(env, project, options, plan_request, platforms, !filtered));
    auto nodes = ResolveJson(graph, platforms, filtered).nodes(workspace);
    Json node_list = Json::array();
    for (auto& [id, node] : nodes) {
      packages.push_back(manifest::package_to_json(*graph.packages.at(id)->manifest));
      node_list.push_back(std::move(node));
    }
    const auto current = workspace.current_package();
    resolve = {{"nodes", std::move(node_list)}, {"root", current ? Json(spec::to_spec_string(current->id())) : Json(nullptr)}};
  }
  const auto& custom = workspace.root_manifest->workspace_metadata;
  const Json output = {{"packages", std::move(packages)},
                       {"workspace_members", ids_of(workspace.members)},
                       {"workspace_default_members", ids_of(workspace.default_members)},
                       {"resolve", std::move(resolve)},
                       {"target_directory", workspace.target_directory.string()},
                       {"build_directory", workspace.target_directory.string()},
                       {"version", 1},
                       {"workspace_root", workspace.root.string()},
                       {"metadata", custom == nullptr ? Json(nullptr) : Json(*custom)}};
  env.reporter.result(output.dump() + "\n");
  return {};
}

} // namespace cargo_wasm::ops
