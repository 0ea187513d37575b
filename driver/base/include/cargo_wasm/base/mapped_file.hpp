// A file's bytes for as long as somebody looks at them.
//
// Large files are mapped, read-only and private; small ones are read, which is faster for them and leaves nothing to go wrong. What a
// mapping protects from: a file that is replaced by another (rename, as rustc, wasm-ld and we do) or removed stays readable as it was, and
// a file that grows is seen at the length it had. What it does not protect from: a process that overwrites the file in place changes bytes
// under the reader, which every reader of ours survives, since each number is checked where it is used; and one that shortens it in place
// makes the kernel end this process with SIGBUS when the missing part is touched. A size that changes while the file is being mapped is
// noticed and is an error.
#pragma once
#include <cargo_wasm/base/error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace cargo_wasm::base {

/// Below this a file is read.
constexpr std::uint64_t k_least_mapped_bytes = 1024 * 1024;

class MappedFile
{
public:
  MappedFile() = default;
  /// Holds bytes that were read.
  MappedFile(std::filesystem::path path, std::string content) : m_path(std::move(path)), m_content(std::move(content)) {}
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile(MappedFile&& other) noexcept { swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept
  {
    swap(other);
    return *this;
  }
  ~MappedFile();

  /// Maps a file of at least k_least_mapped_bytes, reads others. Errors: CW0001 not there, CW0002 cannot be read.
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
  /// Valid while this object lives and is not moved from.
  [[nodiscard]] std::string_view bytes() const noexcept
  {
    return m_mapping != nullptr ? std::string_view(static_cast<const char*>(m_mapping), m_mapped_bytes) : std::string_view(m_content);
  }

private:
  void swap(MappedFile& other) noexcept;

  std::filesystem::path m_path;
  std::string m_content;
  void* m_mapping = nullptr;
  std::size_t m_mapped_bytes = 0;
};

} // namespace cargo_wasm::base
