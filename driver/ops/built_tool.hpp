// Programs that a build needs and that nobody installed: taken from crates.io, built once for this machine as any other program is, and
// kept in the store (`$XDG_CACHE_HOME/cargo-wasm/tools/PROGRAM-VERSION`) for all projects.
#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

struct BuiltTool
{
  std::string package, program;
  std::string version; ///< exact
  std::string because; ///< of the line that says that it is built: "no other fits the crate"
  std::optional<std::string> toolchain;
  std::string triple = "host-tuple";
  bool offline = false;
  std::optional<std::string> jobs;
  std::stop_token stop;
  base::Path driver_program;
  Error cannot_be_built; ///< what is returned then; the error itself was printed
};

/// The program in the store; it is built, without default features, when it is not there. `before_building` lets go of what the other
/// project would wait for. Errors: `cannot_be_built`; what copying says.
[[nodiscard]] Result<Path> stored_tool(const Env& env, const BuiltTool& tool, const std::function<void()>& before_building);

} // namespace cargo_wasm::ops
