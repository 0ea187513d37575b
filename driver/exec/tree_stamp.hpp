// Looks around in a directory at everything that lies there: what no listing of a package names (hidden files, those that .gitignore
// names) can be read by a build script or a macro all the same, and written, too.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

#include "freshness.hpp"

namespace cargo_wasm::exec {

enum class LinkedDirectories : bool { left_out, followed };

/// Every file and link below `root` with its own stat data, in no order, until `visit` says no; of a directory that may not be listed its
/// own. Left out: directories of version control, those with a CACHEDIR.TAG, as target directories have, and what goes while one looks.
/// Errors: `root` is not there. Cost: one stat a file.
Result<> for_each_file(const base::ReadOnlyFilesystem& fs,
                       const std::string& root,
                       const std::string& excluded,
                       LinkedDirectories links,
                       const std::function<bool(const std::string& path, const base::FileStat& stat)>& visit);

/// Of files and links by their paths, with their own stat data.
[[nodiscard]] std::string stamp_of(const std::map<std::string, base::FileStat>& files);
/// Another one when a file or link below `root` came, went or was written.
[[nodiscard]] Result<std::string> tree_stamp(const base::ReadOnlyFilesystem& fs, const std::string& root, const std::string& excluded);

/// Of the workspace of a local package, and of the package where it lies beside; nothing of crates from elsewhere, which their keys look
/// after.
[[nodiscard]] Result<std::string> stamp_of_packages(const Context& context, const plan::ActionTemplate& tmpl);

/// Whether a directory is its regular files and nothing else: no empty directory, no link to a directory or to nothing. Only such a one
/// comes out of the store as it went in.
[[nodiscard]] Result<bool> is_plain_directory(const base::ReadOnlyFilesystem& fs, const std::string& root);

} // namespace cargo_wasm::exec
