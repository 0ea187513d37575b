#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {
namespace {

bool has_type(const Result<std::optional<FileStat>>& stat, FileType type)
{
  return stat.has_value() && stat->has_value() && (*stat)->type == type;
}

} // namespace

Result<MappedFile> ReadOnlyFilesystem::map(const Path& path) const
{
  CW_TRY_ASSIGN(std::string content, read(path));
  return MappedFile(path, std::move(content));
}

bool ReadOnlyFilesystem::is_file(const Path& path) const
{
  return has_type(stat(path), FileType::regular);
}

bool ReadOnlyFilesystem::is_directory(const Path& path) const
{
  return has_type(stat(path), FileType::directory);
}

bool ReadOnlyFilesystem::exists(const Path& path) const
{
  const auto found = stat(path);
  return found.has_value() && found->has_value();
}

} // namespace cargo_wasm::base
