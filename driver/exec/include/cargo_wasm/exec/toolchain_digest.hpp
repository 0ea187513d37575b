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

/// 64 hex digits over names, sizes and times of these files: the local key's part. Cost: one stat per file (about 300).
[[nodiscard]] Result<std::string>
toolchain_identity(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples);

/// The digest of the directory's contents, for keys shared between machines. Reads some 600 MB on two threads the first time
/// (a second or two); afterwards CACHE/toolchains/IDENTITY has it.
[[nodiscard]] Result<base::Digest> toolchain_contents(base::Filesystem& fs,
                                                      const base::Path& sysroot,
                                                      const std::vector<std::string>& triples,
                                                      const base::Path& cache_directory);

} // namespace cargo_wasm::exec
