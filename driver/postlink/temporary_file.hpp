#pragma once
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::postlink {

/// A file that is gone when this is.
class TemporaryFile
{
public:
  TemporaryFile(base::Filesystem& fs, base::Path path) : m_fs(fs), m_path(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { static_cast<void>(m_fs.remove(m_path)); }
  [[nodiscard]] const base::Path& path() const { return m_path; }

private:
  base::Filesystem& m_fs;
  base::Path m_path;
};

/// A name in the directory of `output`, from where it can be renamed.
[[nodiscard]] inline base::Path beside(const base::Path& output, std::string_view suffix)
{
  base::Path path = output;
  path += fmt::format(".{}.tmp", suffix);
  return path;
}

} // namespace cargo_wasm::postlink
