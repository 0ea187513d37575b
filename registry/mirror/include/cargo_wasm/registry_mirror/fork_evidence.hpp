// Evidence that a log has shown two histories: two signed checkpoints that cannot both be of one log, and the hashes that show it to
// whoever has the log's key (docs/guide/mirrors.md).
//
//   cargo-wasm/fork-evidence/v1
//   seen TIME
//   kept BYTES        of the note that was there
//   served BYTES      of the one that came
//   other HASH        the root that the larger log has for as many entries as the smaller one; `-` when both have equally many
//   proof COUNT
//   HASH              COUNT lines: the proof that the larger log begins with the tree of that root
//
//   the two notes, one behind the other
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_mirror {

struct ForkEvidence
{
  std::uint64_t seen = 0; ///< seconds since 1970
  std::string kept, served;
  std::optional<base::Sha256> other;
  std::vector<base::Sha256> proof;
  bool operator==(const ForkEvidence&) const = default;
};

[[nodiscard]] std::string to_text(const ForkEvidence& evidence);
/// Errors: CW1257.
[[nodiscard]] Result<ForkEvidence> parse_fork_evidence(std::string_view text);
/// Whether both notes are checkpoints that `policy`'s log has signed, and cannot both be true. Errors: CW1257 why they do not show that.
[[nodiscard]] Result<> verify(const ForkEvidence& evidence, const registry_tlog::LogPolicy& policy);

/// What two checkpoints of one log are to each other. `larger` reads the one with more entries. Errors: those of reading.
enum class TwoCheckpoints : std::uint8_t { consistent, forked };
[[nodiscard]] Result<TwoCheckpoints> compare(const registry_tlog::Checkpoint& smaller, registry_tlog::TileReader& larger);

/// Writes the evidence below `directory`, once for the same two notes; the file. Errors: CW0003, those of `larger`.
[[nodiscard]] Result<base::Path> keep_evidence(base::Filesystem& fs,
                                               const base::Path& directory,
                                               ForkEvidence evidence,
                                               std::uint64_t smaller_size,
                                               registry_tlog::TileReader* larger);

} // namespace cargo_wasm::registry_mirror
