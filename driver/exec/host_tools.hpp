// Code that is not for wasm is linked by a linker of this machine, against its C library, and may be made for its very processor: what of
// that a command names (docs/formats/store.md).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exec {

/// Whether a compiler's `--target` is one of wasm: a triple, or a file that is called like one.
[[nodiscard]] bool is_for_wasm(const std::vector<std::string>& arguments);

/// The linkers that a command names by `-C linker=` and, for a compiler that calls one, by `-fuse-ld=`: those that are found. As programs
/// are called: a name with a slash is a path from `cwd`, another is looked for on PATH.
[[nodiscard]] std::vector<base::Path> named_linkers(const Env& env, const base::Path& cwd, const std::vector<std::string>& arguments);
/// A program as a process in `cwd` finds it; nullopt: it is not there.
[[nodiscard]] std::optional<base::Path> called_program(const Env& env, const base::Path& cwd, const std::string& name);

/// `-C target-cpu=native`: what is made depends on the processor it is made on.
[[nodiscard]] bool is_for_this_processor(const std::vector<std::string>& arguments);
/// What compilers can tell of the processor, as the kernel says it: its kind and what it can do. Empty: nobody says.
[[nodiscard]] std::string this_processor(const base::ReadOnlyFilesystem& fs);

} // namespace cargo_wasm::exec
