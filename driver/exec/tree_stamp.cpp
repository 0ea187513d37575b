#include "tree_stamp.hpp"

#include <algorithm>
#include <set>

#include <cargo_wasm/base/digest.hpp>

namespace cargo_wasm::exec {
namespace {

bool is_of_version_control(std::string_view name)
{
  return name == ".git" || name == ".hg" || name == ".jj" || name == ".svn";
}

} // namespace

Result<> for_each_file(const base::ReadOnlyFilesystem& fs,
                       const std::string& root,
                       const std::string& excluded,
                       LinkedDirectories links,
                       const std::function<bool(const std::string& path, const base::FileStat& stat)>& visit)
{
  std::vector<std::string> directories{root};
  std::set<std::string> followed; // real paths that links led to
  CW_TRY_ASSIGN(const base::Path real_root, fs.canonicalize(root));
  while (!directories.empty()) {
    const std::string directory = std::move(directories.back());
    directories.pop_back();
    const auto entries = fs.list(directory);
    if (!entries) {
      const auto stat = fs.lstat(directory); // who may not list it reads nothing there either
      if (stat && *stat && !visit(directory, **stat)) {
        return {};
      }
      continue;
    }
    const bool is_cache = std::ranges::any_of(*entries, [](const base::DirectoryEntry& entry) { return entry.name == "CACHEDIR.TAG"; });
    if (is_cache && directory != root) {
      continue;
    }
    for (const base::DirectoryEntry& entry : *entries) {
      const std::string path = directory + "/" + entry.name;
      if (path == excluded || is_of_version_control(entry.name)) {
        continue;
      }
      if (entry.type == base::FileType::directory) {
        directories.push_back(path);
        continue;
      }
      const auto stat = fs.lstat(path);
      if (stat && *stat && !visit(path, **stat)) {
        return {};
      }
      if (links == LinkedDirectories::followed && entry.type == base::FileType::symlink && fs.is_directory(path)) {
        const auto linked = fs.canonicalize(path);
        if (!linked) {
          continue;
        }
        const base::Path& real = *linked;
        const auto is_at_or_below = [](const base::Path& one, const base::Path& other) {
          return (one.native() + "/").starts_with(other.native() + "/");
        };
        const bool is_elsewhere = !is_at_or_below(real, real_root) && !is_at_or_below(real_root, real) && real != excluded;
        if (is_elsewhere && followed.insert(real.native()).second) {
          directories.push_back(path);
        }
      }
    }
  }
  return {};
}

std::string stamp_of(const std::map<std::string, base::FileStat>& files)
{
  base::StableHasher hasher;
  for (const auto& [path, stat] : files) {
    hasher.add(path).add(stat.size_bytes).add(static_cast<std::uint64_t>(stat.mtime_ns)).add(static_cast<std::uint64_t>(stat.ctime_ns));
    hasher.add(stat.inode).add(std::uint64_t{stat.mode});
  }
  return hasher.finish_hex();
}

Result<std::string> tree_stamp(const base::ReadOnlyFilesystem& fs, const std::string& root, const std::string& excluded)
{
  std::map<std::string, base::FileStat> files;
  CW_TRY(for_each_file(fs, root, excluded, LinkedDirectories::left_out, [&](const std::string& path, const base::FileStat& stat) {
    files.emplace(path, stat);
    return true;
  }));
  return stamp_of(files);
}

Result<std::string> stamp_of_packages(const Context& context, const plan::ActionTemplate& tmpl)
{
  const std::string target = context.graph.target_directory.native(), workspace = context.graph.workspace_root.native();
  std::string stamp;
  for (const plan::TemplateInput& input : tmpl.inputs) {
    if (input.kind != plan::TemplateInput::Kind::package_tree) {
      continue;
    }
    const std::string package = input.path.native();
    const bool is_beside = package != workspace && !package.starts_with(workspace + "/");
    for (const std::string& root : is_beside ? std::vector{workspace, package} : std::vector{workspace}) {
      CW_TRY_ASSIGN(const std::string of_root, tree_stamp(context.env.fs, root, target));
      stamp += of_root;
    }
  }
  return stamp;
}

Result<bool> is_plain_directory(const base::ReadOnlyFilesystem& fs, const std::string& root)
{
  std::vector<std::string> directories{root};
  while (!directories.empty()) {
    const std::string directory = std::move(directories.back());
    directories.pop_back();
    CW_TRY_ASSIGN(const auto entries, fs.list(directory));
    if (entries.empty() && directory != root) {
      return false;
    }
    for (const base::DirectoryEntry& entry : entries) {
      const std::string path = directory + "/" + entry.name;
      if (entry.type == base::FileType::directory) {
        directories.push_back(path);
      } else if (entry.type != base::FileType::regular && !fs.is_file(path)) {
        return false;
      }
    }
  }
  return true;
}

} // namespace cargo_wasm::exec
