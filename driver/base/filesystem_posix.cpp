// The real file system. Everything that appears does so by rename, from a temporary file in the same directory:
// a process killed at any instant leaves at most a `.cw-*.tmp` behind, never half a file.
#include <cargo_wasm/base/filesystem.hpp>

#include "posix_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace cargo_wasm::base {
namespace {

/// NFS_SUPER_MAGIC: flock there may hang for ever (cargo util/flock.rs refuses to use it as well).
constexpr auto k_nfs_magic = 0x6969;
constexpr std::size_t k_read_chunk_bytes = 64 * 1024;

bool is_absent(int code)
{
  return code == ENOENT || code == ENOTDIR;
}

std::int64_t nanoseconds(const timespec& time)
{
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

timespec to_timespec(std::int64_t ns)
{
  constexpr std::int64_t k_second_ns = 1'000'000'000;
  const std::int64_t rest = ns % k_second_ns;
  return rest < 0 ? timespec{ns / k_second_ns - 1, rest + k_second_ns} : timespec{ns / k_second_ns, rest};
}

FileType type_of(mode_t mode)
{
  if (S_ISREG(mode)) {
    return FileType::regular;
  }
  if (S_ISDIR(mode)) {
    return FileType::directory;
  }
  return S_ISLNK(mode) ? FileType::symlink : FileType::other;
}

FileStat to_file_stat(const struct stat& status)
{
  return {type_of(status.st_mode),
          static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim),
          status.st_ino,
          status.st_dev,
          status.st_mode & 07777U};
}

Result<std::optional<FileStat>> stat_with(const Path& path, int flags)
{
  struct stat status
  {
  };
  if (::fstatat(AT_FDCWD, path.c_str(), &status, flags) == 0) {
    return to_file_stat(status);
  }
  if (is_absent(errno)) {
    return std::nullopt;
  }
  return fail(read_error(path, errno));
}

/// The whole file into `content`; 0 or an errno.
int read_file(const Path& path, std::string& content)
{
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status
  {
  };
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return errno;
  }
  std::size_t used = 0;
  // One byte more than the size, so that the usual file ends with a short read and no third call.
  content.resize(static_cast<std::size_t>(status.st_size) + 1);
  while (true) {
    if (used == content.size()) {
      content.resize(std::max(content.size() * 2, k_read_chunk_bytes));
    }
    const std::size_t wanted = content.size() - used;
    const ssize_t got = ::read(fd.get(), content.data() + used, wanted);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return errno;
    }
    used += static_cast<std::size_t>(got);
    const bool expected_end = S_ISREG(status.st_mode) && status.st_size > 0 && used == static_cast<std::size_t>(status.st_size);
    if (got == 0 || (expected_end && static_cast<std::size_t>(got) < wanted)) {
      content.resize(used);
      return 0;
    }
  }
}

class PosixLock final : public FileLock
{
public:
  explicit PosixLock(UniqueFd fd) : m_fd(std::move(fd)) {}
  [[nodiscard]] int descriptor() const noexcept override { return m_fd.get(); }

private:
  UniqueFd m_fd; // closing releases the lock
};

bool is_unsupported_lock(int code)
{
  return code == ENOTSUP || code == EOPNOTSUPP || code == ENOSYS || code == EINVAL;
}

class PosixFilesystem final : public Filesystem
{
public:
  Result<std::optional<FileStat>> stat(const Path& path) const override { return stat_with(path, 0); }
  Result<std::optional<FileStat>> lstat(const Path& path) const override { return stat_with(path, AT_SYMLINK_NOFOLLOW); }

  Result<std::string> read(const Path& path) const override
  {
    std::string content;
    if (const int code = read_file(path, content); code != 0) {
      return fail(read_error(path, code));
    }
    return content;
  }

  Result<MappedFile> map(const Path& path) const override { return MappedFile::open(path); }

  Result<std::optional<std::string>> read_if_exists(const Path& path) const override
  {
    std::string content;
    const int code = read_file(path, content);
    if (is_absent(code)) {
      return std::nullopt;
    }
    if (code != 0) {
      return fail(read_error(path, code));
    }
    return content;
  }

