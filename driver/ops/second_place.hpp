// A project once more, in another directory, with another home: what `verify` builds in.
//
// The second place mirrors absolute paths (SECOND/home/me/app for /home/me/app), so that packages beside the workspace, and configuration
// in directories above it, are found by the same relative paths. Sources are copied. What is large and not compiled is a link:
// `node_modules`,
// `.git` (a script that asks git gets the same answer), and of $CARGO_HOME the archives and the index; packages are unpacked anew.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

struct FirstPlace
{
  Path root;                        ///< of the workspace, absolute
  Path target_directory;            ///< is not copied
  std::vector<std::string> outside; ///< packages beside it, from the root
  Path cargo_home;
  Path cache; ///< $XDG_CACHE_HOME/cargo-wasm: tools that were built, components that were fetched
};

struct SecondPlace
{
  Path base; ///< of everything below, nobody else's
  Path root, target_directory, home, cargo_home, cache_home, temporary;
};

/// Errors: CW1180 no directory can be made, or a file cannot be copied.
[[nodiscard]] Result<SecondPlace> make_second_place(const Env& env, const FirstPlace& first);

} // namespace cargo_wasm::ops
