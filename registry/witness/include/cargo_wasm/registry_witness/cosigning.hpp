// Asking witnesses for their cosignatures, as a log does when it makes a checkpoint.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>

namespace cargo_wasm::registry_witness {

struct Cosigned
{
  std::string note;                                        ///< the checkpoint with the cosignatures that came and hold
  std::vector<std::string> witnesses;                      ///< who has cosigned: names of the policy
  std::vector<std::pair<std::string, std::string>> failed; ///< who has not, and why
};

/// The proof from the log's first `old_size` entries to the checkpoint. Not asked for 0 and for the checkpoint's own size.
using ConsistencyProof = std::function<Result<std::vector<base::Sha256>>(std::uint64_t old_size)>;

/// Asks all witnesses of `policy` that have an address, at once; `old_size` is what they have seen, as far as is known: one that has seen
/// another size says so, and is asked again. What witnesses say is no error: whether it is enough is for `open_checkpoint` to tell. Cost:
/// at most two requests one behind the other, each within ten seconds. Errors: CW1003, CW1006 `note` is no checkpoint; those of `proof`.
[[nodiscard]] Result<Cosigned> request_cosignatures(base::HttpClient& http,
                                                    const registry_tlog::LogPolicy& policy,
                                                    const std::string& note,
                                                    std::uint64_t old_size,
                                                    const ConsistencyProof& proof);

} // namespace cargo_wasm::registry_witness