  Result<std::vector<DirectoryEntry>> list(const Path& path) const override
  {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    if (!directory) {
      return fail(read_error(path, errno));
    }
    std::vector<DirectoryEntry> entries;
    while (true) {
      errno = 0;
      const dirent* const entry = ::readdir(directory.get());
      if (entry == nullptr) {
        if (errno != 0) {
          return fail(read_error(path, errno));
        }
        break;
      }
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") {
        entries.push_back({std::string(name), entry_type(::dirfd(directory.get()), *entry)});
      }
    }
    std::sort(entries.begin(), entries.end(), [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<Path> canonicalize(const Path& path) const override
  {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real) {
      return fail(read_error(path, errno));
    }
    return Path(real.get());
  }

  Result<> write_atomic(const Path& path, std::string_view content) override
  {
    // A link is written through, not replaced: people link their Cargo.lock or config elsewhere.
    Path target = path;
    struct stat status
    {
    };
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      if (const auto real = canonicalize(path); real.has_value()) {
        target = *real;
      }
    }
    const Path temporary = temporary_beside(target);
    UniqueFd fd = create_new(temporary);
    if (!fd && errno == ENOENT) {
      CW_TRY(create_directories(target.parent_path()));
      fd = create_new(temporary);
    }
    if (!fd) {
      return fail(write_error(path, errno));
    }
    int code = write_fully(fd.get(), content);
    if (code == 0 && ::close(fd.release()) != 0) {
      code = errno;
    }
    if (code == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) {
      code = errno;
    }
    if (code != 0) {
      ::unlink(temporary.c_str());
      return fail(write_error(path, code));
    }
    return {};
  }

  Result<> create_file(const Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns) override
  {
    constexpr int k_flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::open(path.c_str(), k_flags, mode & 0777U));
    if (!fd) {
      return fail(write_error(path, errno));
    }
    int code = write_fully(fd.get(), content);
    const timespec times[2] = {{0, UTIME_OMIT}, to_timespec(mtime_ns)};
    if (code == 0 && ::futimens(fd.get(), times) != 0) {
      code = errno;
    }
    if (::close(fd.release()) != 0 && code == 0) {
      code = errno;
    }
    if (code != 0) {
      ::unlink(path.c_str());
      return fail(write_error(path, code));
    }
    return {};
  }

  Result<> create_directories(const Path& path) override
  {
    // Most are there; looking is cheaper than `mkdir`, which locks the directory above.
    if (path.empty() || is_directory(path) || ::mkdir(path.c_str(), 0777) == 0) {
      return {};
    }
    if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
      CW_TRY(create_directories(path.parent_path()));
      if (::mkdir(path.c_str(), 0777) == 0) {
        return {};
      }
    }
    // EEXIST, or EROFS and EACCES although it is there: what counts is whether there is a directory now.
    const int code = errno;
    return is_directory(path) ? Result<>() : Result<>(fail(write_error(path, code)));
  }

  Result<> rename(const Path& from, const Path& to) override { return done(::rename(from.c_str(), to.c_str()), to); }

  Result<bool> remove(const Path& path) override
  {
    if (::remove(path.c_str()) == 0) {
      return true;
    }
    if (is_absent(errno)) {
      return false;
    }
    return fail(write_error(path, errno));
  }

  Result<std::uint64_t> remove_all(const Path& path) override
  {
    std::error_code error;
    const auto removed = std::filesystem::remove_all(path, error);
    if (error) {
      return fail(write_error(path, error.value()));
    }
    return static_cast<std::uint64_t>(removed);
  }

  Result<> link_or_copy(const Path& from, const Path& to) override
  {
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      return {};
    }
    if (errno == EEXIST) {
      const Path temporary = temporary_beside(to);
      if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) == 0) {
        const int renamed = ::rename(temporary.c_str(), to.c_str());
        const int code = errno;
        // rename(2) does nothing, with success, when both names already are the same file.
        ::unlink(temporary.c_str());
        return renamed == 0 ? Result<>() : Result<>(fail(write_error(to, code)));
      }
    }
    switch (errno) {
    case EXDEV:
    case EMLINK:
    case EPERM:
    case EACCES:
    case ENOTSUP:
      return copy(from, to);
    default: {
      const int code = errno;
      return exists(from) ? fail(write_error(to, code)) : fail(read_error(from, ENOENT));
    }
    }
  }

  Result<> copy(const Path& from, const Path& to) override
  {
    const Path temporary = temporary_beside(to);
    CW_TRY(copy_to_new_file(from, temporary));
    if (::rename(temporary.c_str(), to.c_str()) != 0) {
      const int code = errno;
      ::unlink(temporary.c_str());
      return fail(write_error(to, code));
    }
    return {};
  }

  Result<> make_symlink(const Path& target, const Path& path) override
  {
    std::error_code error;
    if (std::filesystem::read_symlink(path, error) == target && !error) {
      return {};
    }
    const Path temporary = temporary_beside(path);
    if (::symlink(target.c_str(), temporary.c_str()) != 0) {
      return fail(write_error(path, errno));
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      const int code = errno;
      ::unlink(temporary.c_str());
      return fail(write_error(path, code));
    }
    return {};
  }

  Result<> set_mode(const Path& path, std::uint32_t mode) override { return done(::chmod(path.c_str(), mode), path); }

  Result<> set_mtime_ns(const Path& path, std::int64_t mtime_ns) override
  {
    const timespec times[2] = {{0, UTIME_OMIT}, to_timespec(mtime_ns)};
    return done(::utimensat(AT_FDCWD, path.c_str(), times, 0), path);
  }

  Result<std::unique_ptr<FileLock>> lock(const Path& path, LockMode mode, const std::function<void()>& on_wait) override
  {
    CW_TRY_ASSIGN(UniqueFd fd, open_for_lock(path));
    CW_TRY_ASSIGN(const bool taken, take_lock(path, fd.get(), mode, false));
    if (!taken) {
      if (on_wait) {
        on_wait();
      }
      CW_TRY(take_lock(path, fd.get(), mode, true));
    }
    return std::make_unique<PosixLock>(std::move(fd));
  }

  Result<std::unique_ptr<FileLock>> try_lock(const Path& path, LockMode mode) override
  {
    CW_TRY_ASSIGN(UniqueFd fd, open_for_lock(path));
    CW_TRY_ASSIGN(const bool taken, take_lock(path, fd.get(), mode, false));
    if (!taken) {
      return nullptr;
    }
    return std::make_unique<PosixLock>(std::move(fd));
  }

