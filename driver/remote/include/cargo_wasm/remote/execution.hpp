// Running an action on another machine: the Execution service of the Remote Execution API. What the action needs (its encoding, the
// command, the directories and files of its input root) has to be there before, which `CacheService` of the same address sees to.
#pragma once
#include <memory>
#include <string>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

struct Execution
{
  std::string encoded_result; ///< an ActionResult, whatever the program's exit code was; its outputs are blobs of the same server
  bool from_cache = false;    ///< the server had run it before
};

struct ExecuteRequest
{
  Digest action;
  bool skip_cache = false; ///< runs even when the server has a result
};

/// For one thread at a time.
class ExecutionService
{
public:
  virtual ~ExecutionService() = default;
  /// Whether it says that it executes actions. Errors: as CacheService.
  [[nodiscard]] virtual Result<bool> executes() = 0;
  /// Waits until the action has run. A stream that breaks off is taken up again by the operation's name. Errors: as CacheService; CW1279
  /// the server could not run it (something is missing there, no worker, a time limit): run it here.
  [[nodiscard]] virtual Result<Execution> execute(const ExecuteRequest& request) = 0;
};

/// Of a `grpc(s)://HOST:PORT[/INSTANCE]`. `timeout` of the options is that of an execution, with the time in the queue. Nothing is sent
/// yet. Errors: CW1263 another scheme.
[[nodiscard]] Result<std::unique_ptr<ExecutionService>> make_execution_service(base::HttpClientFactory& factory,
                                                                               const ServiceOptions& options);

} // namespace cargo_wasm::remote
