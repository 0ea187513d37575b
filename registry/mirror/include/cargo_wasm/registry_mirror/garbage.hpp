// Files of a registry or mirror that nothing speaks of any more.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_mirror {

/// How many of the newest snapshots keep their map and revocations: clients that are on an older one still read them.
inline constexpr std::size_t k_kept_snapshots = 64;
/// Younger files may be on their way into the log.
inline constexpr std::uint64_t k_young_s = 86400;

struct Garbage
{
  std::string file; ///< below the public directory
  std::uint64_t bytes = 0;
  std::string why;
};

/// Parts of the name map and revocations of older snapshots, archives that no entry publishes, partial tiles beside a full one, files
/// that were begun and never finished; all older than a day. Errors: those of reading; CW1259 when the log is not whole, so that what
/// belongs to it cannot be known.
[[nodiscard]] Result<std::vector<Garbage>> find_garbage(const Env& env, const base::Path& public_directory);

} // namespace cargo_wasm::registry_mirror
