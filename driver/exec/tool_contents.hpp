// C compilers, archivers, linkers and SDKs, by what they are: whoever has another clang under the same name has another key. A compiler is
// more than the file that is called: the libraries beside it, its headers and its runtime count, too. A script or a launcher (ccache),
// which calls who knows what, is asked for its version besides.
//
// All of it is remembered by stat data; the first look hashes.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exec {

class ToolContents
{
public:
  /// What both refer to must outlive it.
  ToolContents(const Env& env, const base::Path& memo_directory) : m_env(env), m_memo_directory(memo_directory) {}

  /// The digest of a program's file, in hex.
  [[nodiscard]] Result<std::string> program(const base::Path& path);
  /// Of a program and what belongs to it; of one file alone the same as `program`. Errors: it cannot be read.
  [[nodiscard]] Result<std::string> tool(const base::Path& path);
  /// Of all files below, also behind links to other directories; empty: no directory. One that is larger than any SDK counts by its name.
  [[nodiscard]] Result<std::string> directory(const base::Path& path);
  /// What a build script may call or read without saying so: programs and SDKs that these variables name, and what crates for C look for
  /// on PATH when they name none. Relative paths are meant from `cwd`, where the script runs. Name → digest; what is not there is left out.
  [[nodiscard]] Result<std::map<std::string, std::string>> of_build_scripts(const std::map<std::string, std::string>& variables,
                                                                            const base::Path& cwd);

private:
  [[nodiscard]] Result<std::vector<std::string>> entries_below(const base::Path& root, const base::Path& real_root) const;
  Result<std::vector<std::string>> libraries(const base::Path& directory, const std::vector<std::string_view>& prefixes);
  Result<std::string> look_at_tool(const base::Path& path);
  Result<std::string> command(std::string_view words, const base::Path& cwd);
  Result<std::string> described_tools(const base::Path& file);
  Result<std::string> descriptions(std::string_view directories, const base::Path& cwd);
  Result<std::vector<std::string>> programs_in(const base::Path& file);
  Result<std::vector<std::string>> files_of_tool(const base::Path& path);
  Result<std::string> sdk(const base::Path& root);
  [[nodiscard]] std::string version_of(const base::Path& path) const;

  const Env& m_env;
  const base::Path& m_memo_directory;
  std::map<std::string, std::string> m_programs, m_tools, m_directories, m_described;
};

} // namespace cargo_wasm::exec
