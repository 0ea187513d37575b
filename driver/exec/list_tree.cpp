#include <algorithm>
#include <set>

#include <cargo_wasm/exec/file_digests.hpp>

#include "package_ignore.hpp"

namespace cargo_wasm::exec {
namespace {

class Walk
{
public:
  Walk(const base::ReadOnlyFilesystem& fs, const std::string& root, TreeKind kind, const std::string& excluded)
      : m_fs(fs), m_root(root), m_kind(kind), m_excluded(excluded)
  {
  }

  Result<TreeListing> run()
  {
    if (m_kind == TreeKind::package) {
      CW_TRY(read_rules_above());
    }
    CW_TRY(visit(""));
    std::sort(m_out.files.begin(), m_out.files.end());
    std::sort(m_out.directories.begin(), m_out.directories.end());
    return std::move(m_out);
  }

private:
  /// .gitignore files between the repository's root and the package apply as well; those rules see paths from the package,
  /// which is exact for the common ones (names, "target/").
  Result<> read_rules_above()
  {
    std::vector<base::Path> above;
    for (base::Path at = base::Path(m_root); at.has_relative_path(); at = at.parent_path()) {
      m_out.decided_by.push_back((at / ".git").string());
      if (m_fs.exists(at / ".git")) {
        for (auto it = above.rbegin(); it != above.rend(); ++it) {
          m_out.decided_by.push_back((*it / ".gitignore").string());
          CW_TRY_ASSIGN(const auto text, m_fs.read_if_exists(*it / ".gitignore"));
          if (text) {
            m_rules.add("", *text);
          }
        }
        return {};
      }
      above.push_back(at.parent_path());
    }
    return {};
  }

  Result<> visit(const std::string& relative)
  {
    const std::string directory = relative.empty() ? m_root : m_root + "/" + relative;
    CW_TRY_ASSIGN(const auto stat, m_fs.stat(directory));
    if (!stat || stat->type != base::FileType::directory || directory == m_excluded) {
      return {};
    }
    auto entries = m_fs.list(directory);
    if (!entries) {
      return m_fs.exists(directory) ? Result<>(fail(entries.error())) : Result<>{};
    }
    m_out.directories.push_back(directory);
    if (entries->empty() && !relative.empty() && m_kind == TreeKind::everything) {
      m_out.empty_directories.push_back(directory);
    }
    if (m_kind == TreeKind::package) {
      const bool nested =
          !relative.empty() && std::any_of(entries->begin(), entries->end(), [](const auto& e) { return e.name == "Cargo.toml"; });
      if (nested) {
        m_out.directories.pop_back();
        m_out.decided_by.push_back(directory + "/Cargo.toml");
        return {};
      }
      CW_TRY_ASSIGN(const auto rules, m_fs.read_if_exists(directory + "/.gitignore"));
      if (rules) {
        m_out.decided_by.push_back(directory + "/.gitignore");
        m_rules.add(relative, *rules);
      }
    }
    for (const base::DirectoryEntry& entry : *entries) {
      CW_TRY(visit_entry(relative, entry));
    }
    return {};
  }

  Result<> visit_entry(const std::string& relative, const base::DirectoryEntry& entry)
  {
    const std::string path = relative.empty() ? entry.name : relative + "/" + entry.name;
    const bool is_directory = entry.type == base::FileType::directory;
    if (m_kind == TreeKind::package) {
      if (entry.name.starts_with('.') || (relative.empty() && entry.name == "target" && is_directory) ||
          m_rules.ignores(path, is_directory)) {
        return {};
      }
    }
    if (is_directory) {
      return visit(path);
    }
    if (entry.type == base::FileType::symlink && m_fs.is_directory(m_root + "/" + path)) {
      CW_TRY_ASSIGN(const bool is_new, is_followed(path));
      if (is_new) {
        return visit(path);
      }
    }
    if (entry.type == base::FileType::regular || entry.type == base::FileType::symlink) {
      m_out.files.push_back(m_root + "/" + path);
    }
    return {};
  }

  /// As cargo does it, a link to a directory is one; each once, none that this tree lies in, and none of what is built.
  Result<bool> is_followed(const std::string& link)
  {
    CW_TRY_ASSIGN(const base::Path real, m_fs.canonicalize(m_root + "/" + link));
    CW_TRY_ASSIGN(const base::Path here, m_fs.canonicalize(base::Path(m_root + "/" + link).parent_path()));
    if (m_excluded_real.empty()) { // looked up for the first link only: most packages have none
      const auto excluded = m_excluded.empty() ? Result<base::Path>(base::Path()) : m_fs.canonicalize(m_excluded);
      m_excluded_real = excluded && !excluded->empty() ? excluded->native() : "\n"; // nothing is called that
    }
    const bool is_above = (here.native() + "/").starts_with(real.native() + "/");
    const bool is_built = (real.native() + "/").starts_with(m_excluded_real + "/") || m_fs.exists(real / "CACHEDIR.TAG");
    return !is_above && !is_built && m_followed.insert(real.native()).second;
  }

  const base::ReadOnlyFilesystem& m_fs;
  const std::string& m_root;
  TreeKind m_kind;
  const std::string& m_excluded;
  std::string m_excluded_real;
  IgnoreRules m_rules;
  std::set<std::string> m_followed; ///< real paths that links led to
  TreeListing m_out;
};

} // namespace

Result<TreeListing> list_tree(const base::ReadOnlyFilesystem& fs, const std::string& directory, TreeKind kind, const std::string& excluded)
{
  return Walk(fs, directory, kind, excluded).run();
}

} // namespace cargo_wasm::exec
