// A registry's log from its mirrors, with what never changes kept on the disk.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_client/mirror_pool.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_client {

class PoolLog final : public registry_tlog::LogSource
{
public:
  /// `pool` is nullptr offline. Tiles are kept below `directory`.
  PoolLog(base::Filesystem& fs, MirrorPool* pool, base::Path directory) : m_fs(fs), m_pool(pool), m_directory(std::move(directory)) {}

  /// Errors: CW1103; CW1106 offline and not kept.
  [[nodiscard]] Result<std::vector<std::string>> tiles(std::span<const registry_tlog::Tile> tiles) override;
  [[nodiscard]] Result<std::vector<std::string>> bundles(std::span<const registry_tlog::Tile> tiles) override;
  void keep_tile(const registry_tlog::Tile& tile, std::string_view bytes) override;
  void keep_bundle(const registry_tlog::Tile& tile, std::string_view bytes) override;

  /// Gets bundles ahead, all at once, so that reading them one after the other does not wait for each.
  Result<> warm(std::span<const registry_tlog::Tile> tiles);
  /// The last tiles or bundles that were handed out were wrong. Those that were kept here go first, and nobody is blamed. A mirror that
  /// served all others has a strike; of several, each is asked alone from then on, until one has them right. False: there is nothing left
  /// to try.
  bool blame(const std::string& why);
  /// How often a reader that gets wrong ones need try again.
  [[nodiscard]] std::size_t most_tries() const { return m_pool == nullptr ? 0 : 2 * m_pool->mirrors().size() + 1; }

private:
  struct File
  {
    std::string path, full_path;
    std::uint64_t max_bytes = 0;
  };
  struct Batch;
  void keep(const std::string& path, bool is_full, std::string_view bytes);
  void ask(PoolFile file, PoolDone done);
  void request(const std::shared_ptr<Batch>& batch, const File& file);
  [[nodiscard]] Result<std::map<std::string, std::string>> fetch_once(std::span<const File> files);
  void take(Batch& batch, const File& file, const std::string& path, Result<PoolAnswer> answer);
  [[nodiscard]] Result<std::map<std::string, std::string>> fetch(std::span<const File> files);
  [[nodiscard]] Result<std::vector<std::string>> in_order(std::span<const File> files);
  [[nodiscard]] static std::vector<File> bundle_files(std::span<const registry_tlog::Tile> tiles);

  base::Filesystem& m_fs;
  MirrorPool* m_pool;
  base::Path m_directory;
  std::map<std::string, std::string> m_warm;      ///< by path
  std::map<std::string, std::size_t> m_served_by; ///< which mirror, by path
  std::map<std::string, base::Path> m_kept_here;  ///< from which file, by path
  std::vector<std::string> m_last;                ///< paths of what was handed out last
  std::vector<std::size_t> m_alone;               ///< mirrors to be asked alone, the last one now
};

} // namespace cargo_wasm::registry_client
