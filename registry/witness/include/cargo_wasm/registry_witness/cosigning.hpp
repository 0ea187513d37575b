// Asking witnesses for their cosignatures, as a log does when it makes a checkpoint.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>

namespace cargo_wasm::registry_witness {

struct Cosigned
{
  std::string note;                                        ///< the checkpoint with the cosignatures that came and hold
  std::vector<std::string> witnesses;                      ///< who has cosigned: names of the policy
  std::vector<std::pair<std::string, std::string>> failed; ///< who has not, and why
  std::vector<std::string> silent;                         ///< addresses of those that took the connection or the time, and did not answer
  std::vector<std::pair<std::string, std::string>> conflicts; ///< who has cosigned another history of this log, and what it says
};

/// The proof from the log's first `old_size` entries to the checkpoint. Not asked for 0 and for the checkpoint's own size.
using ConsistencyProof = std::function<Result<std::vector<base::Sha256>>(std::uint64_t old_size)>;

struct CosigningRequest
{
  registry_tlog::LogPolicy policy; ///< its witnesses that have an address are asked
  std::string note;                ///< the checkpoint
  std::uint64_t old_size = 0;      ///< what witnesses have seen, as far as is known
  ConsistencyProof proof;
  /// Whether a note has cosignatures enough; without it: whether the policy takes it.
  std::function<bool(const std::string& note)> is_enough;
  std::chrono::milliseconds limit{5'000}; ///< of all that is asked
  std::set<std::string> doubtful;         ///< addresses that were silent before: they are waited for shortly, until they answer again
  std::chrono::milliseconds doubtful_limit{500};
  std::stop_token stop;                ///< ends the waiting
  std::chrono::milliseconds rest{300}; ///< how long the others are waited for when there are enough
};

/// Asks all witnesses at once; one that has seen another size says so, and is asked again. What witnesses say is no error: whether it is
/// enough is for `open_checkpoint` to tell. Cost: as long as it takes until enough have answered, at most `limit`; `http` should end with
/// the call, for it may hold requests that nobody waits for any more. Errors: CW1003, CW1006 `note` is no checkpoint; those of `proof`.
[[nodiscard]] Result<Cosigned> request_cosignatures(base::HttpClient& http, const base::Clock& clock, const CosigningRequest& request);

} // namespace cargo_wasm::registry_witness
