// The steps of load_workspace, with what they share: each manifest is parsed and read once.
#pragma once
#include <unordered_map>
#include <unordered_set>

#include <cargo_wasm/manifest/workspace.hpp>

#include "workspace_roots.hpp"

namespace cargo_wasm::manifest {

class WorkspaceLoader
{
public:
  WorkspaceLoader(const Env& env, const Config& config) : m_config(config), m_fs(env.fs), m_cwd(env.cwd), m_roots(m_fs, config.cargo_home())
  {
  }

  [[nodiscard]] Result<Workspace> run(const WorkspaceOptions& options);

private:
  using ManifestPtr = std::shared_ptr<const Manifest>;

  Result<base::Path> find_manifest(const WorkspaceOptions& options) const;
  Result<ManifestPtr> load(const base::Path& file);

  // Members (workspace_loader.cpp).
  Result<> find_members();
  Result<> add_with_path_dependencies(const base::Path& file, bool is_path_dependency);
  Result<> choose_default_members(const std::vector<base::Path>& listed);
  [[nodiscard]] bool is_excluded_by_root(const base::Path& manifest) const;
  [[nodiscard]] base::TextSpan span_of_entry(std::string_view key, std::string_view entry) const;

  // Checks (workspace_checks.cpp).
  Result<> check();
  Result<> check_names() const;
  Result<> check_roots();
  Result<> check_current() const;
  void warn_about_members();
  void warn_about_resolver();
  void collect_warnings();

  Result<> merge_configuration();

  const Config& m_config;
  const base::ReadOnlyFilesystem& m_fs;
  base::Path m_cwd;
  RootFinder m_roots;
  std::unordered_map<std::string, ManifestPtr> m_manifests;
  std::vector<base::Path> m_member_files; ///< in order; the root's own is among them even when it is virtual
  std::unordered_set<std::string> m_member_set;
  bool m_is_std = false;
  bool m_has_root = false; ///< a `[workspace]` was found
  Workspace m_workspace;
};

/// The resolver version that a manifest asks for, its edition's when it does not say.
[[nodiscard]] ResolverBehavior resolver_of(const Manifest& manifest);
[[nodiscard]] ResolverBehavior default_resolver(Edition edition);

} // namespace cargo_wasm::manifest
