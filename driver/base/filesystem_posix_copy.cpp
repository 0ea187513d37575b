#include "posix_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <random>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cargo_wasm::base {
namespace {

constexpr std::size_t k_copy_chunk_bytes = 64 * 1024;

/// Copies what a reflink could not; 0 or an errno, and which side failed.
int copy_bytes(int from, int to, std::int64_t expected, bool& reading_failed)
{
  for (std::int64_t done = 0; done < expected;) {
    const ssize_t copied = ::copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30U, 0);
    done += std::max<ssize_t>(copied, 0);
    if (copied == 0) {
      break;
    }
    if (copied < 0) {
      if (errno == EINTR) {
        continue;
      }
      if (errno == ENOSPC || errno == EIO || errno == EDQUOT) {
        return errno;
      }
      break; // not supported between these two: plain reads and writes below
    }
  }
  // Also confirms the end: files of /proc have a size of 0.
  std::array<char, k_copy_chunk_bytes> buffer;
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      reading_failed = true;
      return errno;
    }
    if (got == 0) {
      return 0;
    }
    if (const int code = write_fully(to, {buffer.data(), static_cast<std::size_t>(got)}); code != 0) {
      return code;
    }
  }
}

} // namespace

UniqueFd::~UniqueFd()
{
  if (m_fd >= 0) {
    ::close(m_fd);
  }
}

Error read_error(const std::filesystem::path& path, int code)
{
  if (code == ENOENT || code == ENOTDIR) {
    return {"CW0001", fmt::format("`{}` does not exist", path.string()), Blame::user};
  }
  return Error("CW0002", fmt::format("cannot read `{}`", path.string()), Blame::environment).note(describe_errno(code));
}

Error write_error(const std::filesystem::path& path, int code)
{
  Error error = Error("CW0003", fmt::format("cannot write `{}`", path.string()), Blame::environment).note(describe_errno(code));
  if (code == ENOSPC || code == EDQUOT) {
    error.helps.emplace_back("free some space there; `CARGO_TARGET_DIR` and `CARGO_HOME` may name places on a larger disk");
  } else if (code == EROFS) {
    error.helps.emplace_back("mount it writable; `CARGO_TARGET_DIR` and `CARGO_HOME` may name places elsewhere");
  } else if (code == EACCES || code == EPERM) {
    error.helps.emplace_back("check the owner and the permissions of that place");
  }
  return error;
}

std::filesystem::path temporary_beside(const std::filesystem::path& path)
{
  // In containers process numbers repeat: what a killed process left must not be in the way.
  static const std::uint32_t random = std::random_device{}();
  static std::atomic<std::uint64_t> counter{0};
  return path.parent_path() / fmt::format(".cw-{}-{:08x}-{}.tmp", ::getpid(), random, counter.fetch_add(1, std::memory_order_relaxed));
}

int write_fully(int fd, std::string_view content)
{
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      if (errno == EAGAIN) {
        // A stderr that somebody else made non-blocking, as Node does with its pipes.
        pollfd writable{fd, POLLOUT, 0};
        (void)::poll(&writable, 1, -1);
        continue;
      }
      return errno;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<> copy_to_new_file(const std::filesystem::path& from, const std::filesystem::path& to)
{
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status
  {
  };
  if (!source || ::fstat(source.get(), &status) != 0) {
    return fail(read_error(from, errno));
  }
  if (S_ISDIR(status.st_mode)) {
    return fail(read_error(from, EISDIR));
  }
  UniqueFd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target) {
    return fail(write_error(to, errno));
  }
  bool reading_failed = false;
  int code = 0;
  if (::ioctl(target.get(), FICLONE, source.get()) != 0) {
    code = copy_bytes(source.get(), target.get(), status.st_size, reading_failed);
  }
  if (code == 0 && ::fchmod(target.get(), status.st_mode & 07777U) != 0) {
    code = errno;
  }
  if (code == 0 && ::close(target.release()) != 0) {
    code = errno;
  }
  if (code != 0) {
    ::unlink(to.c_str());
    return fail(reading_failed ? read_error(from, code) : write_error(to, code));
  }
  return {};
}

} // namespace cargo_wasm::base
