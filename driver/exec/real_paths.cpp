#include "real_paths.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_arrows[] = {"--> ", "::: "};

void map_file_names(nlohmann::ordered_json& value, const RealPaths& paths)
{
  if (value.is_object()) {
    for (auto& [key, item] : value.items()) {
      if (key == "file_name" && item.is_string()) {
        item = paths.real_path(item.get_ref<const std::string&>());
      } else {
        map_file_names(item, paths);
      }
    }
  } else if (value.is_array()) {
    for (auto& item : value) {
      map_file_names(item, paths);
    }
  }
}

/// Escape sequences of colours may stand between an arrow and the name.
std::size_t skip_colours(std::string_view text, std::size_t at)
{
  while (at + 1 < text.size() && text[at] == '\x1b' && text[at + 1] == '[') {
    const std::size_t end = text.find('m', at);
    if (end == std::string_view::npos) {
      return at;
    }
    at = end + 1;
  }
  return at;
}

} // namespace

RealPaths::RealPaths(const plan::ActionGraph& graph, plan::ActionIndex action)
{
  const auto add = [&](std::string_view from, const base::Path& to) {
    if (!to.empty()) {
      m_prefixes.emplace_back(std::string(from) + "/", to.native() + "/");
    }
  };
  add(plan::k_remapped_target, graph.target_directory);
  add(plan::k_remapped_workspace, graph.workspace_root);
  add(plan::k_remapped_cargo_home, graph.cargo_home);
  for (const plan::TemplateInput& input : graph.actions[action].inputs) {
    if (input.kind == plan::TemplateInput::Kind::toolchain) {
      // `/rustc/COMMIT/library/…`: the commit has forty digits.
      m_prefixes.emplace_back("/rustc/", (input.path / "lib/rustlib/src/rust").native() + "/");
    }
  }
}

std::string RealPaths::real_path(std::string_view name) const
{
  for (const auto& [from, to] : m_prefixes) {
    if (!name.starts_with(from)) {
      continue;
    }
    if (from != "/rustc/") {
      return to + std::string(name.substr(from.size()));
    }
    const std::size_t slash = name.find('/', from.size());
    if (slash != std::string_view::npos) {
      return to + std::string(name.substr(slash + 1));
    }
  }
  return std::string(name);
}

std::string RealPaths::with_real_arrows(std::string_view rendered) const
{
  std::string out;
  std::size_t at = 0;
  while (at < rendered.size()) {
    std::size_t found = std::string_view::npos;
    for (const std::string_view arrow : k_arrows) {
      found = std::min(found, rendered.find(arrow, at));
    }
    if (found == std::string_view::npos) {
      break;
    }
    // An arrow stands behind blanks and colours only; elsewhere it is a line of source.
    const std::size_t line = rendered.rfind('\n', found);
    std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    while (begin < found && (rendered[begin] == ' ' || rendered[begin] == '\x1b')) {
      begin = rendered[begin] == ' ' ? begin + 1 : skip_colours(rendered, begin);
    }
    const std::size_t name = skip_colours(rendered, found + 4);
    out += rendered.substr(at, name - at);
    at = name;
    if (begin == found) {
      const std::size_t end = std::min(rendered.find('\n', name), rendered.size());
      out += real_path(rendered.substr(name, end - name));
      at = end;
    }
  }
  return out += rendered.substr(at);
}

std::string RealPaths::mapped_back(std::string_view line) const
{
  const bool concerns_us = line.starts_with('{') && std::ranges::any_of(m_prefixes, [&](const auto& prefix) {
                             return line.find(prefix.first) != std::string_view::npos && prefix.first != prefix.second;
                           });
  if (!concerns_us) {
    return {};
  }
  auto message = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!message.is_object()) {
    return {};
  }
  map_file_names(message, *this);
  const auto map_rendered = [&](const auto& self, nlohmann::ordered_json& value) -> void {
    if (value.is_array()) {
      for (auto& item : value) {
        self(self, item);
      }
    } else if (value.is_object()) {
      for (auto& [key, item] : value.items()) {
        if (key == "rendered" && item.is_string()) {
          item = with_real_arrows(item.template get_ref<const std::string&>());
        } else if (item.is_structured()) {
          self(self, item);
        }
      }
    }
  };
  map_rendered(map_rendered, message);
  return message.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace cargo_wasm::exec
