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

/// Every file and link below `root` with its own stat data, in no order; links to directories elsewhere are followed. Left out: directories
/// of version control, and those with a CACHEDIR.TAG, as target directories have. Errors: a directory cannot be listed. Cost: one stat a
/// file.
Result<> for_each_file(const base::ReadOnlyFilesystem& fs,
                       const std::string& root,
                       const std::string& excluded,
                       const std::function<Result<>(const std::string& path, const base::FileStat& stat)>& visit);

/// Of files and links by their paths, with their own stat data.
[[nodiscard]] std::string stamp_of(const std::map<std::string, base::FileStat>& files);
/// Another one when a file came, went or was written.
[[nodiscard]] Result<std::string> tree_stamp(const base::ReadOnlyFilesystem& fs, const std::string& root, const std::string& excluded);

/// Of the workspace of a local package, and of the package where it lies beside; nothing of crates from elsewhere, which their keys look
/// after.
[[nodiscard]] Result<std::string> stamp_of_packages(const Context& context, const plan::ActionTemplate& tmpl);

/// Whether a directory is its regular files and nothing else: no empty directory, no link to a directory or to nothing. Only such a one
/// comes out of the store as it went in.
[[nodiscard]] Result<bool> is_plain_directory(const base::ReadOnlyFilesystem& fs, const std::string& root);

} // namespace cargo_wasm::exec
