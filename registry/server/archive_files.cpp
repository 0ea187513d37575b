#include "archive_files.hpp"

#include <cargo_wasm/base/archive.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_server {

Result<ArchiveFiles> ArchiveFiles::read(std::string_view archive, std::string_view prefix)
{
  ArchiveFiles files;
  const std::string manifest = fmt::format("{}/Cargo.toml", prefix), vcs_info = fmt::format("{}/.cargo_vcs_info.json", prefix);
  CW_TRY(base::read_crate_archive(
      fmt::format("{}.crate", prefix),
      archive,
      prefix,
      base::crate_unpack_limit_bytes(archive.size()),
      [&](const base::ArchiveEntry& entry) -> Result<> {
        if (!entry.is_directory) {
          files.m_files.emplace("/" + entry.path, entry.path == manifest || entry.path == vcs_info ? entry.content : std::string_view());
        }
        return {};
      },
      base::ArchiveRules::portable));
  return files;
}

Result<std::optional<base::FileStat>> ArchiveFiles::stat(const base::Path& path) const
{
  if (const auto file = m_files.find(path.native()); file != m_files.end()) {
    base::FileStat stat;
    stat.type = base::FileType::regular;
    stat.size_bytes = file->second.size();
    return std::optional(stat);
  }
  const std::string below = path.native() == "/" ? "/" : path.native() + "/";
  const auto first = m_files.lower_bound(below);
  if (first == m_files.end() || !first->first.starts_with(below)) {
    return std::optional<base::FileStat>();
  }
  base::FileStat stat;
  stat.type = base::FileType::directory;
  return std::optional(stat);
}

Result<std::string> ArchiveFiles::read(const base::Path& path) const
{
  const auto file = m_files.find(path.native());
  if (file == m_files.end()) {
    return fail(Error("CW0001", fmt::format("`{}` is not in the archive", path.relative_path().native()), Blame::user));
  }
  return file->second;
}

Result<std::optional<std::string>> ArchiveFiles::read_if_exists(const base::Path& path) const
{
  const auto file = m_files.find(path.native());
  return file == m_files.end() ? std::optional<std::string>() : std::optional(file->second);
}

Result<std::vector<base::DirectoryEntry>> ArchiveFiles::list(const base::Path& path) const
{
  const std::string below = path.native() + "/";
  std::vector<base::DirectoryEntry> entries;
  for (auto file = m_files.lower_bound(below); file != m_files.end() && file->first.starts_with(below); ++file) {
    const std::string_view rest = std::string_view(file->first).substr(below.size());
    const std::size_t slash = rest.find('/');
    base::DirectoryEntry entry{.name = std::string(rest.substr(0, slash)),
                               .type = slash == std::string_view::npos ? base::FileType::regular : base::FileType::directory};
    if (entries.empty() || entries.back().name != entry.name) {
      entries.push_back(std::move(entry));
    }
  }
  std::ranges::sort(entries, {}, &base::DirectoryEntry::name);
  return entries;
}

} // namespace cargo_wasm::registry_server
