// What this machine has downloaded, from which mirror, and how it was verified: a file that only grows, whose lines are chained by hashes,
// so that a line that was changed, removed or put in is seen (docs/formats/download-log.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::registry_client {

struct DownloadRecord
{
  std::uint64_t time = 0; ///< seconds since 1970
  std::string registry, name, version;
  std::string sha256;         ///< of the archive
  std::string mirror;         ///< its id
  std::uint64_t log_size = 0; ///< entries of the log that it was verified against
  bool operator==(const DownloadRecord&) const = default;
};

/// $CARGO_HOME/cargo-wasm/downloads.jsonl
[[nodiscard]] base::Path download_log_file(const base::Path& cargo_home);

/// Adds records, under a lock that other processes respect. What a process that was killed left of a line is
/// replaced. Cost: reads the last line, and one write. Errors: CW0003.
Result<> append_downloads(base::Filesystem& fs, const base::Path& cargo_home, const std::vector<DownloadRecord>& records);

/// All records of a log's text but a torn one, whose chain holds. Errors: CW1120 with the line that does not follow from the one before.
[[nodiscard]] Result<std::vector<DownloadRecord>> read_download_log(std::string_view text);

} // namespace cargo_wasm::registry_client
