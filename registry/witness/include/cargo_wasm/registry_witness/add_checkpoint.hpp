// The one request of C2SP tlog-witness: a checkpoint, the size that the witness is thought to have seen, and the proof between the two.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_witness {

inline constexpr std::size_t k_max_proof_lines = 63;

struct AddCheckpoint
{
  std::uint64_t old_size = 0;
  std::vector<base::Sha256> proof;
  std::string note;
  bool operator==(const AddCheckpoint&) const = default;
};

/// Errors: CW1261 with what is wrong.
[[nodiscard]] Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);
[[nodiscard]] std::string to_text(const AddCheckpoint& request);

} // namespace cargo_wasm::registry_witness
