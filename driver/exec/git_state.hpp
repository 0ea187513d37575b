// What a build script that asks git is told. Such scripts (`git describe`, `git rev-parse --abbrev-ref HEAD`) seldom say that they do.
#pragma once
#include <string>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exec {

/// The commit that is checked out around a directory; empty: no git repository, or no commit. Cost: two or three small files.
[[nodiscard]] std::string checked_out_commit(const base::ReadOnlyFilesystem& fs, const base::Path& directory);

/// A digest of what is called HEAD there and of all tags; empty: no git repository. Whether files differ from the commit is not in it.
/// Cost: one file a tag that is not packed.
[[nodiscard]] std::string names_of_commits(const base::ReadOnlyFilesystem& fs, const base::Path& directory);

} // namespace cargo_wasm::exec
