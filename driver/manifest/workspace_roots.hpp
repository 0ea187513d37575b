// Which manifest is the workspace root of which: the search that discovery, inheritance and validation share.
//
// A manifest with `[workspace]` is a root, `package.workspace` points at one, and anything else belongs to the nearest
// root in the directories above, unless that root excludes it. The search does not leave $CARGO_HOME upwards, and
// stops at `target/package`, where cargo unpacks what it is about to publish.
#pragma once
#include <unordered_map>

#include "fields.hpp"

namespace cargo_wasm::manifest {

/// True when `path` is `directory` or below it, by components; "." is ignored, ".." is not resolved.
[[nodiscard]] bool is_below(const base::Path& path, const base::Path& directory);

/// Whether `exclude` keeps `manifest` out and no entry of `members` brings it back.
[[nodiscard]] bool is_excluded(const base::Path& root_directory,
                               const std::vector<std::string>& members,
                               const std::vector<std::string>& exclude,
                               const base::Path& manifest);

class RootFinder
{
public:
  /// `stop_at`: $CARGO_HOME; empty for none.
  RootFinder(const base::ReadOnlyFilesystem& fs, base::Path stop_at) : m_fs(fs), m_stop_at(std::move(stop_at)) {}

  /// The parsed manifest; each file is read once.
  [[nodiscard]] Result<std::shared_ptr<const TomlDocument>> document(const base::Path& manifest);
  /// The root's manifest, possibly `manifest` itself; nullopt for a package outside any workspace.
  [[nodiscard]] Result<std::optional<base::Path>> find_root(const base::Path& manifest);
  /// What `manifest` inherits from; null when there is no root.
  [[nodiscard]] Result<std::shared_ptr<const InheritanceRoot>> inheritance_root(const base::Path& manifest,
                                                                                const std::optional<std::string>& pointer);

private:
  struct Facts
  {
    std::shared_ptr<const TomlDocument> document;
    bool is_root = false;
    std::vector<std::string> members, exclude;
    std::optional<std::string> pointer;
  };
  Result<const Facts*> facts(const base::Path& manifest);
  /// What `candidate` says about the root of `manifest`.
  Result<std::optional<base::Path>> root_by(const base::Path& candidate, const base::Path& manifest);
  Result<std::optional<base::Path>> search_above(const base::Path& manifest);

  const base::ReadOnlyFilesystem& m_fs;
  base::Path m_stop_at;
  std::unordered_map<std::string, Facts> m_facts; ///< by file, as in `m_roots`
  std::unordered_map<std::string, std::shared_ptr<const InheritanceRoot>> m_roots;
};

} // namespace cargo_wasm::manifest
