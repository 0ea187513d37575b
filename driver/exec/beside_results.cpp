#include "beside_results.hpp"

#include <algorithm>
#include <set>

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_most_files = 10'000;
constexpr std::string_view k_directories_of_builds[] = {
    ".cargo-wasm", ".fingerprint", "build", "deps", "doc", "examples", "incremental", "package", "tmp"};

void add_files(const base::ReadOnlyFilesystem& fs, const std::string& root, FilesBesideResults& files)
{
  struct Directory
  {
    std::string path;
    std::size_t depth; // below `root`: builds lay out what is at most two levels down, `TRIPLE/PROFILE`
  };
  std::vector<Directory> directories{{root, 0}};
  while (!directories.empty() && files.size() < k_most_files) {
    const Directory directory = std::move(directories.back());
    directories.pop_back();
    const auto entries = fs.list(directory.path);
    if (!entries) {
      continue;
    }
    for (const base::DirectoryEntry& entry : *entries) {
      const std::string path = directory.path + "/" + entry.name;
      if (entry.type == base::FileType::directory) {
        const bool is_of_build =
            directory.depth <= 2 && std::ranges::find(k_directories_of_builds, entry.name) != std::end(k_directories_of_builds);
        if (!is_of_build) {
          directories.push_back({path, directory.depth + 1});
        }
      } else if (const auto stat = fs.lstat(path); stat && *stat) {
        files.emplace(path, **stat);
      }
    }
  }
}

bool is_same(const base::FileStat& one, const base::FileStat& other)
{
  return one.size_bytes == other.size_bytes && one.mtime_ns == other.mtime_ns && one.ctime_ns == other.ctime_ns && one.inode == other.inode;
}

/// Without its extension: a `.d` file, a split `.debug` and the like lie beside the artifact.
std::string stem_of(const base::Path& path)
{
  return base::Path(path).replace_extension().native();
}

} // namespace

FilesBesideResults files_beside_results(const Context& context, const plan::ActionTemplate& tmpl)
{
  FilesBesideResults files;
  add_files(context.env.fs, context.graph.target_directory.native(), files);
  if (tmpl.out_dir) { // PROFILE/build/NAME-HASH/out
    add_files(context.env.fs, tmpl.out_dir->parent_path().parent_path().parent_path().native(), files);
  }
  return files;
}

bool wrote_beside_results(const plan::ActionGraph& graph, const FilesBesideResults& before, const FilesBesideResults& after)
{
  std::set<std::string> changed;
  for (const auto& [path, stat] : after) {
    const auto then = before.find(path);
    if (then == before.end() || !is_same(then->second, stat)) {
      changed.insert(stem_of(path));
    }
  }
  for (const auto& [path, stat] : before) {
    if (!after.contains(path)) {
      changed.insert(stem_of(path));
    }
  }
  if (changed.empty()) {
    return false;
  }
  for (const plan::ActionTemplate& tmpl : graph.actions) {
    for (const plan::TemplateOutput& output : tmpl.outputs) {
      changed.erase(stem_of(output.path));
    }
    for (const auto& [index, path] : tmpl.uplifted) {
      changed.erase(stem_of(path));
    }
  }
  return !changed.empty();
}

} // namespace cargo_wasm::exec
