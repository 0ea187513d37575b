#include <cargo_wasm/base/mapped_file.hpp>

#include "posix_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cargo_wasm::base {
namespace {

/// Reads up to the end, whatever the size was said to be; 0 or an errno.
int read_fully(int fd, std::string& content)
{
  constexpr std::size_t k_chunk_bytes = 64 * 1024;
  std::size_t used = 0;
  while (true) {
    if (used == content.size()) {
      content.resize(content.size() + k_chunk_bytes);
    }
    const ssize_t got = ::read(fd, content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return errno;
    }
    if (got == 0) {
      content.resize(used);
      return 0;
    }
    used += static_cast<std::size_t>(got);
  }
}

} // namespace

MappedFile::~MappedFile()
{
  if (m_mapping != nullptr) {
    ::munmap(m_mapping, m_mapped_bytes);
  }
}

void MappedFile::swap(MappedFile& other) noexcept
{
  std::swap(m_path, other.m_path);
  std::swap(m_content, other.m_content);
  std::swap(m_mapping, other.m_mapping);
  std::swap(m_mapped_bytes, other.m_mapped_bytes);
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path)
{
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat before
  {
  };
  if (!fd || ::fstat(fd.get(), &before) != 0) {
    return fail(read_error(path, errno));
  }
  MappedFile file;
  file.m_path = path;
  if (!S_ISREG(before.st_mode) || static_cast<std::uint64_t>(before.st_size) < k_least_mapped_bytes) {
    file.m_content.resize(S_ISREG(before.st_mode) ? static_cast<std::size_t>(before.st_size) + 1 : 0);
    if (const int code = read_fully(fd.get(), file.m_content); code != 0) {
      return fail(read_error(path, code));
    }
    return file;
  }
  void* const mapping = ::mmap(nullptr, static_cast<std::size_t>(before.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapping == MAP_FAILED) {
    return fail(read_error(path, errno));
  }
  file.m_mapping = mapping;
  file.m_mapped_bytes = static_cast<std::size_t>(before.st_size);
  struct stat after
  {
  };
  if (::fstat(fd.get(), &after) != 0 || after.st_size != before.st_size) {
    return fail(Error("CW0002", fmt::format("cannot read `{}`", path.string()), Blame::environment).note("it changed its size meanwhile"));
  }
  return file;
}

} // namespace cargo_wasm::base
