#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/cli/options.hpp>
#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::cli {

/// What is left to do for `main`: end with a status, or become another program.
struct Outcome
{
  int status = 0;
  std::optional<base::Command> become;
};

/// What verbs need to know of the process itself.
struct DispatchContext
{
  std::optional<std::string> plus_toolchain; ///< of `+1.96.0`
  Path program;                              ///< this executable
  ops::NoopContext noop;
  ops::TerminalSettings terminal;                  ///< of the reporter in use
  std::shared_ptr<const ops::PlannedBuild> stored; ///< a plan that still holds, or null
  std::stop_token stop;
};

/// A path as somebody typed it.
[[nodiscard]] Path absolute(const Env& env, const std::string& path);

/// `--timeout SECONDS`; nullopt: none was given. Errors: CW0782.
[[nodiscard]] Result<std::optional<std::chrono::milliseconds>> time_limit_of(const ParsedArguments& parsed);

/// `--max-memory SIZE`; nullopt: none was given. Errors: CW0782.
[[nodiscard]] Result<std::optional<std::uint64_t>> memory_limit_of(const ParsedArguments& parsed);

/// Turns parsed arguments into a request and runs the verb.
[[nodiscard]] Result<Outcome> dispatch(const Env& env, const ParsedArguments& parsed, const DispatchContext& context);

/// "cargo-wasm 0.1.0"; `verbose` adds compiler, build type and every linked library with its version.
[[nodiscard]] std::string version_text(bool verbose);
/// "cargo 1.99.1 (cargo-wasm 0.1.0)": for build scripts that ask $CARGO for the version whose behaviour they get.
[[nodiscard]] std::string cargo_version_text();

} // namespace cargo_wasm::cli
