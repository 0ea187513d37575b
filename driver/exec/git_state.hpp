// What a build script that asks git is told. Such scripts (`git describe`, `git rev-parse --abbrev-ref HEAD`) seldom say that they do.
#pragma once
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>

#include "shared_key.hpp"

namespace cargo_wasm::exec {

/// The commit that is checked out around a directory; empty: no git repository, or no commit. Cost: two or three small files.
[[nodiscard]] std::string checked_out_commit(const base::ReadOnlyFilesystem& fs, const base::Path& directory);

/// A digest of what is called HEAD there and of all tags, or of all refs where git keeps them in tables (reftable); empty: no git
/// repository. Whether files differ from the commit is not in it. Cost: one file a tag that is not packed.
[[nodiscard]] std::string names_of_commits(const base::ReadOnlyFilesystem& fs, const base::Path& directory);

/// Whether a program calls git or looks at what it keeps: `git` stands in it, and not as a part of `digit` or `github`. Cost: one pass.
[[nodiscard]] bool mentions_git(std::string_view program);

/// `git describe --dirty` looks at every file of the repository, which no key has: after a run of a build script of a package in one,
/// whether it may have done so. In one checkout cargo does not see that either.
[[nodiscard]] bool may_have_asked_git(const Env& env, const plan::ActionTemplate& tmpl, const SharedKey& key, const Record& record);

} // namespace cargo_wasm::exec
