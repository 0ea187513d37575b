#include "workspace_roots.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

namespace cargo_wasm::manifest {

namespace {

std::vector<std::string_view> components(std::string_view text)
{
  std::vector<std::string_view> parts = base::split(text, '/');
  parts.erase(std::remove_if(parts.begin(), parts.end(), [](std::string_view part) { return part.empty() || part == "."; }), parts.end());
  return parts;
}

/// Strings of an array; wrong types are reported when the manifest itself is read.
std::vector<std::string> strings_of(const TomlValue* value)
{
  std::vector<std::string> result;
  if (const TomlArray* array = value == nullptr ? nullptr : value->as_array()) {
    for (const TomlValue& element : *array) {
      if (const std::string* text = element.as_string()) {
        result.push_back(*text);
      }
    }
  }
  return result;
}

} // namespace

bool is_below(const base::Path& path, const base::Path& directory)
{
  const std::vector<std::string_view> whole = components(path.native());
  const std::vector<std::string_view> start = components(directory.native());
  return start.size() <= whole.size() && std::equal(start.begin(), start.end(), whole.begin());
}

bool is_excluded(const base::Path& root_directory,
                 const std::vector<std::string>& members,
                 const std::vector<std::string>& exclude,
                 const base::Path& manifest)
{
  const auto covers = [&](const std::string& entry) { return is_below(manifest, root_directory / entry); };
  return std::any_of(exclude.begin(), exclude.end(), covers) && std::none_of(members.begin(), members.end(), covers);
}

Result<const RootFinder::Facts*> RootFinder::facts(const base::Path& manifest)
{
  if (const auto known = m_facts.find(manifest.native()); known != m_facts.end()) {
    return &known->second;
  }
  CW_TRY_ASSIGN(std::string text, m_fs.read(manifest));
  Facts facts;
  CW_TRY_ASSIGN(facts.document, parse_toml(manifest, std::move(text)));
  if (const TomlValue* value = facts.document->root.find("workspace")) {
    facts.is_root = true;
    if (const TomlTable* table = value->as_table()) {
      facts.members = strings_of(table->find("members"));
      facts.exclude = strings_of(table->find("exclude"));
    }
  }
  for (const std::string_view key : {"package", "project"}) {
    const TomlValue* value = facts.document->root.find(key);
    const TomlTable* table = value == nullptr ? nullptr : value->as_table();
    const TomlValue* pointer = table == nullptr ? nullptr : table->find("workspace");
    if (pointer != nullptr && pointer->as_string() != nullptr) {
      facts.pointer = *pointer->as_string();
    }
  }
  return &m_facts.emplace(manifest.native(), std::move(facts)).first->second;
}

Result<std::shared_ptr<const TomlDocument>> RootFinder::document(const base::Path& manifest)
{
  CW_TRY_ASSIGN(const Facts* known, facts(manifest));
  return known->document;
}

Result<std::optional<base::Path>> RootFinder::root_by(const base::Path& candidate, const base::Path& manifest)
{
  CW_TRY_ASSIGN(const Facts* known, facts(candidate));
  if (known->is_root) {
    const bool excluded = is_excluded(candidate.parent_path(), known->members, known->exclude, manifest);
    return excluded ? std::optional<base::Path>{} : std::optional(candidate);
  }
  if (known->pointer) {
    return std::optional(normalize_path(candidate.parent_path() / *known->pointer / "Cargo.toml"));
  }
  return std::optional<base::Path>{};
}

Result<std::optional<base::Path>> RootFinder::search_above(const base::Path& manifest)
{
  base::Path below = manifest.parent_path();
  while (below != below.parent_path() && below != m_stop_at) {
    const base::Path directory = below.parent_path();
    if (directory.filename() == "package" && directory.parent_path().filename() == "target") {
      break;
    }
    const base::Path candidate = directory / "Cargo.toml";
    if (m_fs.exists(candidate)) {
      Result<std::optional<base::Path>> root = root_by(candidate, manifest);
      if (!root) {
        return fail(std::move(root)
                        .error()
                        .during(fmt::format("while looking for the workspace of `{}`", manifest.string()))
                        .help("a package that belongs to no workspace can say so with an empty `[workspace]` table"));
      }
      if (*root) {
        return std::move(*root);
      }
    }
    below = directory;
  }
  return std::optional<base::Path>{};
}

Result<std::optional<base::Path>> RootFinder::find_root(const base::Path& manifest)
{
  CW_TRY_ASSIGN(std::optional<base::Path> own, root_by(manifest, manifest));
  return own ? Result<std::optional<base::Path>>(std::move(own)) : search_above(manifest);
}

Result<std::shared_ptr<const InheritanceRoot>> RootFinder::inheritance_root(const base::Path& manifest,
                                                                            const std::optional<std::string>& pointer)
{
  std::optional<base::Path> root;
  if (pointer) {
    root = normalize_path(manifest.parent_path() / *pointer / "Cargo.toml");
  } else {
    CW_TRY_ASSIGN(root, search_above(manifest));
  }
  if (!root) {
    return std::shared_ptr<const InheritanceRoot>{};
  }
  std::shared_ptr<const InheritanceRoot>& cached = m_roots[root->native()];
  if (cached == nullptr) {
    CW_TRY_ASSIGN(const Facts* known, facts(*root));
    if (!known->is_root) {
      return fail(Error("CW0153", fmt::format("`{}` is taken for a workspace root but has no `[workspace]`", root->string()))
                      .note(fmt::format("`{}` inherits from it", manifest.string())));
    }
    cached = std::make_shared<const InheritanceRoot>(InheritanceRoot{known->document, root->parent_path()});
  }
  return cached;
}

Result<std::shared_ptr<const InheritanceRoot>> find_inheritance_root(const base::ReadOnlyFilesystem& fs,
                                                                     const base::Path& manifest,
                                                                     const std::optional<std::string>& pointer,
                                                                     const base::Path& stop_at)
{
  return RootFinder(fs, stop_at).inheritance_root(manifest, pointer);
}

} // namespace cargo_wasm::manifest
