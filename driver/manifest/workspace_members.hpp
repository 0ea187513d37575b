#pragma once
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::manifest {

struct MemberPath
{
  base::Path directory;
  std::string pattern; ///< the entry of `members` that matched; empty when it is the path itself
};

/// Directories that an entry of `members` or `default-members` stands for, in the order of cargo's glob: by name within
/// each directory. An entry that matches nothing stands for itself. Errors: CW0159 malformed pattern.
[[nodiscard]] Result<std::vector<MemberPath>>
expand_members(const base::ReadOnlyFilesystem& fs, const base::Path& root, const std::vector<std::string>& entries);

} // namespace cargo_wasm::manifest
