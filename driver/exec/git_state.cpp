#include "git_state.hpp"

#include <algorithm>
#include <optional>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

namespace cargo_wasm::exec {
namespace {

struct GitDirectories
{
  base::Path own;    ///< with HEAD; of a worktree its own
  base::Path shared; ///< with the refs of all worktrees
};

std::string text_of(const base::ReadOnlyFilesystem& fs, const base::Path& file)
{
  const auto text = fs.read_if_exists(file);
  return text && *text ? std::string(base::trim(**text)) : std::string();
}

std::optional<GitDirectories> git_around(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  for (base::Path at = directory; at.has_relative_path(); at = at.parent_path()) {
    base::Path git = at / ".git";
    if (!fs.exists(git)) {
      continue;
    }
    if (fs.is_file(git)) { // a worktree or a submodule: `gitdir: PATH`
      const std::string text = text_of(fs, git);
      constexpr std::string_view k_gitdir = "gitdir: ";
      git = text.starts_with(k_gitdir) ? (at / text.substr(k_gitdir.size())).lexically_normal() : base::Path();
    }
    const std::string common = text_of(fs, git / "commondir");
    base::Path shared = common.empty() ? git : (git / common).lexically_normal();
    return GitDirectories{std::move(git), std::move(shared)};
  }
  return std::nullopt;
}

} // namespace

std::string checked_out_commit(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  const auto git = git_around(fs, directory);
  if (!git) {
    return {};
  }
  std::string head = text_of(fs, git->own / "HEAD");
  constexpr std::string_view k_ref = "ref: ";
  if (!head.starts_with(k_ref)) {
    return head;
  }
  const std::string name = head.substr(k_ref.size());
  for (const base::Path& place : {git->own, git->shared}) {
    if (std::string commit = text_of(fs, place / name); !commit.empty()) {
      return commit;
    }
  }
  const auto packed = fs.read_if_exists(git->shared / "packed-refs");
  for (const std::string_view line : packed && *packed ? base::split(**packed, '\n') : std::vector<std::string_view>{}) {
    if (line.ends_with(" " + name)) {
      return std::string(line.substr(0, line.find(' ')));
    }
  }
  return {};
}

std::string names_of_commits(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  const auto git = git_around(fs, directory);
  if (!git) {
    return {};
  }
  base::StableHasher hasher;
  hasher.add(text_of(fs, git->own / "HEAD"));
  const auto packed = fs.read_if_exists(git->shared / "packed-refs");
  for (const std::string_view line : packed && *packed ? base::split(**packed, '\n') : std::vector<std::string_view>{}) {
    if (line.find(" refs/tags/") != std::string_view::npos) {
      hasher.add(line);
    }
  }
  for (const base::Path& place : {git->own, git->shared}) {
    hasher.add(text_of(fs, place / "reftable" / "tables.list")); // a ref that changes adds a table
  }
  const std::string tags = (git->shared / "refs" / "tags").native();
  const auto loose = list_tree(fs, tags, TreeKind::everything, {});
  for (const std::string& tag : loose ? loose->files : std::vector<std::string>{}) {
    hasher.add(tag.substr(tags.size())).add(text_of(fs, tag));
  }
  return hasher.finish_hex();
}

bool mentions_git(std::string_view program)
{
  constexpr std::string_view k_git = "git";
  // Literals of a program follow one another without a border, so that only whole words tell what is meant by something else.
  constexpr std::string_view k_before[] = {"di", "Di", "le"};
  constexpr std::string_view k_behind[] = {"hub", "lab", "ude", "/checkouts/"};
  for (std::size_t at = program.find(k_git); at != std::string_view::npos; at = program.find(k_git, at + 1)) {
    const std::string_view before = program.substr(0, at), behind = program.substr(at + k_git.size());
    if (std::ranges::none_of(k_before, [&](std::string_view word) { return before.ends_with(word); }) &&
        std::ranges::none_of(k_behind, [&](std::string_view word) { return behind.starts_with(word); })) {
      return true;
    }
  }
  return false;
}

bool may_have_asked_git(const Env& env, const plan::ActionTemplate& tmpl, const SharedKey& key, const Record& record)
{
  const auto names = key.input.platform.find("commit-names");
  if (tmpl.kind != plan::ActionKind::run_build_script || names == key.input.platform.end() || names->second.empty()) {
    return false;
  }
  const auto script = parse_for(env, tmpl, record.stdout_text, record.out_dir);
  return !script || !script->names_inputs() || std::ranges::any_of(script->rerun_if_changed, [](const std::string& path) {
    return (path + "/").find(".git/") != std::string::npos;
  });
}

} // namespace cargo_wasm::exec
