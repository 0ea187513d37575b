#include "directory.hpp"

#include <fmt/format.h>

namespace cargo_wasm::postlink {

Result<> replace_directory(base::Filesystem& fs, const base::Path& made, const base::Path& path)
{
  base::Path before = path;
  before += ".before.tmp";
  CW_TRY(fs.remove_all(before));
  const bool had_one = fs.exists(path);
  if (had_one) {
    CW_TRY(fs.rename(path, before));
  }
  if (auto placed = fs.rename(made, path); !placed) {
    if (had_one) {
      CW_TRY(fs.rename(before, path));
    }
    return placed;
  }
  CW_TRY(fs.remove_all(before));
  return {};
}

Result<TemporaryDirectory> TemporaryDirectory::beside(base::Filesystem& fs, const base::Path& path)
{
  base::Path made = path;
  made += ".made.tmp";
  CW_TRY(fs.remove_all(made));
  CW_TRY(fs.create_directories(made));
  return TemporaryDirectory(fs, std::move(made));
}

} // namespace cargo_wasm::postlink
