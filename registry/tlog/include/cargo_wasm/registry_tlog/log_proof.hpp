// Offline proofs (C2SP tlog-proof): one file that shows, without any request, that something is in a log and that witnesses saw the log.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_tlog {

struct LogProof
{
  std::string extra; ///< believed by nobody; may be empty
  std::uint64_t index = 0;
  std::vector<Sha256> hashes; ///< from the leaf's sibling up
  std::string checkpoint;     ///< the signed note
  bool operator==(const LogProof&) const = default;
};

/// The form alone. Errors: CW1012 with the line.
[[nodiscard]] Result<LogProof> parse_log_proof(std::string_view text);
[[nodiscard]] std::string to_text(const LogProof& proof);

/// The proof for an entry of the log that `reader` reads; `checkpoint` is the note of the reader's checkpoint. Errors: those of reading.
[[nodiscard]] Result<LogProof> prove(std::uint64_t index, TileReader& reader, std::string checkpoint);

/// That `leaf` is in a log which the policy takes. Errors: those of `open_checkpoint`; CW1013 the hashes do not lead to its root.
[[nodiscard]] Result<VerifiedCheckpoint> verify(const LogProof& proof, const Sha256& leaf, const LogPolicy& policy);

} // namespace cargo_wasm::registry_tlog
