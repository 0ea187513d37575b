#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::ops {

struct RunnerRequest
{
  Path program;       ///< what was built, absolute
  std::string triple; ///< its target
  std::vector<std::string> arguments;
  std::vector<std::string> directories; ///< HOST[::GUEST]; none: the working directory and those that `arguments` name
};

/// The command that runs a built program: `target.TRIPLE.runner` of the configuration, else itself on the host, else
/// `wasmtime`, else Node's WASI. Errors: CW0730 no runtime found (what to install), CW0731 this target has no command-line
/// runtime, CW0732 a component needs wasmtime.
[[nodiscard]] Result<base::Command> runner_command(
    const Env& env, const manifest::Config& config, const toolchain::TargetInfo& target, bool is_host, const RunnerRequest& request);

} // namespace cargo_wasm::ops
