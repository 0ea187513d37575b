// `[cargo-wasm.execution]` of cargo's configuration: where units are compiled when not here.
//
//   [cargo-wasm.execution]
//   url = "grpc://builders.example:8980/main"
//   jobs = 32                            # units at once; absent: 16, or what `-j` says when that is more
//   timeout = 600                        # seconds until a unit is compiled here, with its time in the queue
//   token-env = "BUILDERS_TOKEN"
//   platform = { OSFamily = "linux" }    # properties by which the server chooses a worker
//   sign = true                          # what it made goes to caches under the key of this machine; absent: it stays here
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::remote {

struct ExecutionSettings
{
  std::string url;
  std::optional<std::uint32_t> jobs;
  std::chrono::milliseconds timeout{600'000};
  std::optional<std::string> token_variable;
  std::map<std::string, std::string> platform;
  bool sign = false; ///< its results, and what is made from them, are vouched for like one's own
};

/// nullopt: there is no such table. Errors: CW1135 a value or key that is none; CW1265 a token that would be sent in the clear.
[[nodiscard]] Result<std::optional<ExecutionSettings>> read_execution_settings(const manifest::Config& config);

} // namespace cargo_wasm::remote
