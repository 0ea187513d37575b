#include <cargo_wasm/package/file_list.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "glob_set.hpp"

namespace cargo_wasm::package {

namespace {

using base::FileType;

/// Names that belong to devices on Windows, with whatever extension.
bool is_device_name(std::string_view name)
{
  constexpr std::array<std::string_view, 22> k_devices{"con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4",
                                                       "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3",
                                                       "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};
  std::string stem(name.substr(0, name.find('.')));
  std::ranges::transform(stem, stem.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::find(k_devices, stem) != k_devices.end();
}

Result<GlobSet> glob_set_of(const std::vector<std::string>& lines, std::string_view key, bool and_hidden)
{
  GlobSet set;
  if (and_hidden) {
    set.add(".*");
  }
  for (const std::string& line : lines) {
    if (!set.add(line)) {
      return fail(
          Error("CW1036", fmt::format("`{}` of `package.{}` is not a pattern", line, key)).help("it is read as a line of a .gitignore"));
    }
  }
  return set;
}

class FileLister
{
public:
  FileLister(const Env& env, const manifest::Manifest& manifest, const MakeGit& make_git)
      : m_env(env), m_manifest(manifest), m_make_git(make_git), m_root(manifest.root())
  {
  }

  Result<std::vector<ListedFile>> run()
  {
    const manifest::PackageInfo& info = m_manifest.info;
    m_has_include = !info.include.empty();
    std::optional<net::GitWorkTree> tree;
    if (!m_has_include) {
      CW_TRY_ASSIGN(m_git, m_make_git());
      CW_TRY_ASSIGN(tree, m_git->work_tree(m_root));
      if (tree && !tracks_manifest(*tree)) {
        tree.reset();
      }
    }
    CW_TRY_ASSIGN(m_exclude, glob_set_of(info.exclude, "exclude", !m_has_include && !tree));
    CW_TRY_ASSIGN(m_include, glob_set_of(info.include, "include", false));
    if (tree) {
      CW_TRY(list_tree(*tree, m_root_in_tree));
    } else {
      CW_TRY(walk("", true, false));
    }
    for (const ListedFile& file : m_files) {
      CW_TRY(check_name(file));
    }
    return std::move(m_files);
  }

private:
  bool tracks_manifest(const net::GitWorkTree& tree)
  {
    const auto real = m_env.fs.canonicalize(m_root);
    if (!real) {
      return false;
    }
    const Path inside = real->lexically_relative(tree.root);
    m_root_in_tree = inside == "." ? "" : inside.generic_string() + "/";
    const std::string manifest = m_root_in_tree + "Cargo.toml";
    return std::ranges::any_of(tree.files, [&](const net::GitFile& file) { return file.tracked && file.path == manifest; });
  }

  [[nodiscard]] bool belongs(std::string_view path, bool is_directory) const
  {
    if (path == "Cargo.toml" || path == "Cargo.lock") {
      return true;
    }
    // Patterns of `include` name files: no directory is passed over for them.
    return m_has_include ? is_directory || m_include.matches(path, false) : !m_exclude.matches(path, is_directory);
  }

  /// `prefix`: of the paths in the tree that lie in the package, "" for a repository inside the package.
  Result<> list_tree(const net::GitWorkTree& tree, const std::string& prefix, const std::string& below = "")
  {
    const std::string target = prefix + "target/";
    std::vector<std::string> inner; // packages inside this one
    std::vector<const net::GitFile*> taken;
    for (const net::GitFile& file : tree.files) {
      if (file.ignored || !file.path.starts_with(prefix) || (file.path.starts_with(target) && !file.tracked)) {
        continue;
      }
      const std::string path = below + file.path.substr(prefix.size());
      if (path.ends_with("/Cargo.toml")) {
        inner.push_back(path.substr(0, path.rfind('/') + 1));
        continue;
      }
      taken.push_back(&file);
    }
    for (const net::GitFile* file : taken) {
      std::string path = below + file->path.substr(prefix.size());
      if (std::ranges::any_of(inner, [&](const std::string& directory) { return path.starts_with(directory); })) {
        continue;
      }
      if (path.ends_with('/')) {
        path.pop_back();
      }
      CW_TRY_ASSIGN(const auto itself, m_env.fs.lstat(m_root / path));
      if (!itself) {
        continue; // deleted, and git knows it still
      }
      const bool is_link = itself->type == FileType::symlink;
      if (m_env.fs.is_directory(m_root / path)) {
        std::optional<net::GitWorkTree> repository;
        if (!is_link && m_env.fs.exists(m_root / path / ".git")) {
          CW_TRY_ASSIGN(repository, m_git->work_tree(m_root / path));
        }
        if (repository) {
          CW_TRY(list_tree(*repository, "", path + "/"));
        } else {
          CW_TRY(walk(path, false, is_link));
        }
      } else if (itself->type != FileType::other && belongs(path, false)) {
        m_files.push_back({path, m_root / path, is_link});
      }
    }
    return {};
  }

  /// What lies in a directory, links followed. `is_root`: it is the package's own, whose `target` is cargo's.
  Result<> walk(const std::string& directory, bool is_root, bool through_link)
  {
    const bool is_other_package = !directory.empty() && m_env.fs.exists(m_root / directory / "Cargo.toml");
    if (is_other_package || (!directory.empty() && !belongs(directory, true))) {
      return {};
    }
    CW_TRY_ASSIGN(const auto here, m_env.fs.stat(m_root / directory));
    if (!here) {
      return {};
    }
    const auto is_here = [&](const base::FileStat& above) { return above.device == here->device && above.inode == here->inode; };
    if (std::ranges::any_of(m_above, is_here)) {
      m_env.reporter.warning(Error("CW1038", fmt::format("`{}` leads back to a directory above it", directory)));
      return {};
    }
    m_above.push_back(*here);
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(m_root / directory));
    for (const base::DirectoryEntry& entry : entries) {
      const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
      const bool is_link = through_link || entry.type == FileType::symlink;
      CW_TRY_ASSIGN(const auto target, m_env.fs.stat(m_root / path));
      const bool is_directory = target && target->type == FileType::directory;
      if (!belongs(path, is_directory)) {
        continue;
      }
      if (is_directory) {
        const bool is_output = is_root && directory.empty() && entry.name == "target";
        if (!is_output) {
          CW_TRY(walk(path, is_root, is_link));
        }
      } else if (!target || target->type == FileType::regular) {
        m_files.push_back({path, m_root / path, is_link});
      }
    }
    m_above.pop_back();
    return {};
  }

  Result<> check_name(const ListedFile& file)
  {
    const std::string name = Path(file.path).filename().string();
    constexpr std::string_view k_special = "/\\<>:\"|?*";
    if (const auto at = name.find_first_of(k_special); at != std::string::npos) {
      return fail(Error("CW1030", fmt::format("`{}` cannot be packaged: `{}` in a file's name is for Unix alone", file.path, name[at]))
                      .help("rename it, or leave it out with `package.exclude`"));
    }
    if (is_device_name(name)) {
      m_env.reporter.warning(
          Error("CW1038", fmt::format("`{}` is the name of a device on Windows, where nobody can unpack it", file.path)));
    }
    return {};
  }

  const Env& m_env;
  const manifest::Manifest& m_manifest;
  const MakeGit& m_make_git;
  Path m_root;
  std::unique_ptr<net::GitClient> m_git;
  std::string m_root_in_tree;
  bool m_has_include = false;
  GlobSet m_exclude, m_include;
  std::vector<base::FileStat> m_above;
  std::vector<ListedFile> m_files;
};

} // namespace

Result<std::vector<ListedFile>> list_package_files(const Env& env, const manifest::Manifest& manifest, const MakeGit& git)
{
  return FileLister(env, manifest, git).run();
}

} // namespace cargo_wasm::package
