// A module, or its JavaScript bindings, in a page of a headless Chromium, as a process: what it prints is printed here, its status is ours.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::browser {

struct BrowseRequest
{
  base::Path chromium;
  base::Path module;                                ///< of WASI 0.1, or what the bindings belong to
  std::optional<base::Path> bindings;               ///< a directory that `module bindgen --bindgen web` made
  std::optional<base::Path> page;                   ///< a page of one's own
  std::optional<std::string> open;                  ///< or the path of one in the bindings or beside the module: "/index.html?x=1"
  bool stays = false;                               ///< bindings run until they call `cargoWasm.exit`
  std::vector<std::string> arguments;               ///< without the program's name
  std::optional<std::chrono::milliseconds> longest; ///< nullopt: as long as it takes
  std::optional<std::uint64_t> memory_bytes;        ///< the most that linear memory may grow to
  std::stop_token stop;
};

/// Runs it to its end. WASI programs have `env.vars` as their variables.
/// The status: the program's, 134 after a trap, whose stack is printed, 1 after an uncaught exception.
/// Errors: CW0971, CW0972 Chromium; CW0974 to CW0977 the page; CW0979 bindings that are not for pages; CW0001 a file is not there.
[[nodiscard]] Result<int> browse(const base::Env& env, const BrowseRequest& request);

/// The script of a directory of bindings: the one beside whose module `NAME_bg.wasm` it lies.
/// Errors: CW0979 there is none, or it is for another kind of host than "web" or "nodejs", which `target` says.
[[nodiscard]] Result<base::Path> bindings_script(const base::ReadOnlyFilesystem& fs, const base::Path& bindings, std::string_view target);

} // namespace cargo_wasm::browser
