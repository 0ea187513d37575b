// Errors of the real file system, shared by the files of this folder that call the kernel.
#pragma once
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::base {

/// CW0001 for ENOENT and ENOTDIR, else CW0002 with the reason.
[[nodiscard]] Error read_error(const std::filesystem::path& path, int code);
/// CW0003 with the reason; a full disk and a read-only place get advice.
[[nodiscard]] Error write_error(const std::filesystem::path& path, int code);

/// Closes a descriptor at the end of its scope.
class UniqueFd
{
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : m_fd(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept
  {
    std::swap(m_fd, other.m_fd);
    return *this;
  }
  ~UniqueFd();
  [[nodiscard]] int get() const noexcept { return m_fd; }
  [[nodiscard]] explicit operator bool() const noexcept { return m_fd >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(m_fd, -1); }

private:
  int m_fd = -1;
};

/// A name for a temporary file beside `path`, unlike any other of this process.
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& path);

/// Writes all of `content`; 0 or an errno.
[[nodiscard]] int write_fully(int fd, std::string_view content);

/// Copies `from` into a new file `to` (which must not exist) with the same permission bits, as a reflink where the file
/// system can. On an error nothing is left at `to`.
[[nodiscard]] Result<> copy_to_new_file(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace cargo_wasm::base
