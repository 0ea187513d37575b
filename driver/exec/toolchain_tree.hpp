// The compiler as an input of actions that run elsewhere: what of a toolchain a rustc needs that compiles libraries for a target.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::exec {

struct ToolchainTree
{
  base::Digest root;               ///< of the directory with `bin` and `lib`
  std::vector<remote::Blob> blobs; ///< its files, and all encoded directories
};

/// `bin/rustc`, its libraries and the target's standard library; nothing for links and nothing of the host's standard library, which
/// macros have in them. Digests are remembered in `cache_directory`, by sizes and times of the files. Errors: those of reading files. Cost:
/// 455 MB are hashed the first time; later a look at each of the 80 files.
[[nodiscard]] Result<ToolchainTree>
toolchain_tree(base::Filesystem& fs, const base::Path& sysroot, const std::string& triple, const base::Path& cache_directory);

} // namespace cargo_wasm::exec
