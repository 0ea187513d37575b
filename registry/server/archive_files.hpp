// The files of a `.crate` in memory, as a file system that can only be read: which there are, what its Cargo.toml says, and of which commit
// it is. The others are empty, so that an archive costs little.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::registry_server {

class ArchiveFiles : public base::ReadOnlyFilesystem
{
public:
  /// Every file below "/" + `prefix`. Errors: those of base::read_crate_archive.
  [[nodiscard]] static Result<ArchiveFiles> read(std::string_view archive, std::string_view prefix);

  [[nodiscard]] Result<std::optional<base::FileStat>> stat(const base::Path& path) const override;
  [[nodiscard]] Result<std::optional<base::FileStat>> lstat(const base::Path& path) const override { return stat(path); }
  [[nodiscard]] Result<std::string> read(const base::Path& path) const override;
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const base::Path& path) const override;
  [[nodiscard]] Result<std::vector<base::DirectoryEntry>> list(const base::Path& path) const override;
  [[nodiscard]] Result<base::Path> canonicalize(const base::Path& path) const override { return path; }

private:
  std::map<std::string, std::string> m_files; ///< by absolute path
};

} // namespace cargo_wasm::registry_server
