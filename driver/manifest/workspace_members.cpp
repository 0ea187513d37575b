#include "workspace_members.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {

namespace {

bool has_wildcard(std::string_view text)
{
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::optional<std::string> pattern_problem(std::string_view component)
{
  if (component.find("**") != std::string_view::npos && component != "**") {
    return "`**` must stand alone between slashes";
  }
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] != '[') {
      continue;
    }
    // A `]` right after the opening (or after `!`) is a member of the set.
    const std::size_t first = i + 1 < component.size() && component[i + 1] == '!' ? i + 2 : i + 1;
    const std::size_t end = component.find(']', first + 1);
    if (end == std::string_view::npos) {
      return "`[` is never closed";
    }
    i = end;
  }
  return std::nullopt;
}

class Expansion
{
public:
  Expansion(const base::ReadOnlyFilesystem& fs, std::vector<std::string_view> components) : m_fs(fs), m_components(std::move(components)) {}

  std::vector<base::Path> run(const base::Path& root)
  {
    visit(root, 0);
    return std::move(m_found);
  }

private:
  void visit(const base::Path& directory, std::size_t next)
  {
    while (next < m_components.size() && (m_components[next].empty() || m_components[next] == ".")) {
      ++next;
    }
    if (next == m_components.size()) {
      m_found.push_back(directory);
      return;
    }
    const std::string_view component = m_components[next];
    if (!has_wildcard(component)) {
      const base::Path path = directory / component;
      if (m_fs.exists(path)) {
        visit(path, next + 1);
      }
      return;
    }
    if (component == "**") {
      visit(directory, next + 1);
    }
    const auto entries = m_fs.list(directory);
    if (!entries) {
      return;
    }
    for (const base::DirectoryEntry& entry : *entries) {
      if (component == "**") {
        if (entry.type == base::FileType::directory) {
          visit(directory / entry.name, next);
        }
      } else if (base::glob_matches(component, entry.name)) {
        visit(directory / entry.name, next + 1);
      }
    }
  }

  const base::ReadOnlyFilesystem& m_fs;
  std::vector<std::string_view> m_components;
  std::vector<base::Path> m_found;
};

} // namespace

Result<std::vector<MemberPath>>
expand_members(const base::ReadOnlyFilesystem& fs, const base::Path& root, const std::vector<std::string>& entries)
{
  std::vector<MemberPath> result;
  for (const std::string& entry : entries) {
    if (!has_wildcard(entry)) {
      // Whether it exists is for the manifest's reading to say, unless it is a plain file.
      const base::Path path = root / entry;
      if (!fs.exists(path) || fs.is_directory(path)) {
        result.push_back({path, {}});
      }
      continue;
    }
    const std::vector<std::string_view> components = base::split(entry, '/');
    for (const std::string_view component : components) {
      if (const std::optional<std::string> problem = pattern_problem(component)) {
        return fail(Error("CW0159", fmt::format("`{}` is not a pattern for members: {}", entry, *problem)));
      }
    }
    const bool is_absolute = entry.front() == '/';
    const std::vector<base::Path> found = Expansion(fs, components).run(is_absolute ? base::Path("/") : root);
    if (found.empty()) {
      result.push_back({root / entry, {}});
    }
    for (const base::Path& path : found) {
      if (fs.is_directory(path)) {
        result.push_back({path, entry});
      }
    }
  }
  return result;
}

} // namespace cargo_wasm::manifest
