#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/package/file_list.hpp>

namespace cargo_wasm::package {

namespace {

bool is_below(const Path& path, const Path& directory)
{
  return path == directory || path.native().starts_with(directory.native() + "/");
}

/// Where the work tree differs from its commit, submodules included.
Result<> collect_changes(const Env& env, net::GitClient& git, const net::GitWorkTree& tree, std::vector<Path>& changed)
{
  for (const net::GitFile& file : tree.files) {
    std::string_view path = file.path;
    if (path.ends_with('/')) {
      path.remove_suffix(1);
    }
    const bool is_lock = file.ignored && (path == "Cargo.lock" || path.ends_with("/Cargo.lock"));
    if (file.tracked && env.fs.exists(tree.root / path / ".git")) {
      CW_TRY_ASSIGN(const auto inner, git.work_tree(tree.root / path));
      if (inner && inner->root != tree.root) {
        CW_TRY(collect_changes(env, git, *inner, changed));
      }
    } else if (file.changed && !is_lock) {
      changed.push_back(tree.root / path);
    }
  }
  return {};
}

bool is_ignored(const net::GitWorkTree& tree, std::string_view path)
{
  return std::ranges::any_of(tree.files, [&](const net::GitFile& file) {
    return file.ignored && (file.path == path || (file.path.ends_with('/') && path.starts_with(file.path)));
  });
}

} // namespace

Result<std::optional<VcsState>> vcs_state_of(const Env& env,
                                             const manifest::Workspace& workspace,
                                             const manifest::Manifest& manifest,
                                             const std::vector<ListedFile>& files,
                                             bool allows_changes,
                                             const MakeGit& make_git)
{
  CW_TRY_ASSIGN(const auto git, make_git());
  CW_TRY_ASSIGN(const auto tree, git->work_tree(manifest.root()));
  if (!tree) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const Path root, env.fs.canonicalize(manifest.root()));
  const Path inside = root.lexically_relative(tree->root);
  const std::string place = inside == "." ? "" : inside.generic_string();
  if (is_ignored(*tree, place.empty() ? "Cargo.toml" : place + "/Cargo.toml")) {
    return std::nullopt;
  }
  std::vector<Path> changed;
  CW_TRY(collect_changes(env, *git, *tree, changed));
  const auto is_changed = [&](const Path& path) {
    return std::ranges::any_of(changed, [&](const Path& one) { return is_below(path, one); });
  };
  std::vector<Path> dirty;
  for (const ListedFile& file : files) {
    const auto real = file.is_link ? env.fs.canonicalize(file.source) : Result<Path>(root / file.path);
    if (is_changed(real ? *real : file.source)) {
      dirty.push_back(file.source);
    }
  }
  // What is packaged, or decides about it, from outside of the package.
  std::vector<Path> outside = {workspace.root_manifest->file};
  for (const auto& named : {manifest.info.license_file, manifest.info.readme}) {
    if (named) {
      outside.push_back((manifest.root() / *named).lexically_normal());
    }
  }
  for (const Path& path : outside) {
    const auto real = env.fs.canonicalize(path);
    if (real && !is_below(*real, root) && is_below(*real, tree->root) && is_changed(*real)) {
      dirty.push_back(path);
    }
  }
  if (!dirty.empty() && !allows_changes) {
    std::vector<std::string> shown;
    for (const Path& path : dirty) {
      shown.push_back(base::shown_path(env.cwd, path).string());
    }
    std::ranges::sort(shown);
    Error error("CW1031",
                fmt::format("{} file{} of the package differ{} from what git has",
                            shown.size(),
                            shown.size() == 1 ? "" : "s",
                            shown.size() == 1 ? "s" : ""));
    error.notes.push_back(base::join(shown, ", "));
    error.helps.emplace_back("commit them, or package them as they are with `--allow-dirty`");
    return fail(std::move(error));
  }
  if (!tree->head) {
    return std::nullopt;
  }
  return VcsState{*tree->head, !dirty.empty(), place};
}

std::string vcs_info_text(const VcsState& state)
{
  nlohmann::ordered_json git = {{"sha1", state.commit}};
  if (state.is_dirty) {
    git["dirty"] = true;
  }
  constexpr int k_indent = 2;
  return nlohmann::ordered_json({{"git", git}, {"path_in_vcs", state.path}}).dump(k_indent);
}

} // namespace cargo_wasm::package
