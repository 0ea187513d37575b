// The executor of a build, as its jobs use it: connections to one server, what it is known to have, and what becomes of it when it fails.
// No failure of the server is one of the build: the action runs here instead. There is one warning a build, however many actions come back.
#pragma once
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/remote/execution.hpp>
#include <cargo_wasm/remote/execution_settings.hpp>
#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// What an action needs on the server: its own encoding, the command, directories, files.
struct RemoteAction
{
  Digest action;
  std::vector<Blob> blobs;
  /// The same for many actions, and large (a toolchain): looked for once, and sent by one of them while the others wait.
  std::span<const Blob> common;
};

/// For several threads at a time.
class ExecutionPool
{
public:
  /// What `env` refers to must outlive it. Nothing is connected yet. `stop` ends what is under way.
  ExecutionPool(const Env& env, ExecutionSettings settings, base::HttpOptions http, std::stop_token stop);
  ~ExecutionPool();
  ExecutionPool(const ExecutionPool&) = delete;
  ExecutionPool& operator=(const ExecutionPool&) = delete;

  [[nodiscard]] const ExecutionSettings& settings() const;
  /// It has failed: nothing is run there for the rest of the build.
  [[nodiscard]] bool is_left_out() const;

  /// Sends what is missing there, waits until the action has run, and gives its result with its texts inline, whatever the exit code was.
  /// A failure has been warned of where one is due; the action is to run here. Cost: two round trips, and what is sent.
  [[nodiscard]] Result<action::ActionResult> run(const RemoteAction& action);
  /// Fetches outputs of a result; all of them must be there. Failures as `run`.
  [[nodiscard]] Result<> download(std::span<const WantedBlob> blobs);
  /// It runs actions, but not this kind, or not well: left out, with a warning of this code that says why.
  void leave_out(const Error& why, std::string code);

private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// The executor of the configuration; null when there is none, and when the network may not be used. Errors: read_execution_settings.
[[nodiscard]] Result<std::unique_ptr<ExecutionPool>>
open_execution_pool(const Env& env, const manifest::Config& config, std::stop_token stop);

} // namespace cargo_wasm::remote
