#include <algorithm>

#include <cargo_wasm/exec/place_names.hpp>

namespace cargo_wasm::exec {
namespace {

bool ends_component(std::string_view text, std::size_t at)
{
  return at >= text.size() || std::string_view("/:;=,\"' \x1f").find(text[at]) != std::string_view::npos;
}

} // namespace

PlaceNames::PlaceNames(const base::Path& workspace_root, const base::Path& target_directory, const base::Path& cargo_home)
{
  add(workspace_root, "workspace");
  add(target_directory, "target");
  add(cargo_home, "cargo");
}

void PlaceNames::add(const base::Path& root, std::string name)
{
  if (root.native().size() > 1) {
    m_roots.emplace_back(root.native(), std::move(name));
    std::stable_sort(m_roots.begin(), m_roots.end(), [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }
}

PlaceNames places_of(const plan::ActionGraph& graph)
{
  PlaceNames places(graph.workspace_root, graph.target_directory, graph.cargo_home);
  for (const plan::ActionTemplate& tmpl : graph.actions) {
    for (const plan::TemplateInput& input : tmpl.inputs) {
      if (input.kind == plan::TemplateInput::Kind::toolchain) {
        places.add(input.path, "toolchain");
        return places;
      }
    }
  }
  return places;
}

std::string PlaceNames::name_of(std::string_view path) const
{
  for (const auto& [root, name] : m_roots) {
    if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/')) {
      return name + std::string(path.substr(root.size()));
    }
  }
  return "root" + std::string(path);
}

std::string PlaceNames::path_of(std::string_view name) const
{
  for (const auto& [root, root_name] : m_roots) {
    if (name.starts_with(root_name) && (name.size() == root_name.size() || name[root_name.size()] == '/')) {
      return root + std::string(name.substr(root_name.size()));
    }
  }
  return std::string(name.starts_with("root/") ? name.substr(4) : name);
}

std::string PlaceNames::neutral(std::string_view text) const
{
  if (text.find('/') == std::string_view::npos) {
    return std::string(text);
  }
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t slash = text.find('/', at);
    if (slash == std::string_view::npos) {
      break;
    }
    out += text.substr(at, slash - at);
    at = slash;
    bool replaced = false;
    for (const auto& [root, name] : m_roots) {
      if (text.substr(at).starts_with(root) && ends_component(text, at + root.size())) {
        out += "/cw:" + name;
        at += root.size();
        replaced = true;
        break;
      }
    }
    if (!replaced) {
      out += '/';
      ++at;
    }
  }
  return out += text.substr(at);
}

std::string PlaceNames::real(std::string_view text) const
{
  constexpr std::string_view k_mark = "/cw:";
  std::string out;
  std::size_t at = 0;
  for (std::size_t found; (found = text.find(k_mark, at)) != std::string_view::npos;) {
    out += text.substr(at, found - at);
    at = found + k_mark.size();
    const auto root = std::ranges::find_if(m_roots, [&](const auto& entry) {
      return text.substr(at).starts_with(entry.second) && ends_component(text, at + entry.second.size());
    });
    if (root == m_roots.end()) {
      out += k_mark;
    } else {
      out += root->first;
      at += root->second.size();
    }
  }
  return out += text.substr(at);
}

} // namespace cargo_wasm::exec
