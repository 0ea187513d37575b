// A registry's log as its files are fetched (C2SP tlog-tiles): tiles and bundles for registry_tlog::TileReader, which verifies them.
#pragma once
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_client {

class FetchedLog final : public registry_tlog::LogSource
{
public:
  /// `files` outlives it.
  explicit FetchedLog(StaticFiles& files) : m_files(files) {}

  /// A partial tile that is gone is cut from the full one, as the log has grown since. Errors: those of `files`; CW1101 neither is there.
  [[nodiscard]] Result<std::vector<std::string>> tiles(std::span<const registry_tlog::Tile> tiles) override;
  [[nodiscard]] Result<std::vector<std::string>> bundles(std::span<const registry_tlog::Tile> tiles) override;

private:
  StaticFiles& m_files;
};

} // namespace cargo_wasm::registry_client
