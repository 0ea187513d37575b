// Directories that a step makes: whole or not at all.
#pragma once
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::postlink {

/// Puts `made` in the place of `path`, which is kept when that fails. They lie in one directory.
[[nodiscard]] Result<> replace_directory(base::Filesystem& fs, const base::Path& made, const base::Path& path);

/// A directory beside `path`, empty at first, gone when this is, unless it was put in its place.
class TemporaryDirectory
{
public:
  static Result<TemporaryDirectory> beside(base::Filesystem& fs, const base::Path& path);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : m_fs(other.m_fs), m_path(std::move(other.m_path)) { other.m_path.clear(); }
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory()
  {
    if (!m_path.empty()) {
      static_cast<void>(m_fs.remove_all(m_path));
    }
  }
  [[nodiscard]] const base::Path& path() const { return m_path; }

private:
  TemporaryDirectory(base::Filesystem& fs, base::Path path) : m_fs(fs), m_path(std::move(path)) {}

  base::Filesystem& m_fs;
  base::Path m_path;
};

} // namespace cargo_wasm::postlink
