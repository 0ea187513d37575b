#include "workspace_loader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "manifest_reader.hpp"
#include "workspace_members.hpp"

namespace cargo_wasm::manifest {

Result<base::Path> WorkspaceLoader::find_manifest(const WorkspaceOptions& options) const
{
  if (options.manifest_path) {
    base::Path path = normalize_path(m_cwd / *options.manifest_path);
    const std::string shown = options.manifest_path->string();
    if (!m_fs.exists(path)) {
      return fail(Error("CW0152", fmt::format("`--manifest-path {}` does not exist", shown), Blame::usage));
    }
    if (m_fs.is_directory(path)) {
      Error error("CW0152", fmt::format("`--manifest-path {}` is a directory", shown), Blame::usage);
      if (m_fs.exists(path / "Cargo.toml")) {
        error.helps.push_back(fmt::format("write `--manifest-path {}`", (*options.manifest_path / "Cargo.toml").string()));
      }
      return fail(std::move(error));
    }
    if (path.filename() != "Cargo.toml") {
      return fail(Error("CW0152", fmt::format("`--manifest-path {}` is not a `Cargo.toml`", shown), Blame::usage));
    }
    return path;
  }
  std::optional<base::Path> misspelt;
  for (base::Path directory = m_cwd;; directory = directory.parent_path()) {
    if (m_fs.exists(directory / "Cargo.toml")) {
      return directory / "Cargo.toml";
    }
    if (!misspelt && m_fs.exists(directory / "cargo.toml")) {
      misspelt = directory / "cargo.toml";
    }
    if (directory == directory.parent_path()) {
      break;
    }
  }
  Error error("CW0151", fmt::format("no `Cargo.toml` in `{}` or any directory above it", m_cwd.string()), Blame::usage);
  error.helps.push_back(misspelt ? fmt::format("rename `{}` to `Cargo.toml`", misspelt->string())
                                 : std::string("change to a project's directory, or name one with `--manifest-path`"));
  return fail(std::move(error));
}

Result<WorkspaceLoader::ManifestPtr> WorkspaceLoader::load(const base::Path& file)
{
  ManifestPtr& known = m_manifests[file.native()];
  if (known == nullptr) {
    CW_TRY_ASSIGN(std::shared_ptr<const TomlDocument> document, m_roots.document(file));
    ReadOptions options;
    options.source = spec::SourceId::for_path(file.parent_path());
    options.registries = &m_config;
    options.is_std = m_is_std;
    options.find_root = [this](const base::Path& manifest, const std::optional<std::string>& pointer) {
      return m_roots.inheritance_root(manifest, pointer);
    };
    CW_TRY_ASSIGN(known, read_parsed_manifest(m_fs, std::move(document), options));
  }
  return known;
}

base::TextSpan WorkspaceLoader::span_of_entry(std::string_view key, std::string_view entry) const
{
  const TomlDocument& document = *m_workspace.root_manifest->document;
  const TomlTable* workspace = document.root.find("workspace")->as_table();
  const TomlValue* list = workspace == nullptr ? nullptr : workspace->find(key);
  if (const TomlArray* array = list == nullptr ? nullptr : list->as_array()) {
    for (const TomlValue& element : *array) {
      const std::string* text = element.as_string();
      if (text != nullptr && (entry.empty() || *text == entry)) {
        return document.span(element.position);
      }
    }
  }
  return document.span(list == nullptr ? Position{} : list->position);
}

bool WorkspaceLoader::is_excluded_by_root(const base::Path& manifest) const
{
  const WorkspaceTable& table = *m_workspace.root_manifest->workspace;
  return is_excluded(m_workspace.root, table.members, table.exclude, manifest);
}

Result<> WorkspaceLoader::add_with_path_dependencies(const base::Path& file, bool is_path_dependency)
{
  const base::Path manifest_file = normalize_path(file);
  if (m_member_set.contains(manifest_file.native())) {
    return {};
  }
  if (is_path_dependency && !is_below(manifest_file.parent_path(), m_workspace.root)) {
    // A path dependency elsewhere is a member only if it says itself that it belongs here.
    CW_TRY(load(manifest_file));
    CW_TRY_ASSIGN(const std::optional<base::Path> root, m_roots.find_root(manifest_file));
    if (root != m_workspace.root_manifest->file) {
      return {};
    }
  }
  if (is_excluded_by_root(manifest_file)) {
    return {};
  }
  m_member_set.insert(manifest_file.native());
  m_member_files.push_back(manifest_file);
  CW_TRY_ASSIGN(const ManifestPtr manifest, load(manifest_file));
  if (manifest->is_virtual) {
    return {};
  }
  for (const auto& dependency : manifest->summary->dependencies) {
    if (!dependency->source.is_path()) {
      continue;
    }
    const base::Path directory = dependency->source.path();
    if (!m_member_set.contains((directory / "Cargo.toml").native()) && !m_fs.exists(directory / "Cargo.toml")) {
      Error error("CW0165",
                  fmt::format("no `Cargo.toml` in `{}`, the path of dependency `{}`", directory.string(), dependency->name_in_toml));
      if (const std::optional<Position> place = find_dependency_place(manifest->document->root, dependency->name_in_toml)) {
        error.where = manifest->document->span(*place);
      }
      return fail(std::move(error));
    }
    if (Result<> added = add_with_path_dependencies(directory / "Cargo.toml", true); !added) {
      return fail(std::move(added).error().during(
          fmt::format("while reading dependency `{}` of `{}`", dependency->name_in_toml, manifest->summary->id.name())));
    }
  }
  return {};
}

Result<> WorkspaceLoader::find_members()
{
  const WorkspaceTable& table = *m_workspace.root_manifest->workspace;
  Result<std::vector<MemberPath>> paths = expand_members(m_fs, m_workspace.root, table.members);
  if (!paths) {
    return fail(std::move(paths).error().at(span_of_entry("members", {})));
  }
  std::vector<base::Path> listed;
  for (const MemberPath& member : *paths) {
    const base::Path directory = normalize_path(member.directory);
    listed.push_back(directory);
    const base::Path file = directory / "Cargo.toml";
    if (!m_fs.exists(file) && !is_excluded_by_root(file)) {
      const std::string entry = member.pattern.empty() ? member.directory.lexically_relative(m_workspace.root).string() : member.pattern;
      Error error("CW0165", fmt::format("no `Cargo.toml` in `{}`, a member of the workspace", directory.string()));
      error.where = span_of_entry("members", entry);
      if (!member.pattern.empty()) {
        error.notes.push_back(fmt::format("it matches the pattern `{}`", member.pattern));
        error.helps.push_back("put it into `workspace.exclude` if it is no package");
      }
      return fail(std::move(error));
    }
    CW_TRY(add_with_path_dependencies(file, false));
  }
  CW_TRY(add_with_path_dependencies(m_workspace.root_manifest->file, false));
  for (const base::Path& file : m_member_files) {
    CW_TRY_ASSIGN(ManifestPtr manifest, load(file));
    if (!manifest->is_virtual) {
      m_workspace.members.push_back(std::make_shared<const Package>(Package{std::move(manifest)}));
    }
  }
  return choose_default_members(listed);
}

Result<> WorkspaceLoader::choose_default_members(const std::vector<base::Path>& listed)
{
  const WorkspaceTable& table = *m_workspace.root_manifest->workspace;
  std::vector<base::Path> files;
  const bool at_root = m_workspace.current_manifest == m_workspace.root_manifest->file;
  if (at_root && table.default_members) {
    Result<std::vector<MemberPath>> paths = expand_members(m_fs, m_workspace.root, *table.default_members);
    if (!paths) {
      return fail(std::move(paths).error().at(span_of_entry("default-members", {})));
    }
    for (const MemberPath& member : *paths) {
      const base::Path directory = normalize_path(member.directory);
      if (m_member_set.contains((directory / "Cargo.toml").native())) {
        files.push_back(directory / "Cargo.toml");
        continue;
      }
      const bool is_listed = std::find(listed.begin(), listed.end(), directory) != listed.end();
      if (is_listed && is_excluded_by_root(directory)) {
        continue; // excluding a listed directory takes it out of the defaults too
      }
      const std::string entry = member.pattern.empty() ? member.directory.lexically_relative(m_workspace.root).string() : member.pattern;
      return fail(Error("CW0158", fmt::format("`{}` is in `default-members` but is not a member", directory.string()))
                      .at(span_of_entry("default-members", entry))
                      .help("add it to `workspace.members`"));
    }
  } else if (at_root && m_workspace.root_manifest->is_virtual) {
    files = m_member_files;
  } else {
    files.push_back(m_workspace.current_manifest);
  }
  std::unordered_map<std::string_view, const PackagePtr*> members;
  for (const PackagePtr& member : m_workspace.members) {
    members.emplace(member->manifest->file.native(), &member);
  }
  for (const base::Path& file : files) {
    if (const auto found = members.find(file.native()); found != members.end()) {
      m_workspace.default_members.push_back(*found->second);
      continue;
    }
    CW_TRY_ASSIGN(ManifestPtr manifest, load(file));
    if (!manifest->is_virtual) {
      m_workspace.default_members.push_back(std::make_shared<const Package>(Package{std::move(manifest)}));
    }
  }
  return {};
}

Result<> WorkspaceLoader::merge_configuration()
{
  m_workspace.profiles = m_workspace.root_manifest->profiles;
  CW_TRY_ASSIGN(auto profiles, m_config.profiles());
  for (auto& [name, profile] : profiles) {
    BuildProfileToml& own = m_workspace.profiles[name];
    own = merge(std::move(own), profile);
  }
  // A profile that only the manifest names may still have environment variables.
  for (auto& [name, profile] : m_workspace.profiles) {
    if (!profiles.contains(name)) {
      CW_TRY_ASSIGN(const std::optional<BuildProfileToml> over, m_config.profile(name));
      if (over) {
        profile = merge(std::move(profile), *over);
      }
    }
  }

  // The configuration's patches come first and win by name.
  CW_TRY_ASSIGN(m_workspace.patches, m_config.patches());
  for (const PatchEntry& entry : m_workspace.root_manifest->patches) {
    const auto found = std::find_if(m_workspace.patches.begin(), m_workspace.patches.end(), [&](const PatchEntry& other) {
      return other.source_key == entry.source_key;
    });
    if (found == m_workspace.patches.end()) {
      m_workspace.patches.push_back(entry);
      continue;
    }
    const std::size_t from_configuration = found->dependencies.size();
    for (const auto& dependency : entry.dependencies) {
      const auto end = found->dependencies.begin() + static_cast<std::ptrdiff_t>(from_configuration);
      const bool replaced =
          std::any_of(found->dependencies.begin(), end, [&](const auto& other) { return other->name_in_toml == dependency->name_in_toml; });
      if (!replaced) {
        found->dependencies.push_back(dependency);
      }
    }
  }
  return {};
}

Result<Workspace> WorkspaceLoader::run(const WorkspaceOptions& options)
{
  m_is_std = options.is_std;
  CW_TRY_ASSIGN(m_workspace.current_manifest, find_manifest(options));
  CW_TRY_ASSIGN(const ManifestPtr current, load(m_workspace.current_manifest));
  CW_TRY_ASSIGN(const std::optional<base::Path> root, m_roots.find_root(m_workspace.current_manifest));
  m_has_root = root.has_value();
  m_workspace.root_manifest = current;
  if (root) {
    if (!m_fs.exists(*root)) {
      return fail(Error("CW0153", fmt::format("the workspace root `{}` does not exist", root->string()))
                      .note(fmt::format("`package.workspace` of `{}` names it", m_workspace.current_manifest.string())));
    }
    CW_TRY_ASSIGN(m_workspace.root_manifest, load(*root));
    if (!m_workspace.root_manifest->workspace) {
      return fail(Error("CW0153", fmt::format("`{}` is taken for a workspace root but has no `[workspace]`", root->string()))
                      .note(fmt::format("`{}` belongs to it", m_workspace.current_manifest.string())));
    }
  }
  m_workspace.root = m_workspace.root_manifest->root();
  m_workspace.resolver = resolver_of(*m_workspace.root_manifest);
  if (m_has_root) {
    CW_TRY(find_members());
    CW_TRY(check());
  } else {
    m_workspace.members.push_back(std::make_shared<const Package>(Package{current}));
    m_workspace.default_members = m_workspace.members;
  }
  collect_warnings();
  CW_TRY(merge_configuration());
  if (options.target_directory) {
    m_workspace.target_directory = m_cwd / *options.target_directory;
  } else {
    CW_TRY_ASSIGN(const std::optional<base::Path> configured, m_config.target_dir());
    m_workspace.target_directory = configured.value_or(m_workspace.root / "target");
  }
  return std::move(m_workspace);
}

} // namespace cargo_wasm::manifest
