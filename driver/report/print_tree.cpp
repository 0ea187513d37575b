#include <cargo_wasm/report/dependency_graph.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::report {

namespace {

struct Symbols
{
  std::string_view down, tee, corner, right;
};
constexpr Symbols k_utf8{"│", "├", "└", "─"};
constexpr Symbols k_ascii{"|", "|", "`", "-"};

/// A piece of `--format`: text, or a name in braces.
struct Chunk
{
  bool is_name = false;
  std::string text;
};

Result<std::vector<Chunk>> parse_format(std::string_view format)
{
  constexpr std::string_view k_names[] = {"package", "p", "license", "l", "repository", "r", "features", "f", "lib"};
  std::vector<Chunk> chunks;
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if ((c == '{' || c == '}') && i + 1 < format.size() && format[i + 1] == c) {
      text += c;
      ++i;
      continue;
    }
    if (c != '{') {
      text += c;
      continue;
    }
    const auto end = format.find('}', i);
    const auto name = end == std::string_view::npos ? format.substr(i + 1) : format.substr(i + 1, end - i - 1);
    if (end == std::string_view::npos || std::find(std::begin(k_names), std::end(k_names), name) == std::end(k_names)) {
      return fail(Error("CW0772", fmt::format("tree format `{}` is not valid: unknown name `{}`", format, name), Blame::usage)
                      .help("names are {p} package, {l} license, {r} repository, {f} features, {lib} library; `{{` is a brace"));
    }
    chunks.push_back({false, std::move(text)});
    text.clear();
    chunks.push_back({true, std::string(name)});
    i = end;
  }
  chunks.push_back({false, std::move(text)});
  return chunks;
}

class TreePrinter
{
public:
  TreePrinter(const DependencyGraph& graph,
              const TreeStyle& style,
              std::vector<Chunk> chunks,
              const manifest::Workspace& workspace,
              const std::unordered_map<spec::PackageId, PackagePtr>& packages)
      : m_graph(graph), m_style(style), m_symbols(style.ascii ? k_ascii : k_utf8), m_chunks(std::move(chunks)), m_workspace(workspace),
        m_packages(packages)
  {
  }

  std::string print(const std::vector<NodeIndex>& roots)
  {
    for (std::size_t i = 0; i < roots.size(); ++i) {
      m_out += i == 0 ? "" : "\n";
      print_node(roots[i]);
    }
    return std::move(m_out);
  }

private:
  void print_node(NodeIndex node)
  {
    const bool is_new = m_style.no_dedupe || m_visited.insert(node).second;
    if (m_style.prefix == TreeStyle::Prefix::depth) {
      m_out += std::to_string(m_continues.size());
    } else if (m_style.prefix == TreeStyle::Prefix::indent && !m_continues.empty()) {
      indent(m_continues.size() - 1);
      m_out += m_continues.back() ? m_symbols.tee : m_symbols.corner;
      m_out += m_symbols.right;
      m_out += m_symbols.right;
      m_out += ' ';
    }
    const bool in_cycle = std::find(m_stack.begin(), m_stack.end(), node) != m_stack.end();
    append_label(node);
    m_out += (is_new && !in_cycle) || m_graph.edges[node].empty() ? "\n" : " (*)\n";
    if (!is_new || in_cycle) {
      return;
    }
    m_stack.push_back(node);
    for (const auto kind : {EdgeKind::normal, EdgeKind::build, EdgeKind::development, EdgeKind::feature}) {
      print_dependencies(node, kind);
    }
    m_stack.pop_back();
  }

  void print_dependencies(NodeIndex node, EdgeKind kind)
  {
    auto targets = m_graph.targets(node, kind);
    if (targets.empty()) {
      return;
    }
    if (m_style.prefix == TreeStyle::Prefix::indent && (kind == EdgeKind::build || kind == EdgeKind::development)) {
      indent(m_continues.size());
      m_out += kind == EdgeKind::build ? "[build-dependencies]\n" : "[dev-dependencies]\n";
    }
    if (m_continues.size() + 1 > m_style.max_depth) {
      return;
    }
    targets.erase(std::remove_if(targets.begin(), targets.end(), [&](NodeIndex target) { return is_left_out(target); }), targets.end());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      m_continues.push_back(i + 1 < targets.size());
      print_node(targets[i]);
      m_continues.pop_back();
    }
  }

  [[nodiscard]] bool is_left_out(NodeIndex node) const
  {
    const auto* package = std::get_if<PackageNode>(&m_graph.nodes[node]);
    return package != nullptr &&
           ((m_style.workspace_only && !m_workspace.is_member(package->id)) || m_style.pruned.count(package->id) != 0);
  }

  void indent(std::size_t levels)
  {
    for (std::size_t i = 0; i < levels; ++i) {
      m_out += m_continues[i] ? m_symbols.down : " ";
      m_out += "   ";
    }
  }

  void append_label(NodeIndex node)
  {
    if (const auto* feature = std::get_if<FeatureNode>(&m_graph.nodes[node])) {
      const auto& package = std::get<PackageNode>(m_graph.nodes[feature->package]);
      m_out += fmt::format(
          "{} feature \"{}\"{}", package.id.name(), feature->name, m_graph.command_line_features.count(node) != 0 ? " (command-line)" : "");
      return;
    }
    const auto& package = std::get<PackageNode>(m_graph.nodes[node]);
    const auto found = m_packages.find(package.id);
    const auto* manifest = found == m_packages.end() ? nullptr : found->second->manifest.get();
    for (const auto& chunk : m_chunks) {
      m_out += chunk.is_name ? value_of(chunk.text, package, manifest) : chunk.text;
    }
  }

  static std::string value_of(std::string_view name, const PackageNode& package, const manifest::Manifest* manifest)
  {
    const auto* library = manifest == nullptr ? nullptr : manifest->library();
    if (name == "p" || name == "package") {
      auto text = fmt::format("{} v{}{}",
                              package.id.name(),
                              spec::to_string(package.id.version()),
                              library != nullptr && library->proc_macro ? " (proc-macro)" : "");
      if (!package.id.source().is_crates_io()) {
        text += fmt::format(" ({})", package.id.source().display());
      }
      return text;
    }
    if (name == "l" || name == "license") {
      return manifest == nullptr ? "" : manifest->info.license.value_or("");
    }
    if (name == "r" || name == "repository") {
      return manifest == nullptr ? "" : manifest->info.repository.value_or("");
    }
    if (name == "lib") {
      return library == nullptr ? "" : library->crate_name();
    }
    return fmt::format("{}", fmt::join(package.features, ","));
  }

  const DependencyGraph& m_graph;
  const TreeStyle& m_style;
  const Symbols& m_symbols;
  std::vector<Chunk> m_chunks;
  const manifest::Workspace& m_workspace;
  const std::unordered_map<spec::PackageId, PackagePtr>& m_packages;
  std::string m_out;
  std::set<NodeIndex> m_visited;
  std::vector<NodeIndex> m_stack;
  std::vector<bool> m_continues; ///< per level: whether more siblings follow
};

} // namespace

Result<std::string> print_tree(const DependencyGraph& graph,
                               const std::vector<NodeIndex>& roots,
                               const TreeStyle& style,
                               const manifest::Workspace& workspace,
                               const std::unordered_map<spec::PackageId, PackagePtr>& packages)
{
  CW_TRY_ASSIGN(auto chunks, parse_format(style.format));
  return TreePrinter(graph, style, std::move(chunks), workspace, packages).print(roots);
}

} // namespace cargo_wasm::report
