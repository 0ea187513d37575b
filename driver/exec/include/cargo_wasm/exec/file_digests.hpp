// Contents by stat data: a file whose size, times and inode are those of an earlier look is not read again.
//
// One exception, "racy time": a file changed within a clock tick of the look could change once more without any of these moving.
// Such a look is marked racy and is not believed the next time.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::exec {

/// The kernel stamps files with the time of its last tick: 10 ms at 100 Hz, the slowest usual rate.
constexpr std::int64_t k_clock_tick_ns = 10'000'000;

/// The parts of stat data that move when a file's content or name does. The device is left out: its number changes when a
/// machine starts anew.
struct FileIdentity
{
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
  /// Known by digest, and in no place of this checkout.
  [[nodiscard]] bool is_elsewhere() const { return inode == 0; }
};
[[nodiscard]] FileIdentity identity_of(const base::FileStat& stat);
/// Whether `now` is the file of an earlier look. A ctime of 0 then says that it does not count: the file shares its inode with a store,
/// where other names come and go; it is read-only and has a fixed mtime instead.
[[nodiscard]] bool is_same_file(const FileIdentity& then, const FileIdentity& now);

struct KnownFile
{
  FileIdentity identity;
  base::Digest digest;
  bool executable = false;
  bool racy = false; ///< changed too shortly before it was read
  bool operator==(const KnownFile&) const = default;
};

/// Thread safe. A path is looked at once per process unless it is forgotten.
class FileDigests
{
public:
  FileDigests(const base::ReadOnlyFilesystem& fs, const base::Clock& clock) : m_fs(fs), m_clock(clock) {}

  /// nullopt: not there, or not a regular file. `earlier` spares the reading when it still holds and is not racy.
  [[nodiscard]] Result<std::optional<KnownFile>> file(const std::string& path, const KnownFile* earlier = nullptr);
  /// As `file`, but looks at the disk whatever is remembered.
  [[nodiscard]] Result<std::optional<KnownFile>> file_now(const std::string& path, const KnownFile* earlier = nullptr);
  /// What this process saw last, without looking again; nullopt: nothing, or that it is not there.
  [[nodiscard]] std::optional<KnownFile> last_look(const std::string& path);
  void forget(const std::string& path);
  /// Everything that does not lie below one of these directories.
  void forget_outside(const std::vector<std::string>& directories);
  /// What is known of a file without a look: one that the store has and this place has not yet, or that was just put here.
  void adopt(const std::string& path, const KnownFile& known);

private:
  const base::ReadOnlyFilesystem& m_fs;
  const base::Clock& m_clock;
  std::mutex m_mutex;
  std::unordered_map<std::string, std::optional<KnownFile>> m_known;
};

/// What of a directory counts.
enum class TreeKind : std::uint8_t {
  everything, ///< rerun-if-changed=DIR, OUT_DIR: every regular file below
  package,    ///< a package: hidden files, nested packages, `target` and what .gitignore names are left out
};

struct TreeListing
{
  std::vector<std::string> empty_directories; ///< without the tree itself; of TreeKind::everything
  std::vector<std::string> files;             ///< absolute, sorted
  std::vector<std::string> directories;       ///< that were listed, absolute, sorted
  /// What else decided, by being there or not and by its content: .gitignore inside and above, the repository above, the manifests of
  /// nested packages.
  std::vector<std::string> decided_by;
};

/// A directory that is not there is an empty listing. Follows links to files, not to directories.
/// @param excluded  a directory that is left out whatever the kind (the target directory)
[[nodiscard]] Result<TreeListing>
list_tree(const base::ReadOnlyFilesystem& fs, const std::string& directory, TreeKind kind, const std::string& excluded);

} // namespace cargo_wasm::exec
