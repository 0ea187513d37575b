// What a workspace must satisfy once its members are known, and what its members are told.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "workspace_loader.hpp"

namespace cargo_wasm::manifest {

namespace {

base::TextSpan section_span(const Manifest& manifest, std::string_view section)
{
  const TomlMember* member = manifest.document->root.find_member(section);
  return manifest.document->span(member == nullptr ? Position{} : member->key_position);
}

} // namespace

ResolverBehavior default_resolver(Edition edition)
{
  switch (edition) {
  case Edition::e2015:
  case Edition::e2018:
    return ResolverBehavior::v1;
  case Edition::e2021:
    return ResolverBehavior::v2;
  case Edition::e2024:
    break;
  }
  return ResolverBehavior::v3;
}

ResolverBehavior resolver_of(const Manifest& manifest)
{
  if (manifest.resolver) {
    return *manifest.resolver == "3" ? ResolverBehavior::v3 : *manifest.resolver == "2" ? ResolverBehavior::v2 : ResolverBehavior::v1;
  }
  return manifest.is_virtual ? ResolverBehavior::v1 : default_resolver(manifest.edition);
}

Result<> WorkspaceLoader::check()
{
  CW_TRY(check_names());
  CW_TRY(check_roots());
  CW_TRY(check_current());
  warn_about_members();
  warn_about_resolver();
  return {};
}

Result<> WorkspaceLoader::check_names() const
{
  std::map<InternedString, const Manifest*> by_name;
  for (const PackagePtr& member : m_workspace.members) {
    const auto [first, is_new] = by_name.try_emplace(member->id().name(), member->manifest.get());
    if (!is_new) {
      return fail(Error("CW0155", fmt::format("two packages of the workspace are named `{}`", member->id().name()))
                      .note(fmt::format("one is `{}`", first->second->file.string()))
                      .note(fmt::format("the other is `{}`", member->manifest->file.string())));
    }
  }
  return {};
}

Result<> WorkspaceLoader::check_roots()
{
  std::vector<std::string> roots;
  for (const base::Path& file : m_member_files) {
    if (m_manifests.at(file.native())->workspace) {
      roots.push_back(file.string());
    }
  }
  if (roots.size() > 1) {
    Error error("CW0156", "the workspace has more than one root");
    for (const std::string& root : roots) {
      error.notes.push_back(fmt::format("`{}` has a `[workspace]` table", root));
    }
    error.helps.push_back("remove `[workspace]` from all but one, or list the others in `workspace.exclude`");
    return fail(std::move(error));
  }
  for (const base::Path& file : m_member_files) {
    CW_TRY_ASSIGN(const std::optional<base::Path> root, m_roots.find_root(file));
    if (root == m_workspace.root_manifest->file) {
      continue;
    }
    Error error("CW0157", fmt::format("`{}` is listed as a member but does not belong to this workspace", file.string()));
    error.notes.push_back(fmt::format("the workspace is `{}`", m_workspace.root_manifest->file.string()));
    if (root) {
      error.notes.push_back(fmt::format("the package belongs to `{}`", root->string()));
    } else {
      error.notes.push_back("the package does not lie below the workspace's directory");
      error.helps.push_back(
          fmt::format("write `workspace = \"{}\"` in its `[package]`", m_workspace.root.lexically_relative(file.parent_path()).string()));
    }
    return fail(std::move(error));
  }
  return {};
}

Result<> WorkspaceLoader::check_current() const
{
  const base::Path& current = m_workspace.current_manifest;
  if (m_member_set.contains(current.native())) {
    return {};
  }
  const Manifest& root = *m_workspace.root_manifest;
  Error error("CW0154", fmt::format("`{}` lies in a workspace that does not list it", current.string()));
  error.notes.push_back(fmt::format("the workspace is `{}`", root.file.string()));
  if (!root.is_virtual && !root.workspace->has_members) {
    error.helps.push_back("make the root package depend on it");
  } else {
    error.helps.push_back(
        fmt::format("add `{}` to `workspace.members`", current.parent_path().lexically_relative(m_workspace.root).string()));
  }
  error.helps.push_back("or keep it out: add it to `workspace.exclude`, or give it an empty `[workspace]` table");
  return fail(std::move(error));
}

void WorkspaceLoader::warn_about_members()
{
  const auto warn = [&](const Manifest& manifest, std::string_view section, base::TextSpan where) {
    m_workspace.warnings.push_back(Error("CW0160", fmt::format("`{}` of member `{}` is ignored", section, manifest.summary->id.name()))
                                       .at(std::move(where))
                                       .help(fmt::format("move it to the workspace root `{}`", m_workspace.root_manifest->file.string())));
  };
  for (const PackagePtr& member : m_workspace.members) {
    const Manifest& manifest = *member->manifest;
    if (manifest.file == m_workspace.root_manifest->file) {
      continue;
    }
    for (const std::string_view section : {"profile", "replace", "patch"}) {
      const TomlValue* value = manifest.document->root.find(section);
      const TomlTable* table = value == nullptr ? nullptr : value->as_table();
      if (table != nullptr && (section == "profile" || !table->members.empty())) {
        warn(manifest, section, section_span(manifest, section));
      }
    }
    if (manifest.resolver && resolver_of(manifest) != m_workspace.resolver) {
      const TomlTable* package = manifest.document->root.find("package")->as_table();
      warn(manifest, "resolver", manifest.document->span(package->find_member("resolver")->key_position));
    }
  }
}

void WorkspaceLoader::warn_about_resolver()
{
  const Manifest& root = *m_workspace.root_manifest;
  if (!root.is_virtual || root.resolver) {
    return;
  }
  Edition newest = Edition::e2015;
  for (const PackagePtr& member : m_workspace.members) {
    newest = std::max(newest, member->manifest->edition);
  }
  if (newest >= Edition::e2021) {
    const int wanted = static_cast<int>(default_resolver(newest));
    m_workspace.warnings.push_back(
        Error("CW0161", fmt::format("the workspace has no `resolver` and gets `1`, though a member has edition {}", to_string(newest)))
            .at(section_span(root, "workspace"))
            .help(fmt::format(
                "write `resolver = \"{}\"` in `[workspace]` for the resolver of edition {}, or `resolver = \"1\"` to keep the old one",
                wanted,
                to_string(newest))));
  }
}

void WorkspaceLoader::collect_warnings()
{
  std::vector<const Manifest*> manifests;
  if (m_workspace.root_manifest->is_virtual) {
    manifests.push_back(m_workspace.root_manifest.get());
  }
  for (const PackagePtr& member : m_workspace.members) {
    manifests.push_back(member->manifest.get());
  }
  for (const Manifest* manifest : manifests) {
    for (const ManifestWarning& warning : manifest->warnings) {
      if (!warning.is_critical) {
        m_workspace.warnings.push_back(warning.diagnostic);
      } else if (!m_workspace.blocking) {
        m_workspace.blocking = warning.diagnostic;
      }
    }
  }
}

} // namespace cargo_wasm::manifest
