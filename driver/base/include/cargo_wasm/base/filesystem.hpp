// The file system as an interface, so that unit tests run on a fake one and a read-only caller says so in
// its type. "Not there" is not "failed": look-ups return an optional.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/mapped_file.hpp>

namespace cargo_wasm::base {

using Path = std::filesystem::path;

enum class FileType : std::uint8_t { regular, directory, symlink, other };

/// What identifies the state of a file. Times are nanoseconds since the Unix epoch.
struct FileStat
{
  FileType type = FileType::other;
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint32_t mode = 0;
  bool operator==(const FileStat&) const = default;
};

struct DirectoryEntry
{
  std::string name;
  FileType type = FileType::other;
  bool operator==(const DirectoryEntry&) const = default;
};

/// Held until destroyed; released by the kernel when the process dies.
class FileLock
{
public:
  FileLock() = default;
  virtual ~FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  /// The descriptor that holds the lock, for a child that must keep it while it lives; -1 when there is none.
  [[nodiscard]] virtual int descriptor() const noexcept { return -1; }
};

enum class LockMode : std::uint8_t { shared, exclusive };

class ReadOnlyFilesystem
{
public:
  virtual ~ReadOnlyFilesystem() = default;

  /// Follows symbolic links; nullopt when the path does not exist (ENOENT, ENOTDIR).
  [[nodiscard]] virtual Result<std::optional<FileStat>> stat(const Path& path) const = 0;
  /// Does not follow a symbolic link at the end of the path.
  [[nodiscard]] virtual Result<std::optional<FileStat>> lstat(const Path& path) const = 0;
  /// The whole file. Errors: CW0001 not there, CW0002 cannot be read.
  [[nodiscard]] virtual Result<std::string> read(const Path& path) const = 0;
  [[nodiscard]] virtual Result<std::optional<std::string>> read_if_exists(const Path& path) const = 0;
  /// The bytes of a file without a copy where the file system can do that; what it protects from: mapped_file.hpp. Errors: as read.
  [[nodiscard]] virtual Result<MappedFile> map(const Path& path) const;
  /// Entries sorted by name as bytes, without "." and "..". Errors: CW0001, CW0002.
  [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const Path& path) const = 0;
  /// The real path with every symbolic link resolved. Errors: CW0001.
  [[nodiscard]] virtual Result<Path> canonicalize(const Path& path) const = 0;

  [[nodiscard]] bool is_file(const Path& path) const;
  [[nodiscard]] bool is_directory(const Path& path) const;
  [[nodiscard]] bool exists(const Path& path) const;
};

class Filesystem : public ReadOnlyFilesystem
{
public:
  /// Writes to a temporary file in the same directory, then renames it over `path`; parents are made.
  /// Errors: CW0003 cannot be written (blame environment: full disk, read-only, permissions).
  virtual Result<> write_atomic(const Path& path, std::string_view content) = 0;
  /// A new file with these permission bits (under the umask) and time, written in place: for a tree that counts
  /// only once its owner says so (`.cargo-ok`). The parent must exist, the file must not (CW0003).
  virtual Result<> create_file(const Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns) = 0;
  virtual Result<> create_directories(const Path& path) = 0;
  virtual Result<> rename(const Path& from, const Path& to) = 0;
  /// True if it was there. A directory must be empty.
  virtual Result<bool> remove(const Path& path) = 0;
  /// Removes a tree without following links; number of entries removed. Nothing there is no error.
  virtual Result<std::uint64_t> remove_all(const Path& path) = 0;
  /// A hard link from `from` to `to` that replaces `to`; a copy (reflink where possible) on EXDEV, EMLINK or
  /// EPERM. `to` appears by rename, so that it is never half written.
  virtual Result<> link_or_copy(const Path& from, const Path& to) = 0;
  virtual Result<> copy(const Path& from, const Path& to) = 0;
  /// `path` becomes a symbolic link that says `target`, whatever it was before (a directory excepted). Does nothing when it says so
  /// already.
  virtual Result<> make_symlink(const Path& target, const Path& path) = 0;
  virtual Result<> set_mode(const Path& path, std::uint32_t mode) = 0;
  virtual Result<> set_mtime_ns(const Path& path, std::int64_t mtime_ns) = 0;

  /// Takes flock(2) on `path`, creating it; waits. `on_wait` is called once if it has to wait.
  /// On file systems without locks it succeeds without locking, as cargo does (util/flock.rs).
  virtual Result<std::unique_ptr<FileLock>> lock(const Path& path, LockMode mode, const std::function<void()>& on_wait) = 0;
  /// As `lock`, but nullptr at once when somebody else holds it.
  virtual Result<std::unique_ptr<FileLock>> try_lock(const Path& path, LockMode mode) = 0;
};

/// The real one.
[[nodiscard]] std::unique_ptr<Filesystem> make_filesystem();

} // namespace cargo_wasm::base
