#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/plan/features.hpp>
#include <cargo_wasm/report/dependency_graph.hpp>

#include "loaded_graph.hpp"

namespace cargo_wasm::ops {

namespace {

using report::EdgeKind;

struct Edges
{
  std::set<EdgeKind> kinds;
  bool no_proc_macro = false;
};

Result<Edges> edges_of(const std::vector<std::string>& words)
{
  const std::set<EdgeKind> k_all = {EdgeKind::normal, EdgeKind::build, EdgeKind::development};
  Edges edges;
  bool excludes = false;
  std::set<EdgeKind> named, excluded;
  for (const auto& word : words) {
    if (word == "no-proc-macro") {
      edges.no_proc_macro = true;
    } else if (word == "all" || word == "features") {
      named.insert(EdgeKind::feature);
      if (word == "all") {
        named.insert(k_all.begin(), k_all.end());
      }
    } else if (word == "normal" || word == "no-normal") {
      (word == "normal" ? named : excluded).insert(EdgeKind::normal);
    } else if (word == "build" || word == "no-build") {
      (word == "build" ? named : excluded).insert(EdgeKind::build);
    } else if (word == "dev" || word == "no-dev") {
      (word == "dev" ? named : excluded).insert(EdgeKind::development);
    } else {
      return fail(Error("CW0773", fmt::format("unknown kind of edges: `{}`", word), Blame::usage)
                      .help("kinds are all, normal, build, dev, features, no-normal, no-build, no-dev, no-proc-macro"));
    }
    excludes = excludes || !excluded.empty();
  }
  const bool only_features = named == std::set<EdgeKind>{EdgeKind::feature};
  if (excludes) {
    if (!named.empty() && !only_features) {
      return fail(Error("CW0773", "kinds of edges cannot be both listed and excluded", Blame::usage)
                      .help("give either `normal`, `build`, `dev`, or the `no-` forms"));
    }
    edges.kinds = k_all;
    for (const auto kind : excluded) {
      edges.kinds.erase(kind);
    }
    edges.kinds.insert(named.begin(), named.end());
    return edges;
  }
  edges.kinds = named.empty() ? k_all : named;
  if (only_features) {
    edges.kinds.insert(k_all.begin(), k_all.end());
  }
  return edges;
}

Result<report::TreeStyle> style_of(const TreeRequest& request)
{
  report::TreeStyle style;
  style.prefix = request.prefix == "depth"  ? report::TreeStyle::Prefix::depth
                 : request.prefix == "none" ? report::TreeStyle::Prefix::none
                                            : report::TreeStyle::Prefix::indent;
  style.ascii = request.ascii;
  style.no_dedupe = request.no_dedupe;
  style.format = request.format;
  if (request.depth && *request.depth == "workspace") {
    style.workspace_only = true;
  } else if (request.depth) {
    const auto* begin = request.depth->data();
    const auto* end = begin + request.depth->size();
    if (std::from_chars(begin, end, style.max_depth).ptr != end) {
      return fail(Error("CW0773", fmt::format("`--depth {}` is neither a number nor `workspace`", *request.depth), Blame::usage)
                      .help("write for instance `--depth 2`"));
    }
  }
  return style;
}

Result<std::set<spec::PackageId>> ids_of(const resolve::Resolve& resolve, const std::vector<std::string>& specs)
{
  std::set<spec::PackageId> ids;
  for (const auto& text : specs) {
    CW_TRY_ASSIGN(const auto id, resolve.query_spec(text));
    ids.insert(id);
  }
  return ids;
}

Result<std::vector<std::string>> inverted_specs(const TreeRequest& request)
{
  std::vector<std::string> specs;
  for (const auto& text : request.invert) {
    if (!text.empty()) {
      specs.push_back(text);
    } else if (!request.packages.packages.empty()) {
      specs.insert(specs.end(), request.packages.packages.begin(), request.packages.packages.end());
    } else {
      return fail(Error("CW0773", "`-i` needs the package whose dependents are wanted", Blame::usage)
                      .help("`cargo-wasm tree -i NAME`; with `--workspace` all members are searched"));
    }
  }
  return specs;
}

} // namespace

Result<> tree(const Env& env, const GlobalOptions& options, const TreeRequest& request)
{
  CW_TRY_ASSIGN(const auto edges, edges_of(request.edges));
  CW_TRY_ASSIGN(auto style, style_of(request));
  CW_TRY_ASSIGN(const auto inverted, inverted_specs(request));
  if (request.duplicates && edges.kinds.count(EdgeKind::feature) != 0) {
    return fail(Error("CW0773", "`-e features` cannot be used with `--duplicates`", Blame::usage).help("leave one of them out"));
  }
  CW_TRY_ASSIGN(auto project, open_project(env, options));
  CW_TRY_ASSIGN(const auto choice, choose_toolchain(env, project, options));
  const bool all_targets = request.triples == std::vector<std::string>{"all"};
  const auto triples = all_targets ? std::vector<std::string>{} : request.triples;
  CW_TRY_ASSIGN(const auto platforms,
                toolchain::probe_target_data(env, *project.config, choice, triples, rustc_cache_places(env, project.workspace)));

  const bool with_dev = edges.kinds.count(EdgeKind::development) != 0;
  plan::BuildRequest plan_request;
  plan_request.intent = with_dev ? plan::UserIntent::test : plan::UserIntent::build;
  plan_request.packages = request.packages;
  plan_request.features = request.features;
  plan_request.kinds = platforms.requested_kinds;
  CW_TRY_ASSIGN(const auto graph, load_graph(env, project, options, plan_request, platforms, all_targets));
  const plan::FeatureInput feature_input{graph.narrowed, graph.roots, graph.packages, platforms, plan_request.kinds};
  const auto features = plan::resolve_features(feature_input, plan::feature_options(project.workspace.resolver, with_dev, all_targets));

  auto shown = report::build_dependency_graph(
      {graph.narrowed, features, graph.roots, graph.packages, platforms, edges.kinds, all_targets, edges.no_proc_macro});
  std::set<spec::PackageId> root_ids;
  if (inverted.empty()) {
    for (const auto& root : graph.roots) {
      root_ids.insert(root.summary->id);
    }
  } else {
    CW_TRY_ASSIGN(root_ids, ids_of(graph.narrowed, inverted));
  }
  CW_TRY_ASSIGN(style.pruned, ids_of(graph.narrowed, request.prune));
  auto roots = shown.nodes_of(root_ids);
  if (request.duplicates) {
    shown.keep_reachable(roots);
    roots = shown.duplicates();
  }
  if (!inverted.empty() || request.duplicates) {
    shown.invert();
  }
  if (roots.empty()) {
    env.reporter.warning(Error("CW0774", "nothing to print").help("dependencies of other platforms are shown with `--target all`"));
    return {};
  }
  CW_TRY_ASSIGN(const auto text, report::print_tree(shown, roots, style, project.workspace, graph.packages));
  env.reporter.result(text);
  return {};
}

} // namespace cargo_wasm::ops
