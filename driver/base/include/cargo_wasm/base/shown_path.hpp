// Paths as people at some directory name them.
#pragma once
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {

/// Relative to `directory` where the path lies below it, else as it is.
[[nodiscard]] inline Path shown_path(const Path& directory, const Path& path)
{
  Path relative = path.lexically_relative(directory);
  return relative.empty() || relative.native().starts_with("..") ? path : relative;
}

} // namespace cargo_wasm::base
