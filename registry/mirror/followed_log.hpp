// The log of a mirror: whether a checkpoint continues what is there, and the files that are new with it.
#pragma once
#include <map>
#include <optional>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_client/fetched_log.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_mirror {

/// A checkpoint with the note that it was in.
struct NotedCheckpoint
{
  std::string note;
  registry_tlog::Checkpoint checkpoint;
};

/// The checkpoint of a mirror's own directory; nullopt before its first run. Errors: CW1003, CW1006 when it was damaged.
[[nodiscard]] Result<std::optional<NotedCheckpoint>> own_checkpoint(const base::Filesystem& fs, const base::Path& public_directory);

/// A log as it is fetched; full files that are there already are taken from the directory, and what was found right can be kept there.
class KeptLog final : public registry_tlog::LogSource
{
public:
  /// Both outlive it. `use_own`: whether files of the directory are read, which an earlier run has left.
  KeptLog(base::Filesystem& fs, base::Path public_directory, registry_client::StaticFiles& files, bool use_own);

  [[nodiscard]] Result<std::vector<std::string>> tiles(std::span<const registry_tlog::Tile> tiles) override;
  [[nodiscard]] Result<std::vector<std::string>> bundles(std::span<const registry_tlog::Tile> tiles) override;
  void keep_tile(const registry_tlog::Tile& tile, std::string_view bytes) override;
  void keep_bundle(const registry_tlog::Tile& tile, std::string_view bytes) override;

  /// Writes what was kept. Errors: CW0003.
  Result<> flush();

private:
  template <class PathOf, class Fetch>
  Result<std::vector<std::string>> read(std::span<const registry_tlog::Tile> tiles, const PathOf& path_of, const Fetch& fetch);

  base::Filesystem& m_fs;
  base::Path m_public;
  registry_client::FetchedLog m_fetched;
  bool m_use_own;
  std::map<std::string, std::string> m_kept; ///< by path
};

/// The snapshot in a checkpoint's last entry. Errors: those of reading; CW1203 it is none, or of another registry.
[[nodiscard]] Result<registry_trust::SnapshotStatement> snapshot_of(registry_tlog::TileReader& reader, std::string_view canonical);

/// Whether `next` continues `own`; if not, evidence is written below `evidence`. Errors: CW1251, CW1252, those of reading.
Result<> check_continues(const Env& env,
                         const NotedCheckpoint& own,
                         const NotedCheckpoint& next,
                         registry_tlog::TileReader& next_reader,
                         const base::Path& public_directory,
                         const base::Path& evidence);

/// Tiles and entries that are new since `old_size`, verified and written. Errors: those of reading and writing.
Result<> fetch_new_entries(KeptLog& log, registry_tlog::TileReader& reader, std::uint64_t old_size);

} // namespace cargo_wasm::registry_mirror
