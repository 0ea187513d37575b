// `module node`: a component in Node, by the JavaScript that jco makes of it. `run` and `test` start it so for `--host node`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/runner/host_runner.hpp>

namespace cargo_wasm::ops {

struct ModuleNodeRequest
{
  Path component;
  std::vector<std::string> arguments;
  std::vector<runner::MappedDirectory> directories;
  std::optional<Path> tool; ///< jco; unless given, the configured one, that of `node_modules`, that on PATH
  std::optional<std::string> memory_pages;
  std::vector<Path> names; ///< modules that still have names, for traps
  Path driver_program;     ///< this program, which reads traps
  std::stop_token stop;
};

/// jco: `configured`, that in `node_modules` of `near`, of the working directory or above them, that on PATH.
/// Errors: CW0958 there is none, with how to get it.
[[nodiscard]] Result<Path> jco_here(const Env& env, const std::optional<Path>& configured, const Path& near);

/// The command that runs the component. The JavaScript is kept in the cache, one directory for each place of a component, and made again
/// when the component or jco is another one. Errors: CW0958, CW0956 a module, CW0960 jco failed; CW0930 there is no Node; CW0965 what
/// jco's JavaScript needs is not beside it. Cost: that of jco, once for each build of the component.
[[nodiscard]] Result<base::Command> module_node(const Env& env, const GlobalOptions& options, const ModuleNodeRequest& request);

} // namespace cargo_wasm::ops
