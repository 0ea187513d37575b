// Programs beside the compiler, asked for their version.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {

/// What `program ARGS` prints first, on stdout or else stderr; nullopt when it does not start or fails.
/// Cost: one process; with a cache none, until the program's file changes.
[[nodiscard]] std::optional<std::string>
ask_tool(const Env& env, const Path& program, std::vector<std::string> args, RustcCache* cache = nullptr);

/// The version of a linker for wasm, as it says it: "LLD 23.1.1", "wasm-component-ld 0.5.27"; without what stands in parentheses.
[[nodiscard]] std::optional<std::string> linker_version(const Env& env, const Path& program, RustcCache& cache);

/// The first number of a line: "2.39.5" of "git version 2.39.5", "20.1.0" of "v20.1.0"; empty when there is none.
[[nodiscard]] std::string version_in(std::string_view line);

} // namespace cargo_wasm::toolchain
