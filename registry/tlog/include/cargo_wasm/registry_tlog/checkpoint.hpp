// Checkpoints (C2SP tlog-checkpoint): the state of a log in three lines of a signed note: its name, how many entries it has, and the
// root of its Merkle tree.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_tlog {

struct Checkpoint
{
  std::string origin;     ///< the log's name
  std::uint64_t size = 0; ///< entries
  base::Sha256 root;
  std::vector<std::string> extensions; ///< signed with the rest, and meaning nothing to us
  bool operator==(const Checkpoint&) const = default;
};

/// The text of a note. Errors: CW1006.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);
/// With the last newline.
[[nodiscard]] std::string to_text(const Checkpoint& checkpoint);

} // namespace cargo_wasm::registry_tlog
