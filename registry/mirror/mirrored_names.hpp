// What a snapshot speaks of: the name map, index files, archives.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_mirror {

/// Where the files of a mirror are while it is brought up to date.
struct MirrorPlace
{
  base::Path public_directory;
  base::Path incoming; ///< files by their SHA-256, on the same file system
  bool repair = false; ///< whether files that are there are read and hashed, not only looked for

  [[nodiscard]] base::Path staged(const base::Sha256& hash) const { return incoming / base::to_hex(hash); }
};

/// Index files that change: lower-case names and the hash of the new file; nullopt for a name that is gone.
using IndexChanges = std::map<std::string, std::optional<base::Sha256>, std::less<>>;

/// Fetches table and shards of `table`, and compares with those of `old_table` (nullopt: with nothing). Errors: those of fetching,
/// CW1021, CW1254.
[[nodiscard]] Result<IndexChanges> fetch_name_map(const Env& env,
                                                  const MirrorPlace& place,
                                                  registry_client::StaticFiles& primary,
                                                  const base::Sha256& table,
                                                  const std::optional<base::Sha256>& old_table);

/// Stages the index files that are not in place with these bytes. False when the primary has already gone on to other ones. Errors: those
/// of fetching and writing.
[[nodiscard]] Result<bool> stage_index_files(
    const Env& env, const MirrorPlace& place, registry_client::StaticFiles& primary, const IndexChanges& changes, SyncReport& report);

/// Fetches the archives that staged index files have and those in place had not. `revocations`: the list in force. Errors: CW1253, CW1254.
Result<> fetch_archives(const Env& env,
                        const MirrorPlace& place,
                        registry_client::StaticFiles& primary,
                        const IndexChanges& changes,
                        std::string_view revocations,
                        SyncReport& report);

/// Moves what was staged into its place.
Result<> place_index_files(const Env& env, const MirrorPlace& place, const IndexChanges& changes);

} // namespace cargo_wasm::registry_mirror
