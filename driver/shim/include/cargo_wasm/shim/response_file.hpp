// Response files: `@FILE` on a linker's command line stands for the arguments in that file. rustc writes one when the command line
// would be too long for the system, so whoever wraps the linker has to read them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::shim {

/// How a response file quotes, as lld's `--rsp-quoting` says.
enum class Quoting : std::uint8_t {
  gnu,     ///< blanks separate; `'…'` literal, `"…"` with backslash escapes, backslash escapes outside quotes
  windows, ///< as CommandLineToArgvW reads it
};

/// The arguments in the text of one response file, `@FILE` among them left as they are. Cost: linear.
/// Source: llvm/lib/Support/CommandLine.cpp, TokenizeGNUCommandLine and TokenizeWindowsCommandLine.
[[nodiscard]] std::vector<std::string> split_response_file(std::string_view text, Quoting quoting);

/// The command line with every `@FILE` replaced by what is in it, nested ones too. As in lld, a file that does not exist leaves its
/// argument as it is, relative names start at the current directory, and `--rsp-quoting` counts wherever it stands.
/// Errors: CW0800 a file that cannot be read, contains itself, is nested too deep, or brings more than a million arguments.
[[nodiscard]] Result<std::vector<std::string>>
expand_response_files(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const std::vector<std::string>& arguments);

} // namespace cargo_wasm::shim
