// Growing a log: which files come when entries are appended. Nothing is written here; whoever holds the log writes the files in the order
// given, makes them durable, and only then signs and writes the checkpoint. A crash in between leaves files that no checkpoint speaks of
// and that the next attempt writes again.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_tlog {

struct LogFile
{
  std::string path; ///< below the log's address: a tile or a bundle
  std::string bytes;
  bool operator==(const LogFile&) const = default;
};

/// The right edge of a log: all that is needed to append. About 8 KiB a level, and the entries of the last bundle.
class LogWriter
{
public:
  /// An empty log.
  LogWriter() = default;
  /// The log that `reader` reads, whose checkpoint was verified. Errors: those of reading it.
  [[nodiscard]] static Result<LogWriter> resume(TileReader& reader);

  [[nodiscard]] std::uint64_t size() const { return m_size; }
  [[nodiscard]] Sha256 root() const;
  /// Appends, and returns the files of the log as it is then that were not there before: full ones, and one partial tile a level at most.
  /// Each entry has at most k_max_entry_bytes; a longer one is CW1009, and nothing is appended.
  [[nodiscard]] Result<std::vector<LogFile>> append(std::span<const std::string> entries);

private:
  std::uint64_t m_size = 0;
  std::vector<std::vector<Sha256>> m_rows; ///< of each level of tiles the hashes of the last, partial one
  std::vector<std::string> m_last_entries; ///< of the last, partial bundle
};

} // namespace cargo_wasm::registry_tlog
