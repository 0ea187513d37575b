// One question to a compiler, through its wrappers, answered from the cache when it was asked before.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {

struct CompilerCommand
{
  Path rustc;
  std::optional<Path> wrapper, workspace_wrapper;
};

/// Runs `[wrapper] [workspace_wrapper] rustc ARGS` with `[env]` of the configuration. A failing compiler is an answer with a
/// status, which is not kept. Errors: CW0504 it cannot be started.
Result<RustcCache::Answer> ask_rustc(const Env& env,
                                     const manifest::Config& config,
                                     const CompilerCommand& compiler,
                                     const std::vector<std::string>& args,
                                     RustcCache& cache);

/// DIRECTORY/IDENTITY.json: what `toolchain probe` and all projects of a user are told of a compiler.
Path users_answers(const Path& directory, std::string_view identity);

/// Whether it is a program, and the compiler's library lies beside it, in lib/: not so for rustup's proxies and for scripts that start
/// another one. Cost: reads the program, some hundred KB.
bool has_driver_library(const Env& env, const Path& rustc);

} // namespace cargo_wasm::toolchain
