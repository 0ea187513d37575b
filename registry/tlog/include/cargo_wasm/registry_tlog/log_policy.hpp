// Which checkpoints count (C2SP tlog-policy): signed by a known log and cosigned by enough witnesses.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

namespace cargo_wasm::registry_tlog {

struct PolicyLog
{
  VerifierKey key; ///< its name is the log's origin
  std::string url; ///< may be empty
};

struct PolicyWitness
{
  std::string name; ///< in the policy alone
  /// nullopt for a type of key that we cannot check: such a witness never counts.
  std::optional<VerifierKey> key;
  std::string url; ///< where checkpoints are submitted; may be empty
};

struct PolicyGroup
{
  std::string name;
  std::size_t threshold = 0;
  std::vector<std::string> members; ///< witnesses and groups
};

struct LogPolicy
{
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups; ///< each one's members come before it
  std::string quorum = "none";     ///< a witness, a group, or "none"
};

/// Errors: CW1010 with the line.
[[nodiscard]] Result<LogPolicy> parse_log_policy(std::string_view text);

struct VerifiedCheckpoint
{
  Checkpoint checkpoint;
  std::vector<std::string> witnesses;        ///< of the policy, that have cosigned
  std::optional<std::uint64_t> witnessed_at; ///< the latest time by which a quorum had: one wrong clock is not enough; seconds since 1970
};

/// A checkpoint that the policy takes. Errors: CW1003 to CW1006; CW1011 enough witnesses have not cosigned, with the names of those
/// missing.
[[nodiscard]] Result<VerifiedCheckpoint> open_checkpoint(std::string_view note, const LogPolicy& policy);

} // namespace cargo_wasm::registry_tlog
