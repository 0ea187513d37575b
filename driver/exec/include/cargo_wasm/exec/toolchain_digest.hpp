// The compiler and its standard libraries as one value in keys.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::exec {

/// The files that make a toolchain: bin/rustc, lib/*.so*, and all of lib/rustlib/TRIPLE for each triple; absolute, sorted.
[[nodiscard]] Result<std::vector<std::string>>
toolchain_files(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples);

/// 64 hex digits over the sysroot and names, sizes and times of these files: the local key's part. Cost: one stat per file (about 300).
[[nodiscard]] Result<std::string>
toolchain_identity(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples);

/// The same with times of change and inodes, which nobody can set: what is remembered of contents stands under it.
[[nodiscard]] Result<std::string>
toolchain_stamp(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples);

struct ToolchainFile
{
  std::string path; ///< below the sysroot
  base::Digest digest;
  bool executable = false;
};

/// Reads all of these files, some 600 MB, on two threads: a second or two.
[[nodiscard]] Result<std::vector<ToolchainFile>>
hash_toolchain(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples);

/// The digest of the directory's contents, for keys shared between machines. Reads all of them the first time; afterwards
/// CACHE/toolchains/STAMP has it.
[[nodiscard]] Result<base::Digest> toolchain_contents(base::Filesystem& fs,
                                                      const base::Path& sysroot,
                                                      const std::vector<std::string>& triples,
                                                      const base::Path& cache_directory);

} // namespace cargo_wasm::exec
