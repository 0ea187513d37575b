// How large the finished modules and components are: as they are, as a server sends them, against the build before, and against what
// the project allows (docs/guide/sizes.md). What was measured is kept in target/.cargo-wasm/sizes-PROFILE.json, by digest: an artifact
// that did not change is not compressed again.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/ops/plan_cache.hpp>

namespace cargo_wasm::ops {

/// The code of what exceeds a budget: the process ends with 6.
constexpr std::string_view k_over_budget = "CW0894";

struct ArtifactSize
{
  plan::ActionIndex action = 0; ///< that made it
  Path path;
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> gzip_bytes, brotli_bytes; ///< measured for release profiles
  std::optional<std::uint64_t> previous_bytes;           ///< of the last build
  bool operator==(const ArtifactSize&) const = default;
};

/// Measures what was built, and remembers it for the next time. Errors: CW0001, CW0002 of an artifact.
/// Cost: a digest of each artifact; compressing it, about a third of a second per MB, when neither the last build nor `store` knows it.
/// @param store  may be null
[[nodiscard]] Result<std::vector<ArtifactSize>> measure_artifacts(const Env& env, const PlannedBuild& planned, cache::Store* store);

/// The messages `cargo-wasm-size`, and what exceeds its budget (CW0894).
[[nodiscard]] exec::ArtifactReport size_report(const Env& env, const PlannedBuild& planned, const std::vector<ArtifactSize>& sizes);

/// "48.1 KiB, gzip 20.1 KiB, brotli 17.9 KiB, +212 B"; the difference only where there is one and it is wanted.
[[nodiscard]] std::string size_text(const ArtifactSize& size, bool with_difference);

} // namespace cargo_wasm::ops
