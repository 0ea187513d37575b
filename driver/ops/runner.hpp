#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/test_program.hpp>
#include <cargo_wasm/runner/host_runner.hpp>

namespace cargo_wasm::ops {

struct RunnerRequest
{
  Path program;       ///< what was built, absolute
  std::string triple; ///< its target
  bool is_native = false;
  bool is_component = false; ///< it was wrapped, whatever its target
  std::vector<std::string> arguments = {};
  std::optional<std::string> host = {};                 ///< --host
  std::optional<manifest::PathAndArgs> configured = {}; ///< `target.TRIPLE.runner`
  std::vector<runner::MappedDirectory> directories = {};
  EnvMap env = {};                             ///< whole
  std::vector<std::string> own_variables = {}; ///< see runner::ProgramRequest
  Path cwd = {};
  std::optional<std::uint64_t> memory_bytes = {};
  Path cache_directory = {}; ///< see runner::ProgramRequest
  Path own_program = {};     ///< this program, for hosts that it runs itself
  Path driver_program = {};  ///< empty: traps are not read on the way
  std::vector<Path> siblings = {};
  std::optional<SuiteOfProgram> suite = {}; ///< it is a suite of wasm-bindgen-test
  std::optional<Path> bindings = {};        ///< of a program that uses wasm-bindgen: their directory
  std::optional<Path> chromium = {};        ///< `wasm.tools.chromium`
  std::optional<Path> jco = {};             ///< the configured one, for components in Node
};

struct ChosenRunner
{
  base::Command command;
  std::string name;                         ///< "node"; of native programs their triple
  const runner::HostRunner* host = nullptr; ///< null: the configuration's, or none
};

/// The command that runs a built program. What `--host` names comes first; then `target.TRIPLE.runner` of the configuration, the program
/// itself where it is native, `wasmtime`, Node's WASI. Errors: CW0730 no runtime found (what to install), CW0731 this target has no
/// command-line runtime, CW0732 a component needs wasmtime; of `--host` CW0930 its program is missing, CW0931 nothing here starts programs
/// for it, CW0934 it does not run programs of this target; CW0939 it does not run suites; CW0970 no Chromium where one is named;
/// CW0958 there is no jco for a component in Node; of the configuration's CW0941 it is a script, and what interprets it is missing.
[[nodiscard]] Result<ChosenRunner> choose_runner(const Env& env, const RunnerRequest& request);

/// CW0933, a warning: `name` does not limit memory.
[[nodiscard]] Error memory_not_limited(const std::string& name);

/// A host's program; of pages the Chromium that `chromium` (the configuration) or the caller's CHROME names, before those on PATH.
/// Errors: CW0930; CW0970 what is named is none.
[[nodiscard]] Result<Path>
program_of_host(const Env& env, const runner::HostRunner& host, const Path& own, const std::optional<Path>& chromium);

/// Variables for a program: the caller's, and those of `[env]`; `own` gets the names of the latter and of CARGO… and RUST….
[[nodiscard]] Result<EnvMap> program_variables(const Env& env, const manifest::Config& config, std::vector<std::string>& own);

/// What `--dir` asks for, HOST[::GUEST]; if nothing, the working directory and those that `arguments` name.
[[nodiscard]] std::vector<runner::MappedDirectory>
mapped_directories(const Env& env, const std::vector<std::string>& directories, const std::vector<std::string>& arguments);

} // namespace cargo_wasm::ops
