// What git sources need of a git implementation. The real one (libgit2) lives in the module loaded on demand; which
// refs are fetched and what a branch, tag or revision means is decided in `source`.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::net {

struct GitFetch
{
  base::Path database; ///< a bare repository; made when absent
  std::string url;
  std::vector<std::string> refspecs; ///< "+refs/heads/main:refs/remotes/origin/main"
  bool tags = false;                 ///< all tags, too
  std::optional<std::string> proxy;
  std::optional<std::string> cainfo;
};

struct GitProgress
{
  std::uint64_t received_objects = 0, total_objects = 0, indexed_deltas = 0, total_deltas = 0, received_bytes = 0;
};

struct GitSubmodule
{
  std::string name;
  base::Path path;      ///< relative to the checkout
  std::string url;      ///< as in .gitmodules
  std::string head;     ///< the commit the superproject records; empty when none
  bool skipped = false; ///< `update = none`
};

/// A file that git knows, or that lies in the work tree without being ignored.
struct GitFile
{
  std::string path; ///< relative to the work tree; ends in '/' for a directory that was not looked into (ignored, or a repository)
  bool tracked = false;
  bool ignored = false;
  bool changed = false; ///< differs from HEAD, untracked and ignored files included
};

struct GitWorkTree
{
  base::Path root;                 ///< canonical
  std::optional<std::string> head; ///< nullopt: there is no commit yet
  std::vector<GitFile> files;      ///< sorted by path
};

/// One per command; not thread safe.
class GitClient
{
public:
  virtual ~GitClient() = default;

  /// Errors: CW0460 cannot be fetched (blame network; credentials are tried as git would: helper, agent), with libgit2's reason.
  virtual Result<> fetch(const GitFetch& request, const std::function<void(const GitProgress&)>& on_progress) = 0;
  /// Makes an empty repository, as `git init`.
  virtual Result<> init(const base::Path& path, bool bare) = 0;
  /// The repository exists and opens.
  virtual bool is_repository(const base::Path& path) = 0;
  /// The full commit id of a revision expression (a ref, a full or short id), annotated tags peeled; nullopt when there is none.
  virtual Result<std::optional<std::string>> resolve(const base::Path& repository, std::string_view revision) = 0;
  /// The shortest unambiguous prefix of at least 7 digits.
  virtual Result<std::string> short_id(const base::Path& repository, std::string_view commit) = 0;
  /// Clones `database` into `destination` (objects hard-linked), work tree at `commit`, line endings untouched.
  /// Errors: CW0462.
  virtual Result<> checkout(const base::Path& database, std::string_view commit, const base::Path& destination) = 0;
  /// A file of a commit's tree, without a checkout; nullopt when there is none. Errors: CW0466.
  virtual Result<std::optional<std::string>> read_file(const base::Path& repository, std::string_view commit, const base::Path& file) = 0;
  virtual Result<std::vector<GitSubmodule>> submodules(const base::Path& checkout) = 0;
  /// The work tree that `directory` lies in, with the state of its files; nullopt when it lies in none. Errors: CW0466.
  virtual Result<std::optional<GitWorkTree>> work_tree(const base::Path& directory)
  {
    (void)directory;
    return std::nullopt;
  }
};

/// The real one. Errors: CW0012 when the module cannot be loaded.
[[nodiscard]] Result<std::unique_ptr<GitClient>> make_git_client();

} // namespace cargo_wasm::net
