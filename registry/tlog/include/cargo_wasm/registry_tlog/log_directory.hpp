// A log that lies in a directory, in the layout of tlog-tiles.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_tlog {

/// Errors of reading: CW0001 and CW0002, those of the file system.
class LogDirectory : public LogSource
{
public:
  /// `fs` outlives it.
  LogDirectory(const base::ReadOnlyFilesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}
  [[nodiscard]] Result<std::vector<std::string>> tiles(std::span<const Tile> tiles) override;
  [[nodiscard]] Result<std::vector<std::string>> bundles(std::span<const Tile> tiles) override;

private:
  [[nodiscard]] Result<std::vector<std::string>> read(std::span<const Tile> tiles,
                                                      const std::function<std::string(const Tile&)>& path) const;

  const base::ReadOnlyFilesystem& m_fs;
  base::Path m_directory;
};

} // namespace cargo_wasm::registry_tlog