private:
  static UniqueFd create_new(const Path& path) { return UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)); }

  static Result<> done(int result, const Path& path)
  {
    if (result == 0) {
      return {};
    }
    return fail(write_error(path, errno));
  }

  static FileType entry_type(int directory, const dirent& entry)
  {
    switch (entry.d_type) {
    case DT_REG:
      return FileType::regular;
    case DT_DIR:
      return FileType::directory;
    case DT_LNK:
      return FileType::symlink;
    case DT_UNKNOWN: {
      struct stat status
      {
      };
      const bool known = ::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0;
      return known ? type_of(status.st_mode) : FileType::other;
    }
    default:
      return FileType::other;
    }
  }

  static Error lock_error(const Path& path, int code)
  {
    return Error("CW0004", fmt::format("cannot lock `{}`", path.string()), Blame::environment).note(describe_errno(code));
  }

  Result<UniqueFd> open_for_lock(const Path& path)
  {
    constexpr int k_flags = O_RDWR | O_CREAT | O_CLOEXEC;
    UniqueFd fd(::open(path.c_str(), k_flags, 0666));
    if (!fd && errno == ENOENT) {
      CW_TRY(create_directories(path.parent_path()));
      fd = UniqueFd(::open(path.c_str(), k_flags, 0666));
    }
    if (!fd && (errno == EROFS || errno == EACCES)) {
      const int code = errno;
      fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      errno = code;
    }
    if (!fd) {
      return fail(lock_error(path, errno));
    }
    return fd;
  }

  static Result<bool> take_lock(const Path& path, int fd, LockMode mode, bool wait)
  {
    struct statfs system
    {
    };
    if (::fstatfs(fd, &system) == 0 && system.f_type == k_nfs_magic) {
      return true;
    }
    const int operation = (mode == LockMode::shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);
    while (::flock(fd, operation) != 0) {
      if (errno == EWOULDBLOCK) {
        return false;
      }
      if (is_unsupported_lock(errno)) {
        return true;
      }
      if (errno != EINTR) {
        return fail(lock_error(path, errno));
      }
    }
    return true;
  }
};

} // namespace

std::unique_ptr<Filesystem> make_filesystem()
{
  return std::make_unique<PosixFilesystem>();
}

} // namespace cargo_wasm::base
