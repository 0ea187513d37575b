// The log as one checkpoint has it, read through the mirrors.
#pragma once
#include <memory>
#include <string>

#include <cargo_wasm/registry_client/verified_registry.hpp>

#include "pool_log.hpp"

namespace cargo_wasm::registry_client {

/// A checkpoint that was verified, and its note.
struct VerifiedRegistry::Seen
{
  std::string note;
  registry_tlog::VerifiedCheckpoint verified;
  std::optional<std::size_t> mirror; ///< that served it
};

/// The check for a file by its hash. Errors: CW1107.
[[nodiscard]] std::function<Result<>(std::string_view)> has_hash(const base::Sha256& hash);

class VerifiedRegistry::Moment
{
public:
  Moment(base::Filesystem& fs, MirrorPool* pool, const base::Path& directory, Seen seen_)
      : seen(std::move(seen_)), log(fs, pool, directory), reader(seen.verified.checkpoint, log)
  {
  }

  Seen seen;
  PoolLog log;
  registry_tlog::TileReader reader;
};

} // namespace cargo_wasm::registry_client
